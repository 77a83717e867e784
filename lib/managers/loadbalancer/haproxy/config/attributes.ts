import type { LoadbalancerView, PoolView } from '../../view/index.js';
import { isCipherList } from './ciphers.js';
import type { SkippedParts } from './skipped.js';
import { line, word, type Line, type Word } from './text.js';
import { wholeNumber } from './words.js';

type SectionOfAttribute = 'global' | 'defaults' | 'frontend';

/** What values an attribute may have. */
type AttributeValue =
  | { readonly form: 'number'; readonly least: number; readonly most: number }
  | { readonly form: 'ciphers' | 'boolean' | 'none' };

interface AttributeRow {
  readonly section: SectionOfAttribute;
  readonly value: AttributeValue;
  /** Its line; undefined: it stands in the place of a line that is there anyway, or has none. */
  readonly line?: (value: Word) => Line;
}

/** The largest value of most of them. */
const most = 65_535;
const longestTimeout = 5_000_000;
/** The upper limit is allowed; the original takes what its table gives for the first that is not. */
const longestCipherList = 100;
/** haproxy counts its own answers' headers, too, and starts with no fewer. */
const fewestHeaders = 5;

/** The custom attributes of a pool that mean something (recordings svc-monitor/34, 39). */
const rows = {
  max_conn: { section: 'global', value: upTo(most) },
  max_conn_rate: { section: 'global', value: upTo(most), line: (value) => line('maxconnrate', value) },
  max_sess_rate: { section: 'global', value: upTo(most), line: (value) => line('maxsessrate', value) },
  max_ssl_conn: { section: 'global', value: upTo(most), line: (value) => line('maxsslconn', value) },
  max_ssl_rate: { section: 'global', value: upTo(most), line: (value) => line('maxsslrate', value) },
  ssl_ciphers: { section: 'global', value: { form: 'ciphers' } },
  tune_http_max_header: {
    section: 'global',
    value: { form: 'number', least: fewestHeaders, most: 128 },
    line: (value) => line('tune.http.maxhdr', value),
  },
  tune_ssl_max_record: { section: 'global', value: upTo(16_384), line: (value) => line('tune.ssl.maxrecord', value) },
  server_timeout: { section: 'defaults', value: upTo(longestTimeout) },
  client_timeout: { section: 'defaults', value: upTo(longestTimeout) },
  connect_timeout: { section: 'defaults', value: upTo(longestTimeout) },
  http_server_close: {
    section: 'frontend',
    value: { form: 'boolean' },
    line: (value) =>
      value === 'true' ? line('option', 'http-server-close') : line('no', 'option', 'http-server-close'),
  },
  rate_limit_sessions: {
    section: 'frontend',
    value: upTo(most),
    line: (value) => line('rate-limit', 'sessions', value),
  },
  tls_container: { section: 'frontend', value: { form: 'none' } },
} as const satisfies Readonly<Record<string, AttributeRow>>;

/** The key of an attribute that means something. */
export type AttributeKey = keyof typeof rows;

/** The valid attributes of a section, in the order in which they were first given. */
export type SectionAttributes = ReadonlyMap<AttributeKey, Word>;

/** Those of all pools that hold for all of the text. The last pool that says something valid of one counts. */
export function sharedAttributes(
  { listeners }: LoadbalancerView,
  section: 'global' | 'defaults',
  skipped: SkippedParts,
): SectionAttributes {
  const found = new Map<AttributeKey, Word>();
  for (const pool of listeners.flatMap(({ pools }) => pools)) collect(pool, section, found, skipped);
  return found;
}

/** The lines that a pool's attributes put into the frontend of its listener. */
export function frontendLines(pool: PoolView, mode: 'tcp' | 'http', skipped: SkippedParts): readonly Line[] {
  const found = new Map<AttributeKey, Word>();
  collect(pool, 'frontend', found, skipped);
  if (mode !== 'http' && found.delete('http_server_close'))
    skipped.note('attribute', pool.uuid, 'http_server_close is for listeners of HTTP');
  return attributeLines(found);
}

/** The lines of attributes that have one of their own. */
export function attributeLines(attributes: SectionAttributes): readonly Line[] {
  return [...attributes].flatMap(([key, value]) => {
    const own = rowOf(key).line;
    return own === undefined ? [] : [own(value)];
  });
}

function collect(
  { uuid, attributes }: PoolView,
  section: SectionOfAttribute,
  found: Map<AttributeKey, Word>,
  skipped: SkippedParts,
): void {
  for (const { key, value } of attributes) {
    if (!isKey(key)) {
      skipped.note('attribute', uuid, 'a custom attribute is not known');
      continue;
    }
    const row: AttributeRow = rows[key];
    if (row.section !== section || row.value.form === 'none') continue;
    const own = wordOf(value, row.value);
    if (own === undefined) skipped.note('attribute', uuid, `${key} has a value that is not allowed`);
    else found.set(key, own);
  }
}

function wordOf(value: string, kind: AttributeValue): Word | undefined {
  switch (kind.form) {
    case 'number':
      return /^\s*\+?\d{1,10}\s*$/.test(value) ? wholeNumber(Number(value), kind.least, kind.most) : undefined;
    case 'boolean':
      return /^(?:[Tt]rue|[Ff]alse)$/.test(value) ? word(value.toLowerCase()) : undefined;
    case 'ciphers':
      return value.length <= longestCipherList && isCipherList(value) ? word(value) : undefined;
    case 'none':
      return undefined;
  }
}

function rowOf(key: AttributeKey): AttributeRow {
  return rows[key];
}

function isKey(key: string): key is AttributeKey {
  return Object.hasOwn(rows, key);
}

function upTo(highest: number) {
  return { form: 'number', least: 1, most: highest } as const;
}
