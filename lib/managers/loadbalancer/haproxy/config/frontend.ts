import type { LoadbalancerView } from '../../view/index.js';
import { frontendLines } from './attributes.js';
import type { FrontPool } from './front-pools.js';
import type { Front } from './fronts.js';
import type { SkippedParts } from './skipped.js';
import { emptyPlace, gap, joined, line, word, type Line, type Section, type Word } from './text.js';
import { largestInteger, wholeNumber } from './words.js';

/** How many certificates one line has room for: the agent's script makes two words of each. */
export const mostCertificates = 28;
const longestContainer = 512;

/**
 * The frontend of listeners.
 *
 * @param pools those that it leads to, in the order of their rules
 * @returns undefined if it should speak TLS, and there is no certificate that could be named
 */
export function frontendOf(
  view: LoadbalancerView,
  front: Front,
  pools: readonly FrontPool[],
  skipped: SkippedParts,
): Section | undefined {
  const [listener] = front.listeners;
  const tls = view.version === 'v1' ? tlsOfVersion1(front) : tlsOf(front, skipped);
  if (tls === undefined) return undefined;
  const limit = wholeNumber(listener.connectionLimit, 1, largestInteger);
  return {
    head: line('frontend', front.name),
    lines: [
      line('option', 'tcplog'),
      [...line('bind', front.at), ...tls],
      line('mode', front.mode),
      ...(limit === undefined ? [] : [line('maxconn', limit)]),
      ...(isForwarding(view, listener.protocol) ? [line('option', 'forwardfor')] : []),
      ...pools.flatMap((own) => [
        ...own.lines,
        ...frontendLines(own.pool, front.mode, skipped),
        ...(view.version === 'v2' ? [gap] : []),
      ]),
    ],
  };
}

function isForwarding({ version }: LoadbalancerView, protocol: string | undefined): boolean {
  return protocol === 'HTTP' || (version === 'v1' && protocol === 'HTTPS');
}

// The agent's script puts the path of its own configuration there.
function tlsOfVersion1({ listeners: [listener] }: Front): Line {
  return listener.protocol === 'HTTPS' ? line('ssl', 'crt', 'haproxy_ssl_cert_path', 'no-sslv3') : [emptyPlace];
}

// The agent's script puts a file there for each word that begins with crt__. A listener that names none speaks no TLS, as in the original.
function tlsOf({ listeners }: Front, skipped: SkippedParts): Line | undefined {
  const [{ protocol }] = listeners;
  const named = listeners.flatMap(({ uuid, tlsContainer, sniContainers }) =>
    [tlsContainer ?? '', ...sniContainers].filter((name) => name !== '').map((name) => ({ uuid, name })),
  );
  if (protocol !== 'TERMINATED_HTTPS' || named.length === 0) return [emptyPlace];
  const certificates = new Map<string, Word>();
  for (const { uuid, name } of named) {
    const own = name.length > longestContainer ? undefined : word(name);
    if (own === undefined) skipped.note('certificate', uuid, 'the name of a container is none that can be written');
    else if (certificates.size < mostCertificates) certificates.set(name, joined('crt__', own));
    else skipped.note('certificate', uuid, `a port has ${mostCertificates} certificates at most`);
  }
  return certificates.size === 0 ? undefined : [...line('ssl'), ...certificates.values(), ...line('no-sslv3')];
}
