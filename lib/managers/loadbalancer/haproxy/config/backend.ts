import type { MemberView, PoolView } from '../../view/index.js';
import type { Mode } from './modes.js';
import { checksOf } from './monitor.js';
import { persistenceOf, type PersistenceOwner } from './persistence.js';
import type { SkippedParts } from './skipped.js';
import { line, type Line, type Section, type Word } from './text.js';
import { addressWord, highestPort, nameWord, wholeNumber } from './words.js';

const heaviest = 256;

const methods: ReadonlyMap<string, 'roundrobin' | 'leastconn' | 'source'> = new Map([
  ['ROUND_ROBIN', 'roundrobin'],
  ['LEAST_CONNECTIONS', 'leastconn'],
  ['SOURCE_IP', 'source'],
]);

/** What a backend is made with besides its pool. */
export interface BackendMeans {
  readonly name: Word;
  readonly mode: Mode;
  /** Whose persistence it has. */
  readonly persistence: PersistenceOwner;
  readonly options: { readonly appsession: boolean };
  /** How many servers it may have. */
  readonly mostServers: number;
  readonly skipped: SkippedParts;
}

/** The backend of a pool, with a server for each member that is up. */
export function backendOf(pool: PoolView, { name, mode, skipped, ...means }: BackendMeans): Section {
  const checks = checksOf(pool, skipped);
  const persistence = persistenceOf(means.persistence, mode, means.options, skipped);
  const method = methods.get(pool.method ?? 'ROUND_ROBIN');
  if (method === undefined) skipped.note('pool', pool.uuid, 'its method is not known: members take turns');
  return {
    head: line('backend', name),
    lines: [
      line('mode', mode),
      line('balance', method ?? 'roundrobin'),
      ...(pool.protocol === 'HTTP' ? [line('option', 'forwardfor')] : []),
      ...checks.lines,
      ...persistence.lines,
      ...serverLines(pool, means.mostServers, skipped).map(({ server, own }) => [
        ...own,
        ...checks.ofServer,
        ...(persistence.hasServerCookie ? line('cookie', server) : []),
      ]),
    ],
  };
}

interface ServerLine {
  readonly server: Word;
  readonly own: Line;
}

function serverLines(pool: PoolView, most: number, skipped: SkippedParts): readonly ServerLine[] {
  const lines = new Map<string, ServerLine>();
  for (const member of pool.members.filter(({ isUp }) => isUp)) {
    const one = serverLine(member);
    if (one === undefined)
      skipped.note('member', member.uuid, 'address, port (1 to 65535) and weight (0 to 256) are not all known');
    else if (lines.size >= most) {
      skipped.note('pool', pool.uuid, 'the text has no room for all of its members');
      break;
    } else lines.set(one.server, one);
  }
  return [...lines.values()];
}

function serverLine({ uuid, address, port, weight }: MemberView): ServerLine | undefined {
  const server = nameWord(uuid);
  const portWord = wholeNumber(port, 1, highestPort);
  const weightWord = wholeNumber(weight, 0, heaviest);
  const at = address === undefined || portWord === undefined ? undefined : addressWord(address, portWord);
  if (server === undefined || at === undefined || weightWord === undefined) return undefined;
  return { server, own: line('server', server, at, 'weight', weightWord) };
}
