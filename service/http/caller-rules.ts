import { isIP } from 'node:net';

/** What a request says of where it comes from. */
export interface CallerFacts {
  /** Each value of the header `Host`. */
  readonly hosts: readonly string[];
  /** The version of HTTP that the client speaks, such as `1.1`. */
  readonly version: string;
  readonly method: string;
  /** The headers that browsers send, and no page can change. */
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly fetchMode: string | undefined;
  readonly fetchDest: string | undefined;
}

/** Why a request is not answered. */
export interface Refusal {
  readonly code: 400 | 403 | 421;
  /** For the caller: what is wrong, and which setting would change it. */
  readonly text: string;
}

/**
 * Why a request is refused, if it is. Two things keep a page of somebody else, in the browser of an operator, from reading what the
 * endpoint tells:
 *
 * - It is asked by an address, as `localhost`, or by a name that is allowed. A page whose own name was made to stand for our address (DNS
 *   rebinding) asks by that name, which is none of them.
 * - What a browser says comes from another site is refused. A link that somebody follows is not: the site that has it cannot read the answer.
 *
 * @param allowedHosts names, in lower case
 * @param setting the key that names more of them
 */
export function refusalOf(facts: CallerFacts, allowedHosts: ReadonlySet<string>, setting: string): Refusal | undefined {
  return hostRefusal(facts, allowedHosts, setting) ?? siteRefusal(facts);
}

function hostRefusal(
  { hosts, version }: CallerFacts,
  allowedHosts: ReadonlySet<string>,
  setting: string,
): Refusal | undefined {
  const [host] = hosts;
  if (hosts.length > 1) return { code: 400, text: 'refused: the request has more than one Host header' };
  if (host === undefined) {
    // Probes of load balancers ask so. No browser does: it has had the header since before HTTP/1.1.
    return version === '1.0' ? undefined : { code: 400, text: 'refused: the request has no Host header' };
  }
  const name = hostName(host);
  if (name === undefined) return { code: 400, text: 'refused: the Host header is neither a name nor an address' };
  if (isIP(name) !== 0 || allowedHosts.has(name)) return undefined;
  return {
    code: 421,
    text: `refused: this is not answered by the host name ${name}; ask by address, or add the name to ${setting}`,
  };
}

/**
 * The name or address in a `Host` header, in lower case, without port, brackets and the dot of a complete name; undefined if it has no such
 * form.
 */
export function hostName(header: string): string | undefined {
  const found = /^(?:\[([0-9a-f:.]{2,45})\]|([\w.-]{1,253}))(?::\d{0,5})?$/i.exec(header);
  const [, address, name] = found ?? [];
  if (address !== undefined) return isIP(address) === 6 ? address.toLowerCase() : undefined;
  const plain = name?.replace(/\.$/, '').toLowerCase();
  return plain === '' ? undefined : plain;
}

function siteRefusal(facts: CallerFacts): Refusal | undefined {
  const { origin, fetchSite, hosts } = facts;
  if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none' && !isFollowedLink(facts))
    return { code: 403, text: 'refused: a page of another site asks' };
  if (origin !== undefined && originHost(origin) !== hosts[0]?.toLowerCase())
    return { code: 403, text: 'refused: the request has a foreign Origin' };
  return undefined;
}

// In a tab of its own: what is shown in a frame could be clicked on by mistake.
function isFollowedLink({ method, fetchMode, fetchDest }: CallerFacts): boolean {
  return method === 'GET' && fetchMode === 'navigate' && fetchDest === 'document';
}

/** Host and port of an `Origin` header, as the header `Host` has them. The scheme may differ: TLS can end at a proxy before us. */
function originHost(origin: string): string | undefined {
  return /^https?:\/\/([^/]+)$/i.exec(origin)?.[1]?.toLowerCase();
}
