import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SvcMonitorError } from '../../lib/index.js';
import { textAnswer, type Answer, type Route, type WholeAnswer } from '../http/index.js';
import { findPackage } from '../package-folder.js';

/** The files of the page, and what they are. Nothing else is handed out. */
const types: Readonly<Record<string, string>> = {
  'index.html': 'text/html; charset=utf-8',
  'style.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  'main.js': 'text/javascript; charset=utf-8',
  'charts.js': 'text/javascript; charset=utf-8',
  'detail.js': 'text/javascript; charset=utf-8',
  'dom.js': 'text/javascript; charset=utf-8',
  'health.js': 'text/javascript; charset=utf-8',
  'list.js': 'text/javascript; charset=utf-8',
  'live.js': 'text/javascript; charset=utf-8',
  'theme.js': 'text/javascript; charset=utf-8',
  'timeline.js': 'text/javascript; charset=utf-8',
  'words.js': 'text/javascript; charset=utf-8',
};

/** What a browser may do with the page: load its own files, ask its own server, and make no markup of text. */
export const contentSecurityPolicy = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** The page's own files, at `/` and under `/assets`. They are read when they are asked for first. */
export function assetRoutes(): readonly Route[] {
  const read = new Map<string, Promise<WholeAnswer>>();
  const answer = (name: string): Promise<Answer> | Answer => {
    const type = types[name];
    if (type === undefined || !Object.hasOwn(types, name)) return textAnswer(404, 'not found');
    let known = read.get(name);
    if (known === undefined) {
      known = readAsset(name, type);
      read.set(name, known);
      // Whoever asks next tries again.
      known.catch(() => read.delete(name));
    }
    return known;
  };
  return [
    { method: 'GET', path: '/', answer: () => answer('index.html') },
    { method: 'GET', path: '/assets/:name', answer: ({ parts }) => answer(parts['name'] ?? '') },
  ];
}

async function readAsset(name: string, type: string): Promise<WholeAnswer> {
  const found = findPackage();
  if (found === undefined) throw new SvcMonitorError('bug', 'the files of the page are not there');
  const body = await readFile(join(found.folder, 'service', 'page', 'assets', name));
  return { code: 200, type, body, headers: { 'content-security-policy': contentSecurityPolicy } };
}
