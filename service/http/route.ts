import type { Answer } from './answer.js';

/** A request as routes see it: it has no body, and its caller is one that may read. */
export interface RouteRequest {
  /** Without the query, such as `/status`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The parts of the path that the route names `:part`, decoded. */
  readonly parts: Readonly<Record<string, string>>;
  /** A header by its name in lower case; of several, the first. */
  readonly header: (name: string) => string | undefined;
  /** Fires when the client is gone, the endpoint stops, or the answer takes too long. */
  readonly signal: AbortSignal;
}

/** One path, and what is answered to it. All only read. */
export interface Route {
  readonly method: 'GET';
  /** Such as `/status`, or `/vips/:uuid`: a part that begins with `:` stands for any text that is not empty. */
  readonly path: string;
  /** What it throws is answered with 500 and its message. */
  readonly answer: (request: RouteRequest) => Answer | Promise<Answer>;
}

/** A route, and the parts of the path that it names. */
export interface FoundRoute {
  readonly route: Route;
  readonly parts: Readonly<Record<string, string>>;
}

/** The first route that has the path, if any. */
export function findRoute(routes: readonly Route[], path: string): FoundRoute | undefined {
  const given = path.split('/');
  for (const route of routes) {
    const parts = matchParts(route.path.split('/'), given);
    if (parts !== undefined) return { route, parts };
  }
  return undefined;
}

function matchParts(wanted: readonly string[], given: readonly string[]): Readonly<Record<string, string>> | undefined {
  if (wanted.length !== given.length) return undefined;
  const parts: [string, string][] = [];
  for (const [index, part] of wanted.entries()) {
    const text = given[index] ?? '';
    if (!part.startsWith(':')) {
      if (part !== text) return undefined;
      continue;
    }
    const decoded = decode(text);
    if (decoded === undefined || decoded === '') return undefined;
    parts.push([part.slice(1), decoded]);
  }
  return Object.fromEntries(parts);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    // A `%` that stands for nothing: no path of ours.
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
