import { expect } from 'chai';
import { formatProblem, loadConfig, type ConfigSources } from '../../../service/config/index.js';
import { encryptedKey, expiredCertificate, otherKey, selfSigned } from '../../support/pem.js';

const sections = {
  config_api: ['config_api.urls=https://a'],
  auth: ['config_api.urls=https://a'],
  rabbitmq: ['rabbitmq.tls.enabled=true'],
  kafka: ['kafka.tls.enabled=true'],
  http: ['http.tls.enabled=true'],
  introspect: ['introspect.tls.enabled=true'],
};

function load(
  section: keyof typeof sections,
  files: Readonly<Record<string, string>>,
  more: Partial<ConfigSources> = {},
) {
  const assignments = Object.keys(files).map((name) => `${section}.tls.${name}=/${name}`);
  return loadConfig({
    assignments: [...sections[section], ...assignments],
    readFile: (path) => files[path.slice(1)] ?? '',
    ...more,
  });
}

describe('the files that a configuration names', () => {
  const { cert, key } = selfSigned;

  for (const section of Object.keys(sections) as (keyof typeof sections)[]) {
    describe(`for TLS of ${section}`, () => {
      const hasCa = section !== 'http' && section !== 'introspect';
      const ca = hasCa ? 'ca_file' : 'client_ca_file';
      const wrong: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
        [
          'certificates that are no PEM',
          { [ca]: 'DER' },
          `${section}.tls.${ca} = "/${ca}" (--set): the file holds no certificate (PEM)`,
        ],
        [
          'a key for certificates',
          { [ca]: key },
          `${section}.tls.${ca} = "/${ca}" (--set): the file holds a key, and no certificate`,
        ],
        [
          'a damaged certificate',
          { [ca]: `${cert}${cert.replace('M', 'N')}` },
          `${section}.tls.${ca} = "/${ca}" (--set): certificate 2 of the file is damaged`,
        ],
        [
          'a certificate for a key',
          { cert_file: cert, key_file: cert },
          `${section}.tls.key_file = "/key_file" (--set): the file holds no private key (PEM)`,
        ],
        [
          'the key of another certificate',
          { cert_file: cert, key_file: otherKey },
          `${section}.tls.key_file = "/key_file" (--set): the key is not the one of the certificate in ${section}.tls.cert_file`,
        ],
        [
          'a key with a passphrase',
          { cert_file: cert, key_file: encryptedKey },
          `${section}.tls.key_file = "/key_file" (--set): the key is encrypted: it has to be one without a passphrase`,
        ],
        [
          'a damaged key',
          { cert_file: cert, key_file: key.replace('M', 'N') },
          `${section}.tls.key_file = "/key_file" (--set): the key in the file is damaged`,
        ],
      ];
      for (const [what, files, expected] of wrong) {
        it(`should refuse ${what}, with the key and the file`, () => {
          const all = hasCa ? files : { cert_file: cert, key_file: key, ...files };
          const loaded = load(section, all);
          expect(loaded.ok ? [] : loaded.problems.map(formatProblem)).to.deep.equal([expected]);
        });
      }

      it('should take what fits, with certificates of intermediate authorities behind it', () => {
        expect(load(section, { cert_file: `${cert}\n${expiredCertificate}`, key_file: key, [ca]: cert })).to.include({
          ok: true,
        });
      });

      it('should refuse what has no effect without TLS', () => {
        const loaded = loadConfig({
          assignments: [`${section}.tls.cert_file=/cert_file`, `${section}.tls.key_file=/key_file`],
          readFile: (path) => (path === '/key_file' ? key : cert),
        });
        const found = loaded.ok ? [] : loaded.problems.map(formatProblem);
        if (section !== 'auth') for (const problem of found) expect(problem).to.contain('has no effect');
        expect(found.length).to.equal(section === 'auth' ? 0 : 2);
      });
    });
  }

  describe('when a certificate is out of time', () => {
    const warningsAt = (now: string, files: Readonly<Record<string, string>>): readonly string[] => {
      const loaded = load('rabbitmq', files, { now: new Date(now) });
      expect(loaded.ok).to.equal(true);
      return loaded.warnings.map(formatProblem);
    };

    it('should warn that it has expired', () => {
      expect(warningsAt('2030-01-01', { ca_file: expiredCertificate })).to.deep.equal([
        'rabbitmq.tls.ca_file = "/ca_file" (--set): the certificate has expired: 2021-01-01',
      ]);
    });

    it('should warn that it does not count yet', () => {
      expect(warningsAt('2019-01-01', { cert_file: cert, key_file: key })).to.deep.equal([
        'rabbitmq.tls.cert_file = "/cert_file" (--set): the certificate counts only from 2020-01-01',
      ]);
    });

    it('should not mind one of a bundle that has others', () => {
      expect(warningsAt('2030-01-01', { ca_file: `${expiredCertificate}${cert}` })).to.deep.equal([]);
    });
  });
});

describe('the packages that a configuration needs', () => {
  const problemsOf = (sources: ConfigSources): readonly string[] => {
    const loaded = loadConfig({ ...sources, isInstalled: () => false });
    return loaded.ok ? [] : loaded.problems.map(formatProblem);
  };

  const needs: readonly (readonly [string, ConfigSources, readonly string[]])[] = [
    ['amqp', {}, []],
    ['kafka', { assignments: ['source=kafka'] }, ['source = "kafka" (--set): needs the package kafkajs']],
    ['the relay', { isRelay: true }, ['relay: needs the package kafkajs']],
    [
      'traces',
      { assignments: ['tracing.enabled=true'] },
      [
        'tracing.enabled = true (--set): needs the package @opentelemetry/sdk-trace-node',
        'tracing.enabled = true (--set): needs the package @opentelemetry/exporter-trace-otlp-http',
      ],
    ],
  ];
  for (const [what, sources, expected] of needs) {
    it(`should be problems for ${what} where they are missing`, () => {
      const found = problemsOf(sources);
      expect(found.map((problem) => problem.slice(0, problem.indexOf(',')))).to.deep.equal(expected);
    });
  }
});

describe('the path of leadership', () => {
  const isPath = (path: string): boolean => loadConfig({ assignments: [`leadership.path=${path}`] }).ok;

  for (const path of ['/svc-monitor', '/east/svc-monitor', '/a.b', '/...', '/ü', '/zookeeper-of-ours']) {
    it(`should take ${path}`, () => {
      expect(isPath(path)).to.equal(true);
    });
  }

  for (const path of [
    'svc-monitor',
    '/',
    '/a/',
    '//a',
    '/a//b',
    '/.',
    '/a/../b',
    '/a\u0001',
    '/a\u0085',
    '/zookeeper',
    '/zookeeper/a',
  ]) {
    it(`should refuse ${JSON.stringify(path)}`, () => {
      expect(isPath(path)).to.equal(false);
    });
  }

  it('should go with kafka only where changes come from Kafka', () => {
    const loaded = loadConfig({ assignments: ['leadership.mode=kafka'] });
    expect(loaded.ok ? [] : loaded.problems.map(formatProblem)).to.deep.equal([
      'leadership.mode (--set): kafka divides the VIPs by the topic of the changes: source has to be kafka',
    ]);
    expect(loadConfig({ assignments: ['leadership.mode=kafka', 'source=kafka'] }).ok).to.equal(true);
  });
});
