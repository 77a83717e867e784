import { expect } from 'chai';
import { settingKeys } from '../../../../service/config/index.js';
import { findOption, originalOptions, type OriginalValues } from '../../../../service/config/original/table/index.js';
import { translate } from '../../../../service/config/original/translate/index.js';
import { parseOptions } from '../../../../service/config/original/options.js';
import { given, loadOriginal, problems, warnings } from './support.js';

/** What the text of one file, and perhaps a vnc_api_lib.ini, come to. */
function read(text: string, vnc?: string): Readonly<Record<string, string>> {
  return given(loadOriginal({ 'a.conf': text, ...(vnc === undefined ? {} : { vnc }) }));
}

describe('the original’s options', () => {
  describe('of the config API', () => {
    const cases: readonly (readonly [string, string, string, string])[] = [
      [
        'hosts with commas and spaces',
        '[DEFAULTS]\napi_server_ip = a, b c',
        '',
        '[http://a:8082,http://b:8082,http://c:8082]',
      ],
      ['an IPv6 address', '[DEFAULTS]\napi_server_ip = fd00::1', '', '[http://[fd00::1]:8082]'],
      ['its port', '[DEFAULTS]\napi_server_ip = a\napi_server_port = 9082', '', '[http://a:9082]'],
      ['only vnc_api_lib.ini', '[KEYSTONE]', '[global]\nWEB_SERVER = a,b\nWEB_PORT = 1', '[http://a:1,http://b:1]'],
      [
        'use_ssl in vnc_api_lib.ini alone',
        '[DEFAULTS]\napi_server_ip = a',
        '[global]\nuse_ssl = True',
        '[https://a:8082]',
      ],
      [
        'api_server_use_ssl, which comes before use_ssl',
        '[DEFAULTS]\napi_server_ip = a\napi_server_use_ssl = False',
        '[global]\nuse_ssl = True',
        '[http://a:8082]',
      ],
      ['a path', '[DEFAULTS]\napi_server_ip = a', '[global]\nBASE_URL = /api/', '[http://a:8082/api]'],
    ];
    for (const [what, text, vnc, expected] of cases) {
      it(`should make URLs of ${what}`, () => {
        expect(read(text, vnc)['config_api.urls']).to.equal(expected);
      });
    }

    it('should take TLS from vnc_api_lib.ini, and only for https', () => {
      const vnc = '[global]\ncafile=/ca.pem\ninsecure=True\n';
      expect(read('[DEFAULTS]\napi_server_use_ssl=True', vnc)).to.include({
        'config_api.tls.ca_file': '/ca.pem',
        'config_api.tls.insecure': 'true',
      });
      expect(read('[DEFAULTS]\napi_server_use_ssl=False', vnc)).not.to.have.any.keys(
        'config_api.tls.ca_file',
        'config_api.tls.insecure',
      );
    });

    for (const [seconds, expected] of [
      ['120', { 'config_api.list_timeout': '2m' }],
      ['2', { 'config_api.list_timeout': '2s', 'config_api.request_timeout': '2s' }],
      ['900', { 'config_api.list_timeout': '15m', 'timings.sync_timeout': '15m' }],
    ] as const) {
      it(`should take a TIMEOUT of ${seconds} s for lists, and make what depends on it fit`, () => {
        const keys = ['config_api.list_timeout', 'config_api.request_timeout', 'timings.sync_timeout'];
        const all = read('[DEFAULTS]', `[global]\nTIMEOUT = ${seconds}`);
        expect(Object.fromEntries(Object.entries(all).filter(([key]) => keys.includes(key)))).to.deep.equal(expected);
      });
    }
  });

  describe('of Keystone', () => {
    const login = '[KEYSTONE]\nadmin_user=u\nadmin_password=p\nadmin_tenant_name=t\n';

    it('should come from vnc_api_lib.ini, and the login from [KEYSTONE]', () => {
      const vnc =
        '[auth]\nAUTHN_TYPE=keystone\nAUTHN_PROTOCOL=https\nAUTHN_SERVER=k\nAUTHN_PORT=1\nAUTHN_URL=/v3/auth/tokens\nAUTHN_DOMAIN=d\n';
      const other = 'auth_host=x\nauth_port=2\nauth_protocol=http\nauth_url=http://x:2/v3\nuser_domain_name=y\n';
      expect(read(`${login}${other}`, vnc)).to.deep.equal({
        'auth.mode': 'keystone',
        'auth.url': 'https://k:1/v3',
        'auth.api_version': 'v3',
        'auth.username': 'u',
        'auth.password': '***',
        'auth.project_name': 't',
        'auth.user_domain': 'd',
        'auth.project_domain': 'd',
      });
    });

    const urls: readonly (readonly [string, string, string, string, string])[] = [
      ['[KEYSTONE] alone', 'auth_host=k\nauth_port=1\nauth_protocol=https', '', 'https://k:1/v3', 'v3'],
      ['auth_url', 'auth_host=k\nauth_url=http://x:9/identity/v3', '', 'http://x:9/identity/v3', 'v3'],
      ['auth_version', 'auth_host=k\nauth_version=v2.0', '', 'http://k:5000/v2.0', 'v2'],
      [
        'AUTHN_URL of v2',
        '',
        '[auth]\nAUTHN_SERVER=k\nAUTHN_PORT=5000\nAUTHN_URL=/v2.0/tokens',
        'http://k:5000/v2.0',
        'v2',
      ],
      [
        'AUTHN_TOKEN_URL',
        '',
        '[auth]\nAUTHN_SERVER=k\nAUTHN_TOKEN_URL=http://x:35357/v2.0/tokens',
        'http://x:35357/v2.0',
        'v2',
      ],
      ['a server without port', '', '[auth]\nAUTHN_SERVER=k', 'http://k:35357/v3', 'v3'],
      ['nothing', '', '', 'http://127.0.0.1:5000/v3', 'v3'],
    ];
    for (const [what, text, vnc, url, version] of urls) {
      it(`should make the URL of ${what}`, () => {
        expect(read(`${login}${text}`, vnc)).to.include({ 'auth.url': url, 'auth.api_version': version });
      });
    }

    it('should not count with AUTHN_TYPE noauth', () => {
      expect(read(login, '[auth]\nAUTHN_TYPE=noauth')).to.deep.equal({ 'auth.mode': 'none' });
    });

    it('should have TLS of [KEYSTONE] where vnc_api_lib.ini says nothing of it', () => {
      const found = read(`${login}auth_url=https://k/v3\ncafile=/k.pem\ninsecure=true`, '[auth]\nAUTHN_TYPE=keystone');
      expect(found).to.include({ 'auth.tls.ca_file': '/k.pem', 'auth.tls.insecure': 'true' });
    });
  });

  describe('of RabbitMQ', () => {
    it('should take the login before the hosts for that of all', () => {
      const loaded = loadOriginal({
        'a.conf': '[DEFAULTS]\nrabbit_server=u:p:q@a:1, u:p:q@b\nrabbit_user=x\nrabbit_password=y',
      });
      expect(loaded.ok && loaded.config.rabbitmq).to.deep.include({
        brokers: ['a:1', 'b:5672'],
        username: 'u',
        password: 'p:q',
      });
    });

    it('should refuse different logins, and show none', () => {
      const found = problems(loadOriginal({ 'a.conf': '[DEFAULTS]\nrabbit_server=u:secret1@a,u:secret2@b' }));
      expect(found).to.have.length(1);
      expect(found[0]).to.match(
        /^\[DEFAULTS\] rabbit_server = .* \(\/a\.conf\): has to be hosts, .*; one login for all$/,
      );
      expect(found[0]).not.to.contain('secret');
    });

    it('should say that any certificate is accepted where the original says nothing of it', () => {
      const loaded = loadOriginal({
        'a.conf': '[DEFAULTS]\nrabbit_use_ssl=True\nkombu_ssl_certfile=/c.pem\nkombu_ssl_keyfile=/server-key.pem',
      });
      expect(given(loaded)).to.include({ 'rabbitmq.tls.enabled': 'true', 'rabbitmq.tls.insecure': 'true' });
      expect(warnings(loaded)).to.deep.equal([
        'rabbitmq.tls.insecure (/a.conf [DEFAULTS] rabbit_use_ssl): any certificate is accepted, as the original does',
      ]);
    });
  });

  describe('of introspect and log', () => {
    it('should ask clients for a certificate unless told otherwise, and take the usual files where none is named', () => {
      const folder = '/etc/contrail/ssl';
      expect(read('[DEFAULTS]\n[SANDESH]\nintrospect_ssl_enable=True')).to.include({
        'introspect.tls.cert_file': `${folder}/certs/server.pem`,
        'introspect.tls.key_file': `${folder}/private/server-privkey.pem`,
        'introspect.tls.client_ca_file': `${folder}/certs/ca-cert.pem`,
      });
    });

    for (const [level, expected] of Object.entries({ SYS_EMERG: 'error', SYS_WARN: 'warn', sys_debug: 'debug' })) {
      it(`should take ${level} for ${expected}`, () => {
        expect(read(`[DEFAULTS]\nlog_level=${level}`)['log.level']).to.equal(expected);
      });
    }

    it('should write no file to <stdout>, and none without log_local', () => {
      expect(read('[DEFAULTS]\nlog_file=<stdout>')).not.to.have.property('log.file');
      expect(read('[DEFAULTS]\nlog_file=/f\nlog_local=0')).not.to.have.property('log.file');
    });
  });
});

describe('the original’s scheduler', () => {
  it('should be asked of analytics, by https if that is enabled, and as often as the timer expires', () => {
    const servers = '[SCHEDULER]\nanalytics_server_list = a:1 b fd00::1\n';
    expect(read(`${servers}[DEFAULTS]\ncheck_service_interval = 90`)).to.include({
      'scheduler.analytics_servers': '[a:1,b,fd00::1]',
      'scheduler.interval': '90s',
    });
    expect(read(`${servers}[DEFAULTS]\nanalytics_api_ssl_enable = True`)).to.include({
      'scheduler.analytics_servers': '[https://a:1,https://b:8081,https://[fd00::1]:8081]',
    });
  });

  it('should be taken as it is given, and by itself have nobody act', () => {
    const loaded = loadOriginal({ 'a.conf': '[DEFAULTS]\n[SCHEDULER]\nanalytics_server_list = a:1 fd00::1' });
    expect(problems(loaded)).to.deep.equal([]);
    expect(given(loaded)).not.to.have.property('managers');
  });

  it('should refuse a timer that never expires', () => {
    expect(problems(loadOriginal({ 'a.conf': '[DEFAULTS]\ncheck_service_interval = 0' }))).to.have.length(1);
  });
});

describe('the table of the original’s options', () => {
  const rows = Object.entries(originalOptions).flatMap(([section, options]) =>
    Object.keys(options).map((option) => ({ section, option, info: findOption(section, option) })),
  );
  const valuesOf: Readonly<Record<string, string>> = {
    'True or False': 'True',
    'one name without /': 'east',
    'a path that begins with /': '/v3/auth/tokens',
    'an http or https URL': 'https://k:5000/v3',
    'http, https': 'https',
  };
  const optionOf = (section: string, option: string, value?: string) => {
    const allowed = findOption(section, option)?.type?.allowed ?? '';
    const example = valuesOf[allowed] ?? (/whole number from (\d+)/.exec(allowed)?.[1] || allowed.split(/[, ]/)[0]!);
    return { section, option, value: value ?? example, origin: '/f' };
  };
  // Surroundings in which each option has an effect: some are for https only, some where others are missing.
  const https = [
    optionOf('DEFAULTS', 'api_server_use_ssl'),
    optionOf('DEFAULTS', 'rabbit_use_ssl'),
    optionOf('SANDESH', 'introspect_ssl_enable'),
    optionOf('DEFAULTS', 'log_file', '/log'),
    optionOf('SCHEDULER', 'analytics_server_list', 'a'),
    optionOf('auth', 'authn_type', 'keystone'),
    optionOf('auth', 'authn_token_url', 'https://k/v3/auth/tokens'),
    ...['global', 'auth'].flatMap((section) => ['certfile', 'keyfile'].map((name) => optionOf(section, name, '/f'))),
  ];
  const without = (...names: readonly string[]) => https.filter(({ option }) => !names.includes(option));
  const certificateOf = (name: string) => optionOf('KEYSTONE', name, '/f');
  const surroundings = [
    https,
    [],
    [...https, optionOf('DEFAULTS', 'kombu_ssl_certfile', '/f')],
    without('authn_token_url'),
    [...without('authn_token_url'), optionOf('auth', 'authn_protocol', 'https')],
    [optionOf('auth', 'authn_type', 'keystone')],
    without('api_server_use_ssl'),
    [...without('certfile', 'keyfile'), certificateOf('certfile'), certificateOf('keyfile')],
    [...https, optionOf('SANDESH', 'introspect_ssl_insecure', 'False')],
  ];

  function keysFrom(section: string, option: string): ReadonlySet<string> {
    const special: Readonly<Record<string, readonly string[]>> = {
      timeout: ['2', '900'],
      rabbit_server: ['u:p@a'],
      introspect_ssl_insecure: ['True', 'False'],
    };
    const texts = special[option] ?? [undefined];
    const found = surroundings.flatMap((around) =>
      texts.flatMap((value) => {
        const options = [
          ...around.filter((other) => other.option !== option || other.section !== section),
          optionOf(section, option, value),
        ];
        const parsed: OriginalValues = parseOptions(options).values;
        return [true, false]
          .flatMap((isReplacement) => translate(parsed, { isReplacement }))
          .filter(({ from }) => from.some((place) => place.section === section && place.option === option))
          .map(({ key }) => key);
      }),
    );
    return new Set(found);
  }

  for (const { section, option, info } of rows) {
    if (info?.type === undefined) continue;
    it(`should name the keys that [${section}] ${option} has a part in`, () => {
      expect([...keysFrom(section, option)].sort()).to.deep.equal([...info.keys].sort());
      for (const key of info.keys) expect([...settingKeys.keys()]).to.include(key);
    });
  }

  it('should say of each option what it is for, or why it is not needed', () => {
    for (const { option, info } of rows) expect(info?.doc, option).to.match(/\w{2}/);
  });

  it('should let only options that there are come before others', () => {
    const names = new Set(rows.map(({ section, option }) => `[${section}] ${option}`));
    for (const { info } of rows)
      if (info?.type !== undefined && info.unless !== undefined) expect(names).to.include(info.unless);
  });

  it('should have each section and name as the reader gives them', () => {
    for (const { option } of rows) expect(option).to.equal(option.toLowerCase());
  });
});
