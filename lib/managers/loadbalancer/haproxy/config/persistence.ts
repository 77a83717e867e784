import type { ListenerView, PoolView } from '../../view/index.js';
import type { SkippedParts } from './skipped.js';
import { joined, line, word, type Line, type Word } from './text.js';

/** How a client comes to the same member again. */
export interface Persistence {
  /** Lines of the backend. */
  readonly lines: readonly Line[];
  /** Whether each server has a cookie, which is its name. */
  readonly hasServerCookie: boolean;
}

/** What a pool, or, in LBaaS v1, a virtual-ip says of persistence. */
export type PersistenceOwner = Pick<PoolView | ListenerView, 'uuid' | 'persistence' | 'cookieName'>;

const none: Persistence = { lines: [], hasServerCookie: false };

// A name of a cookie that is no argument's end in haproxy's expressions.
const cookieName = /^[A-Za-z0-9_.-]{1,128}$/;

/** The persistence of a backend. What needs cookies is left out where no HTTP is spoken. */
export function persistenceOf(
  owner: PersistenceOwner,
  mode: 'tcp' | 'http',
  options: { readonly appsession: boolean },
  skipped: SkippedParts,
): Persistence {
  switch (owner.persistence) {
    case undefined:
    case '':
      return none;
    case 'SOURCE_IP':
      return {
        lines: [line('stick-table', 'type', 'ip', 'size', '10k'), line('stick', 'on', 'src')],
        hasServerCookie: false,
      };
    case 'HTTP_COOKIE':
    case 'APP_COOKIE':
      if (mode === 'http') return byCookie(owner, options, skipped);
      skipped.note('persistence', owner.uuid, 'cookies are for pools of HTTP');
      return none;
    default:
      skipped.note('persistence', owner.uuid, 'the kind of persistence is not known');
      return none;
  }
}

function byCookie(
  { uuid, persistence, cookieName: name = '' }: PersistenceOwner,
  options: { readonly appsession: boolean },
  skipped: SkippedParts,
): Persistence {
  if (persistence === 'HTTP_COOKIE')
    return { lines: [line('cookie', 'SRV', 'insert', 'indirect', 'nocache')], hasServerCookie: true };
  if (name === '') return none;
  const cookie = cookieName.test(name) ? word(name) : undefined;
  if (cookie !== undefined)
    return { lines: options.appsession ? [appsession(cookie)] : learned(cookie), hasServerCookie: false };
  skipped.note('persistence', uuid, 'the name of the cookie is none that haproxy takes');
  return none;
}

// As the original writes it; haproxy knows it up to 1.5.
function appsession(cookie: Word): Line {
  return line('appsession', cookie, 'len', '56', 'timeout', '3h');
}

function learned(cookie: Word): readonly Line[] {
  return [
    line('stick-table', 'type', 'string', 'len', '56', 'size', '10k', 'expire', '3h'),
    line('stick', 'on', joined('req.cook(', cookie, ')')),
    line('stick', 'store-response', joined('res.cook(', cookie, ')')),
  ];
}
