import { SvcMonitorError } from '../base/errors/index.js';

/**
 * The base URLs of the API servers of one cluster, each once, in their order.
 *
 * @param urls http or https, without user and password
 * @throws SvcMonitorError `invalid-configuration`
 */
export function serverUrls(urls: readonly string[]): readonly string[] {
  const servers = [...new Set(urls.map(baseUrl))];
  if (servers.length === 0) throw invalid('there is no URL of the config API');
  return servers;
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
