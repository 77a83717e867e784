import { validateHeaderValue } from 'node:http';
import { hostname } from 'node:os';
import { requestIdHeader } from './request.js';

/** The header that carries the token. */
export const tokenHeader = 'X-Auth-Token';

/** Who sends requests. */
export interface ClientIdentity {
  /** How the client calls itself in the API server's logs. Defaults to `opensdn-svc-monitor`, with the host's name before it as OpenSDN's own clients do. */
  readonly userAgent?: string | undefined;
  /** The project that its token is for. */
  readonly projectName?: string | undefined;
}

const defaultAgent = 'opensdn-svc-monitor';

/** How a client calls itself: the API server logs the second. OpenSDN's own clients send the project beside it. */
export function agentHeaders({ userAgent, projectName }: ClientIdentity): Readonly<Record<string, string>> {
  return {
    'User-Agent': userAgent ?? defaultAgent,
    'X-Contrail-Useragent': userAgent ?? `${hostname()}:${defaultAgent}`,
    ...(projectName === undefined || !canBeSent(projectName) ? {} : { 'X-Tenant-Name': projectName }),
  };
}

/** The headers of each request to the config API but for the token. */
export function requestHeaders(identity: ClientIdentity, requestId: string): Readonly<Record<string, string>> {
  return {
    Accept: 'application/json',
    'Content-Type': 'application/json; charset="UTF-8"',
    ...agentHeaders(identity),
    [requestIdHeader]: requestId,
  };
}

/** Whether a header can carry it: letters beyond Latin-1 and line breaks it cannot. */
export function canBeSent(value: string): boolean {
  try {
    validateHeaderValue(tokenHeader, value);
    return true;
  } catch {
    return false;
  }
}
