import type { LoadbalancerView } from '../../view/index.js';
import { frontendLines } from './attributes.js';
import { mostCertificates, type Certificates } from './certificates.js';
import type { FrontPool } from './front-pools.js';
import type { Front } from './fronts.js';
import type { SkippedParts } from './skipped.js';
import { certificatePathWord, emptyPlace, gap, line, type Line, type Section, type Word } from './text.js';
import { largestInteger, wholeNumber } from './words.js';

/** What a frontend is made with. */
export interface FrontendParts {
  /** Those that it leads to, in the order of their rules. */
  readonly pools: readonly FrontPool[];
  /** Those of the text until now. */
  readonly certificates: Certificates;
  readonly skipped: SkippedParts;
}

/** A frontend, and the names of the containers of its certificates. */
export interface Frontend {
  readonly section: Section;
  readonly containers: readonly string[];
}

/**
 * The frontend of listeners.
 *
 * @returns undefined if it should speak TLS, and there is no certificate that could be named
 */
export function frontendOf(
  view: LoadbalancerView,
  front: Front,
  { pools, certificates, skipped }: FrontendParts,
): Frontend | undefined {
  const [listener] = front.listeners;
  const tls = view.version === 'v1' ? tlsOfVersion1(front) : tlsOf(front, certificates, skipped);
  if (tls === undefined) return undefined;
  const limit = wholeNumber(listener.connectionLimit, 1, largestInteger);
  const section = {
    head: line('frontend', front.name),
    lines: [
      line('option', 'tcplog'),
      [...line('bind', front.at), ...tls.words],
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
  return { section, containers: tls.containers };
}

interface Tls {
  readonly words: Line;
  readonly containers: readonly string[];
}

const noTls: Tls = { words: [emptyPlace], containers: [] };

function isForwarding({ version }: LoadbalancerView, protocol: string | undefined): boolean {
  return protocol === 'HTTP' || (version === 'v1' && protocol === 'HTTPS');
}

// The agent's script puts the path of its own configuration there.
function tlsOfVersion1({ listeners: [listener] }: Front): Tls {
  if (listener.protocol !== 'HTTPS') return noTls;
  return { words: line('ssl', 'crt', certificatePathWord, 'no-sslv3'), containers: [] };
}

// A listener that names none speaks no TLS, as in the original.
function tlsOf({ listeners }: Front, certificates: Certificates, skipped: SkippedParts): Tls | undefined {
  const [{ protocol }] = listeners;
  const named = listeners.flatMap(({ uuid, tlsContainer, sniContainers }) =>
    [tlsContainer ?? '', ...sniContainers].filter((name) => name !== '').map((name) => ({ uuid, name })),
  );
  if (protocol !== 'TERMINATED_HTTPS' || named.length === 0) return noTls;
  const words = new Map<string, Word>();
  for (const { uuid, name } of named) {
    const one = certificates.wordOf(name, words.keys());
    if ('reason' in one) skipped.note('certificate', uuid, one.reason);
    else if (words.size < mostCertificates) words.set(name, one.word);
    else skipped.note('certificate', uuid, `a port has ${mostCertificates} certificates at most`);
  }
  if (words.size === 0) return undefined;
  return { words: [...line('ssl'), ...words.values(), ...line('no-sslv3')], containers: [...words.keys()] };
}
