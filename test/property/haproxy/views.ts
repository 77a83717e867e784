import fc from 'fast-check';
import type {
  ListenerView,
  LoadbalancerView,
  MemberView,
  MonitorView,
  PoolView,
} from '../../../lib/managers/loadbalancer/view/index.js';

// What somebody may write who wants to be read as something else, on the way to haproxy or by it.
const malice = [
  '',
  ' ',
  'a b',
  'a\nbackend evil',
  'a\r\n\tserver evil 10.0.0.9:80',
  'a\tb',
  '::::',
  ':::::',
  'a::::lb_version::::v1',
  '#',
  'a#b',
  '"',
  "'",
  'a\\',
  'a\\ b',
  '-f',
  '-i',
  '-m',
  '--',
  '%[env(HOME)]',
  '$HOME',
  '${HOME}',
  '{',
  '}',
  '(',
  ')',
  '()',
  'req.cook(x)',
  ',',
  'None',
  'é',
  '\u0000',
  '\u2028',
  '😀',
  'haproxy_ssl_cert_path',
  'crt__x',
  'ssl crt /etc/shadow',
  '/etc/shadow',
  '/../..',
  'x'.repeat(3_000),
  '/'.repeat(5_000),
];
const hostileText = fc.oneof(
  fc.constantFrom(...malice),
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc
    .tuple(fc.constantFrom('/', 'a.example', 'AES:', '200,'), fc.constantFrom(...malice))
    .map((parts) => parts.join('')),
);
const hostileNumber = fc.oneof(
  fc.constantFrom(-1, 0, 1, 1.5, NaN, Infinity, 256, 257, 65_535, 65_536, 2_147_483, 2_147_484, 2_147_483_647),
  fc.constantFrom(2_147_483_648, Number.MAX_SAFE_INTEGER, -Infinity),
  fc.integer(),
  fc.double(),
);

function mostly<T>(good: fc.Arbitrary<T>, bad: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 15, arbitrary: good }, { weight: 1, arbitrary: bad });
}

/** An object that lacks some of its fields. */
function sparse<T extends object>(fields: { readonly [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> {
  return mostly<Partial<T>>(fc.record(fields), fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>);
}

// Few of them, so that some are there twice.
const uuid = mostly(
  fc.integer({ min: 0, max: 100 }).map((number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`),
  hostileText,
);
const lbUuid = fc.uuid();
const port = mostly(fc.constantFrom(80, 81, 443, 8080, 65_535), hostileNumber);
const address = mostly(
  fc.constantFrom('10.0.0.3', '10.0.0.4', '2001:db8::1', '::', '::1', 'fd00::', '::ffff:10.0.0.1', '0.0.0.0'),
  fc.oneof(hostileText, fc.constantFrom('fe80::1%eth0', '10.0.0.256', ':::', 'host.example')),
);
const protocol = mostly(
  fc.constantFrom('TCP', 'HTTP', 'HTTP', 'HTTP', 'HTTPS', 'TERMINATED_HTTPS'),
  fc.oneof(hostileText, fc.constantFrom('UDP', 'constructor', '__proto__')),
);
const persistence = mostly(fc.constantFrom('', 'SOURCE_IP', 'HTTP_COOKIE', 'APP_COOKIE'), hostileText);
const cookieName = mostly(fc.constantFrom('JSESSIONID', 'ASP.NET_SessionId', 'sid'), hostileText);
const ofTime = mostly(fc.integer({ min: 1, max: 60 }), hostileNumber);
const isUp = mostly(fc.constant(true), fc.constant(false));

const member: fc.Arbitrary<MemberView> = fc
  .tuple(
    fc.record({ uuid, isUp }),
    sparse({ address, port, weight: mostly(fc.integer({ min: 0, max: 256 }), hostileNumber) }),
  )
  .map(([own, more]) => ({ ...own, ...more }));

const monitor: fc.Arbitrary<MonitorView> = fc
  .tuple(
    fc.record({ uuid, isUp }),
    sparse({
      type: mostly(fc.constantFrom('PING', 'TCP', 'HTTP', 'HTTPS'), hostileText),
      delay: ofTime,
      timeout: ofTime,
      maxRetries: ofTime,
      httpMethod: mostly(fc.constantFrom('GET', 'HEAD', 'OPTIONS'), hostileText),
      urlPath: mostly(fc.constantFrom('/', '/health', '/a?b=c&d=%20', '/(', '/%[path]'), hostileText),
      expectedCodes: mostly(
        fc.constantFrom('200', '200,204', '200-299', '200 , 301-302', '599-100', '100-599'),
        fc.oneof(hostileText, fc.constantFrom('0-999999999', '1', '2000', '200-', '-')),
      ),
    }),
  )
  .map(([own, more]) => ({ ...own, ...more }));

const attributeValues = mostly(
  fc.oneof(
    fc.integer({ min: 0, max: 70_000 }).map(String),
    fc.constantFrom('1', '4', '5', '128', '129', '16384', '65535', '65536', '5000000', 'True', 'false', ' 7 ', '+7'),
    fc.constantFrom(
      'AES',
      'HIGH:!aNULL',
      'AES:!AES',
      'FOO',
      '!ALL',
      'AES:@SECLEVEL=2',
      'AES:-AES128',
      'PSK',
      '@STRENGTH',
    ),
    fc
      .array(
        fc
          .tuple(
            fc.constantFrom('', '', '!', '-', '+'),
            fc.constantFrom(
              'AES',
              'AES128',
              'ECDH',
              'RSA',
              'ALL',
              'AESGCM',
              'aRSA',
              'RC4',
              'kRSA',
              'TLSv1',
              'SHA1',
              'FOO',
            ),
            fc.constantFrom('', '', '+AES256', '+ECDSA', '+'),
          )
          .map((parts) => parts.join('')),
        { maxLength: 6 },
      )
      .map((parts) => parts.join(':')),
  ),
  hostileText,
);
const attributes = fc.array(
  fc.record({
    key: mostly(
      fc.constantFrom(
        ...['max_conn', 'max_conn_rate', 'max_sess_rate', 'max_ssl_conn', 'max_ssl_rate', 'ssl_ciphers', 'ssl_ciphers'],
        ...['tune_http_max_header', 'tune_ssl_max_record', 'server_timeout', 'client_timeout', 'connect_timeout'],
        ...['http_server_close', 'http_server_close', 'rate_limit_sessions', 'tls_container'],
      ),
      fc.oneof(hostileText, fc.constantFrom('constructor', '__proto__', 'toString')),
    ),
    value: attributeValues,
  }),
  { maxLength: 5 },
);

const pool: fc.Arbitrary<PoolView> = fc
  .tuple(
    fc.record({
      uuid,
      isUp,
      fqName: fc.array(hostileText, { maxLength: 2 }),
      attributes,
      ingress: sparse({
        type: mostly(fc.constantFrom('default', 'acl'), hostileText),
        host: mostly(fc.constantFrom('a.example', '*.b.example', 'a:80', '[::1]:80'), hostileText),
        path: mostly(fc.constantFrom('/', '/x', '/(.*)', '/a,b|c', '/crt__default__secret'), hostileText),
      }).map((rule) => rule),
      monitors: fc.array(monitor, { maxLength: 2 }),
      members: fc.array(member, { maxLength: 4 }),
    }),
    sparse({
      protocol,
      method: mostly(fc.constantFrom('ROUND_ROBIN', 'LEAST_CONNECTIONS', 'SOURCE_IP'), hostileText),
      persistence,
      cookieName,
    }),
  )
  .map(([own, more]) => ({ ...own, ...more }));

const container = mostly(
  fc.constantFrom('http://barbican/v1/containers/1', 'default__secret', 'default__secret-2', 'default__other', 'a'),
  fc.oneof(hostileText, fc.constantFrom('default__a__b', '__', 'default', 'crt__default__secret')),
);

const listener: fc.Arbitrary<ListenerView> = fc
  .tuple(
    fc.record({
      uuid,
      isUp,
      sniContainers: mostly(
        fc.array(container, { maxLength: 3 }),
        fc.array(container, { minLength: 20, maxLength: 70 }),
      ),
      pools: fc.array(pool, { minLength: 1, maxLength: 3 }),
    }),
    sparse({
      protocol,
      port,
      connectionLimit: mostly(fc.constantFrom(-1, 1, 100), hostileNumber),
      tlsContainer: container,
      persistence,
      cookieName,
    }),
  )
  .map(([own, more]) => ({ ...own, ...more }));

/** Load balancers as hostile tenants make them: most of each is good, so that what is not is met everywhere. */
export const hostileViews: fc.Arbitrary<LoadbalancerView> = fc
  .record({
    uuid: lbUuid,
    version: fc.constantFrom('v2', 'v2', 'v1'),
    vipAddress: fc.option(address, { nil: undefined }),
    owner: fc.constantFrom('', 'K8S:LOADBALANCER', 'CS:LOADBALANCER'),
    listeners: fc.array(listener, { minLength: 1, maxLength: 5 }),
  })
  .map(({ uuid: own, version, vipAddress, owner, listeners }) => ({
    uuid: own,
    version,
    fqName: ['default-domain', 'shop', 'lb'],
    provider: { name: 'opencontrail' },
    ...(vipAddress === undefined ? {} : { vipAddress }),
    vip: {
      uuid: own,
      fqName: ['default-domain', 'shop', 'vip'],
      owner,
      addresses: [{ uuid: own, fqName: ['vip'], address: '10.0.0.3', family: 'v4' }],
      securityGroups: [],
      tags: [],
      floatingIps: [],
    },
    listeners: asObjects(listeners),
    serviceInstances: [],
    cut: [],
  }));

/** No uuid is that of two listeners; a pool is the same wherever it is led to. */
function asObjects(listeners: readonly ListenerView[]): readonly ListenerView[] {
  const pools = new Map<string, PoolView>();
  for (const own of listeners.flatMap((one) => one.pools)) if (!pools.has(own.uuid)) pools.set(own.uuid, own);
  const unique = new Map(listeners.map((one) => [one.uuid, one]));
  return [...unique.values()].map((one) => ({ ...one, pools: one.pools.map((own) => pools.get(own.uuid) ?? own) }));
}
