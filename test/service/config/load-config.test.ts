import { expect } from 'chai';
import fc from 'fast-check';
import {
  environmentName,
  formatProblem,
  loadConfig,
  settingKeys,
  type ConfigSources,
  type ServiceConfig,
} from '../../../service/config/index.js';
import { contentOf, selfSigned } from '../../support/pem.js';

function load(sources: ConfigSources): ServiceConfig {
  const loaded = loadConfig(sources);
  if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join('\n'));
  return loaded.config;
}

function problems(sources: ConfigSources): readonly string[] {
  const loaded = loadConfig(sources);
  return loaded.ok ? [] : loaded.problems.map(formatProblem);
}

describe('loadConfig', () => {
  describe('when nothing is given', () => {
    it('should take the defaults that docs/settings.md names', () => {
      const config = load({});
      expect(config.configApi.urls).to.deep.equal(['http://127.0.0.1:8082']);
      expect(config.configApi.keepAlive).to.equal('auto');
      expect(config.configApi.auth).to.deep.equal({ mode: 'none' });
      expect(config.rabbitmq).to.deep.equal({
        brokers: ['127.0.0.1:5672'],
        vhost: '/',
        username: 'guest',
        password: 'guest',
        heartbeatSeconds: 5,
        checkIntervalMs: 10_000,
        prefetch: 1_024,
        queueExpiresMs: 60_000,
        exchange: 'vnc_config.object-update',
      });
      expect(config.rules).to.deep.equal({
        octaviaOwner: 'Octavia',
        amphoraNamePrefix: 'octavia-lb-vrrp-',
        amphoraProjects: ['service'],
        virtualPorts: 'octavia',
        freshPortTimeoutMs: 600_000,
        schema: 'auto',
        stripWindowMs: 2_000,
        unclearDisassociation: 'by-state',
        projectToFloatingIp: true,
        analyticsServers: [],
        introspectPort: 8085,
        schedulerIntervalMs: 60_000,
        schedulerTimeoutMs: 5_000,
        schedulerSeed: 'opensdn-svc-monitor',
        schedulerVrouters: [],
        haproxyAppsession: false,
      });
      expect(config.dryRun).to.equal(false);
      expect(config.http).to.deep.equal({ host: '127.0.0.1', port: 9097, allowedHosts: [] });
    });

    it('should take an empty file, and sections that are commented out, for nothing given', () => {
      expect(load({ fileText: '' })).to.deep.equal(load({}));
      expect(load({ fileText: 'rabbitmq:\n#  port: 1\nlog:\n  level:\n' })).to.deep.equal(load({}));
    });
  });

  describe('when several sources give a key', () => {
    const fileText = 'workers: 2\nrabbitmq: { port: 1002, vhost: file }\n';
    const environment = { SVC_MONITOR_RABBITMQ_PORT: '1003', SVC_MONITOR_WORKERS: '3', PATH: '/bin' };

    it('should prefer the environment to the file, and assignments to both', () => {
      const config = load({ fileText, environment, assignments: ['workers=4'] });
      expect(config.workers).to.equal(4);
      expect(config.rabbitmq.brokers).to.deep.equal(['127.0.0.1:1003']);
      expect(config.rabbitmq.vhost).to.equal('file');
    });

    it('should take the last assignment of a key, with everything behind the first equals sign', () => {
      const config = load({ assignments: ['rabbitmq.username=a', 'rabbitmq.username=b=c'] });
      expect(config.rabbitmq.username).to.equal('b=c');
    });

    it('should pass over empty variables, and those of others with the same prefix', () => {
      const foreign = {
        SVC_MONITOR_WORKERS: '',
        SVC_MONITOR_PORT: 'tcp://10.0.0.1:9097',
        SVC_MONITOR_PORT_9097_TCP_ADDR: '10.0.0.1',
        SVC_MONITOR_SERVICE_HOST: '10.0.0.1',
        SVC_MONITOR_SERVICE_PORT_HTTP: '9097',
      };
      expect(load({ environment: foreign })).to.deep.equal(load({}));
    });

    it('should tell where each value came from', () => {
      const loaded = loadConfig({ fileText, environment: { SVC_MONITOR_WORKERS: '3' }, assignments: ['dry_run=true'] });
      if (!loaded.ok) throw new Error('not loaded');
      const origins = new Map(loaded.effective.map(({ key, origin }) => [key, origin]));
      expect(origins.get('rabbitmq.port')).to.equal('file');
      expect(origins.get('workers')).to.equal('SVC_MONITOR_WORKERS');
      expect(origins.get('dry_run')).to.equal('--set');
      expect(origins.get('http.port')).to.equal('default');
    });
  });

  describe('when values are right', () => {
    const durations: readonly (readonly [string, number])[] = [
      ['500ms', 500],
      ['2s', 2_000],
      ['"2"', 2_000],
      ['2', 2_000],
      ['1.5', 1_500],
      ['0.5m', 30_000],
      ['1m', 60_000],
    ];
    for (const [written, ms] of durations) {
      it(`should read the duration ${written} as ${ms} ms`, () => {
        expect(load({ fileText: `timings:\n  strip_window: ${written}\n` }).rules.stripWindowMs).to.equal(ms);
      });
    }

    const hosts: readonly (readonly [string, string])[] = [
      ['rabbit-1', 'rabbit-1:5673'],
      ['10.0.0.1:5672', '10.0.0.1:5672'],
      ['fd00::1', '[fd00::1]:5673'],
      ['[fd00::1]', '[fd00::1]:5673'],
      ['[fd00::1]:1', '[fd00::1]:1'],
    ];
    for (const [written, broker] of hosts) {
      it(`should read the host ${written} as ${broker}`, () => {
        const config = load({ assignments: [`rabbitmq.hosts=${written}`, 'rabbitmq.port=5673'] });
        expect(config.rabbitmq.brokers).to.deep.equal([broker]);
      });
    }

    it('should read a list from YAML and from text with commas', () => {
      const fromFile = load({ fileText: 'rules:\n  amphora_projects: [a, "dom:b"]\n' });
      const fromText = load({ assignments: ['rules.amphora_projects=a, dom:b'] });
      expect(fromFile.rules.amphoraProjects).to.deep.equal(['a', 'dom:b']);
      expect(fromText.rules.amphoraProjects).to.deep.equal(['a', 'dom:b']);
      expect(load({ assignments: ['rules.amphora_projects='] }).rules.amphoraProjects).to.deep.equal([]);
    });

    it('should read credentials and certificates from files, without the line end behind a secret', () => {
      const files = new Map([
        ['/pw', 'hunter2\n'],
        ['/ca', selfSigned.cert],
      ]);
      const config = load({
        fileText: 'rabbitmq: { password_file: /pw, tls: { enabled: true, ca_file: /ca } }',
        readFile: (path) => files.get(path) ?? '',
      });
      expect(config.rabbitmq.password).to.equal('hunter2');
      expect(config.rabbitmq.tls).to.deep.equal({ rejectUnauthorized: true, ca: selfSigned.cert });
    });

    it('should make a Keystone login of the auth section', () => {
      const config = load({
        fileText: 'auth: { mode: keystone, url: "http://k:5000/v3", username: u, password: p, project_name: admin }',
      });
      expect(config.configApi.auth).to.deep.equal({
        mode: 'keystone',
        url: 'http://k:5000/v3',
        apiVersion: 'auto',
        username: 'u',
        password: 'p',
        projectName: 'admin',
        userDomain: 'Default',
        projectDomain: 'Default',
      });
    });

    it('should hand out a configuration that nobody can change', () => {
      const config = load({});
      expect(config).to.be.frozen;
      expect(config.rabbitmq.brokers).to.be.frozen;
      expect(config.configApi.urls).to.be.frozen;
      expect(config.rules.amphoraProjects).to.be.frozen;
      // Loading again has to work, though what was frozen before came from the same defaults.
      expect(load({ assignments: ['workers=3'] }).workers).to.equal(3);
    });
  });

  describe('when values are wrong', () => {
    const wrong: readonly (readonly [string, string])[] = [
      ['workers', '0'],
      ['workers', '1.5'],
      ['workers', 'many'],
      ['dry_run', 'yes'],
      ['rabbitmq.port', '65536'],
      ['rabbitmq.port', ''],
      ['rabbitmq.hosts', ''],
      ['rabbitmq.hosts', 'a b'],
      ['rabbitmq.hosts', 'h:0'],
      ['rabbitmq.hosts', 'h:65536'],
      ['rabbitmq.hosts', 'amqp://h'],
      ['rabbitmq.heartbeat', '0'],
      ['rabbitmq.heartbeat', '500ms'],
      ['rabbitmq.heartbeat', '1.5s'],
      ['rabbitmq.vhost', ''],
      ['timings.strip_window', '2 parsecs'],
      ['timings.strip_window', '-2s'],
      ['timings.strip_window', '1h'],
      ['config_api.urls', 'ftp://h'],
      ['config_api.urls', 'h:8082'],
      ['auth.mode', 'kerberos'],
      ['auth.url', 'http://u:p@k/v3'],
      ['rules.unclear_disassociation', 'guess'],
      ['log.level', 'SYS_NOTICE'],
    ];
    for (const [key, value] of wrong) {
      it(`should refuse ${key}=${value}, naming the key and what is allowed`, () => {
        const [problem, ...others] = problems({ assignments: [`${key}=${value}`] });
        expect(others).to.deep.equal([]);
        expect(problem).to.match(new RegExp(`^${key} = .* \\(--set\\): has to be `));
        expect(problem).to.contain(settingKeys.get(key)?.allowed);
      });
    }

    it('should ask for quotes where YAML makes a number of a text', () => {
      expect(problems({ fileText: 'rabbitmq: { password: 0123 }' })).to.deep.equal([
        'rabbitmq.password = *** (file): has to be a text; write it in quotes',
      ]);
    });

    it('should report all problems of all sources at once', () => {
      const found = problems({
        fileText: 'wokers: 1\nrabbitmq: { port: 0 }\nrules: 5\nauth: { mode: token }',
        environment: { SVC_MONITOR_LOG_LEVEL: 'loud', SVC_MONITOR_LOG_LEVLE: 'info' },
        assignments: ['http.port=x', 'nonsense', 'config_api.request_timeout=2m'],
      });
      expect(found).to.deep.equal([
        'wokers (file): no such key; did you mean workers?',
        'rules (file): has to be a map of keys',
        'SVC_MONITOR_LOG_LEVLE (environment): no such variable; did you mean SVC_MONITOR_LOG_LEVEL?',
        '--set: has to be key=value',
        'rabbitmq.port = 0 (file): has to be a whole number from 1 to 65535',
        'http.port = "x" (--set): has to be a whole number from 0 to 65535',
        'log.level = "loud" (SVC_MONITOR_LOG_LEVEL): has to be `debug`, `info`, `warn`, `error`',
        'auth.token: required with auth.mode token (or auth.token_file)',
        'config_api.list_timeout: 1m is less than config_api.request_timeout, 2m',
      ]);
    });

    it('should report no problem between keys of which one is at fault itself', () => {
      const keystone = ['auth.mode=keystone', 'auth.username=u', 'auth.password=p', 'auth.project_name=x'];
      expect(problems({ assignments: [...keystone, 'auth.url=nowhere'] })).to.have.length(1);
    });

    it('should point at the place of a mistake in the YAML', () => {
      expect(problems({ fileText: 'workers: 1\nworkers: 2\n' })).to.deep.equal([
        '(file): line 2, column 1: duplicate key',
      ]);
      expect(problems({ fileText: '- a\n- b\n' })).to.deep.equal(['(file): has to be a map of keys']);
    });
  });

  describe('when keys are unknown', () => {
    const misspelled: readonly (readonly [string, string])[] = [
      ['rabbitmq.prot', 'rabbitmq.port'],
      ['rabbitmq.heart_beat', 'rabbitmq.heartbeat'],
      ['config_api.url', 'config_api.urls'],
      ['timing.strip_window', 'timings.strip_window'],
      ['config_api.tls.cafile', 'config_api.tls.ca_file'],
      ['strip_window', 'timings.strip_window'],
    ];
    for (const [given, meant] of misspelled) {
      it(`should suggest ${meant} for ${given}`, () => {
        expect(problems({ assignments: [`${given}=1`] })).to.deep.equal([
          `${given} (--set): no such key; did you mean ${meant}?`,
        ]);
      });
    }

    it('should suggest nothing for what is like no key', () => {
      expect(problems({ assignments: ['xyzzy=1'] })).to.deep.equal(['xyzzy (--set): no such key']);
    });

    it('should not be fooled by names that every object has', () => {
      for (const key of ['__proto__', 'constructor', 'toString']) {
        expect(problems({ assignments: [`${key}=1`] })).to.have.length(1);
        expect(problems({ fileText: `${key}: 1` })).to.have.length(1);
      }
    });
  });

  describe('when keys contradict each other', () => {
    const contradictions: readonly (readonly [readonly string[], string])[] = [
      [['auth.mode=keystone', 'auth.username=u', 'auth.password=p', 'auth.project_name=x'], 'auth.url: required'],
      [['auth.mode=token'], 'auth.token: required'],
      [
        ['rabbitmq.password=a', 'rabbitmq.password_file=/f'],
        'rabbitmq.password (--set): only one of this and rabbitmq.password_file',
      ],
      [
        ['rabbitmq.tls.enabled=true', 'rabbitmq.tls.cert_file=/f.pem'],
        'rabbitmq.tls.key_file: required with rabbitmq.tls.cert_file',
      ],
      [['rabbitmq.tls.ca_file=/f.pem'], 'rabbitmq.tls.ca_file (--set): has no effect'],
      [['config_api.tls.ca_file=/f.pem'], 'config_api.tls.ca_file (--set): has no effect'],
      [['timings.sync_timeout=30s'], 'timings.sync_timeout (--set): 30s is less than config_api.list_timeout, 1m'],
    ];
    for (const [assignments, expected] of contradictions) {
      it(`should refuse ${assignments.join(', ')}`, () => {
        const found = problems({ assignments, readFile: contentOf });
        expect(found).to.have.length(1);
        expect(found[0]).to.contain(expected);
      });
    }
  });

  describe('when files are named', () => {
    it('should say which cannot be read, and why', () => {
      const readFile = (): string => {
        throw Object.assign(new Error('no'), { code: 'EACCES' });
      };
      expect(problems({ assignments: ['rabbitmq.password_file=/secret'], readFile })).to.deep.equal([
        'rabbitmq.password_file = "/secret" (--set): the file cannot be read: this user has no permission for it (EACCES)',
      ]);
    });

    it('should refuse an empty one', () => {
      expect(problems({ assignments: ['rabbitmq.password_file=/e'], readFile: () => '\n' })).to.deep.equal([
        'rabbitmq.password_file = "/e" (--set): the file is empty',
      ]);
    });
  });

  describe('when secrets are given', () => {
    const secret = 'hunter2:very/secret';
    const leaking: readonly (readonly [string, ConfigSources])[] = [
      ['in a listing', { assignments: [`rabbitmq.password=${secret}`, `auth.token=${secret}`] }],
      ['below a misspelled key', { fileText: `rabbitmq: { pasword: "${secret}" }` }],
      ['as a list', { fileText: `rabbitmq: { password: ["${secret}"] }` }],
      ['as a map where a text belongs', { fileText: `rabbitmq: { username: { password: "${secret}" } }` }],
      ['in a URL', { assignments: [`config_api.urls=http://me:${secret}@host`] }],
      ['before a host', { assignments: [`rabbitmq.hosts=me:${secret}@host`] }],
      ['in broken YAML', { fileText: `rabbitmq: { password: "${secret}" "${secret}" }\n  x: %${secret}` }],
      ['as an alias without anchor', { fileText: `rabbitmq: { password: *${secret} }` }],
      ['as an anchor', { fileText: `rabbitmq:\n  password: &${secret}\n  port: x` }],
    ];
    for (const [where, sources] of leaking) {
      it(`should never show one that stands ${where}`, () => {
        const loaded = loadConfig(sources);
        const shown = loaded.ok ? JSON.stringify(loaded.effective) : loaded.problems.map(formatProblem).join('\n');
        expect(shown).not.to.contain('hunter2');
        expect(shown).not.to.contain('very');
      });
    }
  });

  describe('when anything at all is given', () => {
    it('should load it or name problems, and never throw', () => {
      fc.assert(
        fc.property(fc.string({ unit: 'grapheme' }), (fileText) => {
          const loaded = loadConfig({ fileText });
          return loaded.ok || loaded.problems.length > 0;
        }),
      );
    });

    it('should give each wrong value of each key exactly one problem', () => {
      const keys = fc.constantFrom(...[...settingKeys.keys()].filter((key) => !key.endsWith('_file')));
      const nonsense = fc.constantFrom({ a: { b: 1 } }, [[1]], -7.25, [null]);
      fc.assert(
        fc.property(fc.dictionary(keys, nonsense, { minKeys: 1, maxKeys: 8 }), (values) => {
          const fileText = JSON.stringify(nested(values));
          const loaded = loadConfig({ fileText });
          const found = loaded.ok ? [] : loaded.problems.map(({ key }) => key);
          expect(found.filter((key) => key in values).sort()).to.deep.equal(Object.keys(values).sort());
        }),
      );
    });
  });
});

function nested(values: Readonly<Record<string, unknown>>): object {
  const root: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(values)) {
    const parts = key.split('.');
    let level = root;
    for (const part of parts.slice(0, -1)) {
      const inner: Record<string, unknown> = (level[part] as Record<string, unknown> | undefined) ?? {};
      level[part] = inner;
      level = inner;
    }
    level[parts.at(-1)!] = value;
  }
  return root;
}

describe('environmentName', () => {
  it('should give each key a variable of its own', () => {
    const names = [...settingKeys.keys()].map(environmentName);
    expect(new Set(names).size).to.equal(names.length);
    expect(environmentName('rabbitmq.tls.ca_file')).to.equal('SVC_MONITOR_RABBITMQ_TLS_CA_FILE');
  });
});
