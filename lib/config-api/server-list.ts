import { SvcMonitorError } from '../base/errors/index.js';

/**
 * The API servers of one cluster. All requests go to the same one until it fails, then to the next: an answer of a server that
 * is healthy is worth more than an even load.
 */
export class ServerList {
  private readonly urls: readonly string[];
  private index = 0;

  /**
   * @param urls base URLs, http or https, without user and password
   * @throws SvcMonitorError `invalid-configuration`
   */
  public constructor(urls: readonly string[]) {
    this.urls = [...new Set(urls.map(baseUrl))];
    if (this.urls.length === 0) throw invalid('there is no URL of the config API');
  }

  /** All of them, in their order. */
  public get all(): readonly string[] {
    return this.urls;
  }

  /** The base URL to use now, without a slash at its end. */
  public current(): string {
    return this.urls[this.index] ?? '';
  }

  /** The server has failed: moves on, unless that was done already. Whether the current server is another now. */
  public failed(url: string): boolean {
    if (this.urls.length === 1 || url !== this.current()) return false;
    this.index = (this.index + 1) % this.urls.length;
    return true;
  }
}

/** A base URL, checked, without a slash at its end. The text itself stays out of the error: it may hold a password. */
export function baseUrl(text: string): string {
  if (!URL.canParse(text)) throw invalid('a base URL cannot be understood');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw invalid('a base URL is neither http nor https');
  if (url.username !== '' || url.password !== '') throw invalid('a base URL holds a user or password: use `auth`');
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function invalid(problem: string): SvcMonitorError {
  return new SvcMonitorError('invalid-configuration', problem, { details: { problems: [problem] } });
}
