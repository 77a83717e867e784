import { existsSync } from 'node:fs';
import type { Context } from 'mocha';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';

const known = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];
const howTo = 'no Chromium: `apt-get install chromium`, or set CHROMIUM to the path of one';

/**
 * Starts a headless Chromium: the one of `CHROMIUM`, or one in the usual places. Call it inside `before`: without one the tests of the suite are
 * pending; under CI, where it is part of the job, they fail.
 */
export async function startBrowser(context: Context): Promise<Browser> {
  const { CHROMIUM: given, CI } = process.env;
  const path = [...(given === undefined || given === '' ? [] : [given]), ...known].find(existsSync);
  if (path !== undefined) {
    // Tests run as root, too, where its sandbox does not start. It sees nothing but what the tests serve.
    const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];
    return puppeteer.launch({ executablePath: path, headless: true, args });
  }
  if (CI === 'true') throw new Error(howTo);
  return context.skip();
}

/** A page, and all that must not happen in it. */
export interface WatchedPage {
  readonly page: Page;
  /** The URLs that it has asked for. */
  readonly requests: readonly string[];
  /** What it has complained of: errors of scripts, warnings, violations of its security policy. */
  readonly complaints: readonly string[];
}

/** Opens an empty page. */
export async function openPage(browser: Browser): Promise<WatchedPage> {
  // Nothing is shared with other pages, such as what they have stored.
  const page = await (await browser.createBrowserContext()).newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // Chromium tells of each request that fails, too: that is no complaint of the page.
    const isOfNetwork = message.text().startsWith('Failed to load resource');
    if (['error', 'warn'].includes(message.type()) && !isOfNetwork) complaints.push(message.text());
  });
  return { page, requests, complaints };
}
