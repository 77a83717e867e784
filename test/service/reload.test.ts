import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SvcMonitorError } from '../../lib/index.js';
import { loadConfig, settingKeys } from '../../service/config/index.js';
import {
  comparedConfig,
  reloadableKeys,
  watchedFileKeys,
  Reloader,
  reloadPlan,
  type RightConfig,
} from '../../service/reload.js';
import { CertificateAuthority } from '../support/certificate-authority.js';
import { Command } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { contentOf } from '../support/pem.js';
import { RecordingLogger } from '../support/recording-logger.js';

const withAll: Readonly<Record<string, string>> = {
  'config_api.urls': 'https://api:8082',
  'config_api.tls.ca_file': '/api-ca.pem',
  'config_api.tls.cert_file': '/api-cert.pem',
  'config_api.tls.key_file': '/api-key.pem',
  'auth.mode': 'keystone',
  'auth.url': 'https://keystone',
  'auth.username': 'u',
  'auth.project_name': 'p',
  'auth.password_file': '/password',
  'rabbitmq.password_file': '/rabbit-password',
  'rabbitmq.tls.enabled': 'true',
  'rabbitmq.tls.ca_file': '/rabbit-ca.pem',
  'rabbitmq.tls.cert_file': '/rabbit-cert.pem',
  'rabbitmq.tls.key_file': '/rabbit-key.pem',
  'kafka.tls.enabled': 'true',
  'kafka.tls.ca_file': '/kafka-ca.pem',
  'kafka.tls.cert_file': '/kafka-cert.pem',
  'kafka.tls.key_file': '/kafka-key.pem',
  'kafka.sasl.mechanism': 'plain',
  'kafka.sasl.username': 'u',
  'kafka.sasl.password_file': '/kafka-password',
  'http.tls.enabled': 'true',
  'http.tls.cert_file': '/cert.pem',
  'http.tls.key_file': '/key.pem',
  'http.tls.client_ca_file': '/client-ca.pem',
  'introspect.enabled': 'true',
  'introspect.tls.enabled': 'true',
  'introspect.tls.cert_file': '/i-cert.pem',
  'introspect.tls.key_file': '/i-key.pem',
  'introspect.tls.client_ca_file': '/i-client-ca.pem',
};

function loaded(changed: Readonly<Record<string, string>> = {}, contents: Readonly<Record<string, string>> = {}) {
  const settings = Object.entries({ ...withAll, ...changed }).filter(([, value]) => value !== '');
  const result = loadConfig({
    assignments: settings.map(([key, value]) => `${key}=${value}`),
    readFile: (path) => `${contentOf(path)}${contents[path] ?? ''}`,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result;
}

const planFor = (before: RightConfig, after: RightConfig) => reloadPlan(comparedConfig(before), comparedConfig(after));

describe('reloadPlan', () => {
  describe('when nothing has changed', () => {
    it('should have nothing to do', () => {
      expect(planFor(loaded(), loaded())).to.deep.equal({ applied: [], needsRestart: [] });
    });
  });

  describe('when settings have changed', () => {
    it('should take what can be taken, and name what cannot', () => {
      const after = loaded({ 'log.level': 'debug', 'http.allowed_hosts': 'a.example', workers: '3', 'http.port': '1' });
      expect(planFor(loaded(), after)).to.deep.equal({
        applied: ['http.allowed_hosts', 'log.level'],
        needsRestart: ['workers', 'http.port'],
      });
    });

    it('should take other files of the same kind', () => {
      expect(planFor(loaded(), loaded({ 'http.tls.cert_file': '/new.pem' })).applied).to.deep.equal([
        'http.tls.cert_file',
      ]);
    });

    it('should not begin or cease to want certificates of clients', () => {
      const without = loaded({ 'http.tls.client_ca_file': '' });
      for (const plan of [planFor(loaded(), without), planFor(without, loaded())])
        expect(plan).to.deep.equal({ applied: [], needsRestart: ['http.tls.client_ca_file'] });
    });
  });

  describe('when a file has other contents', () => {
    for (const [key, path] of Object.entries(withAll).filter(([, value]) => value.startsWith('/'))) {
      it(`should see that of ${key}`, () => {
        const { applied, needsRestart } = planFor(loaded(), loaded({}, { [path]: 'other' }));
        expect({ applied, needsRestart }).to.deep.equal({ applied: [key], needsRestart: [] });
      });
    }
  });

  describe('when a file that is looked at again has another name', () => {
    for (const [key, path] of Object.entries(withAll)) {
      if (!watchedFileKeys.has(key)) continue;
      it(`should say that ${key} needs a restart`, () => {
        expect(planFor(loaded(), loaded({ [key]: `/another${path}` })).needsRestart).to.include(key);
      });
    }
  });

  describe('when a secret that is no file has changed', () => {
    it('should say that it needs a restart', () => {
      const secret = (password: string): RightConfig =>
        loaded({ 'rabbitmq.password_file': '', 'rabbitmq.password': password });
      expect(planFor(secret('one'), secret('two'))).to.deep.equal({
        applied: [],
        needsRestart: ['rabbitmq.password'],
      });
    });
  });

  it('should know only keys that there are', () => {
    for (const key of [...reloadableKeys, ...watchedFileKeys]) expect(settingKeys.has(key)).to.equal(true);
  });
});

describe('Reloader', () => {
  describe('when what is to be taken cannot be used', () => {
    it('should say so, and go on with what was', () => {
      const logger = new RecordingLogger();
      let attempts = 0;
      const apply = (): void => {
        attempts += 1;
        if (attempts === 1)
          throw new SvcMonitorError('invalid-configuration', 'no certificate', { details: { problems: [] } });
      };
      const reloader = new Reloader({ started: loaded(), load: () => loaded({ 'log.level': 'debug' }), apply, logger });
      reloader.reload();
      expect(logger.lines[0]).to.contain('configuration not reloaded').and.to.contain('no certificate');
      reloader.reload();
      expect(logger.lines[1]).to.contain('configuration reloaded').and.to.contain('log.level');
    });
  });

  describe('when something needs a restart', () => {
    it('should say so at each reload until there is one', () => {
      const logger = new RecordingLogger();
      const after = loaded({ workers: '3', 'log.level': 'debug' });
      const reloader = new Reloader({ started: loaded(), load: () => after, apply: () => undefined, logger });
      reloader.reload();
      reloader.reload();
      expect(logger.lines.filter((line) => line.includes('need a restart') && line.includes('workers'))).to.have.length(
        2,
      );
      expect(logger.lines.filter((line) => line.includes('"applied":["log.level"]'))).to.have.length(1);
    });
  });
});

describe('the service process, when it gets SIGHUP', () => {
  let folder: string;
  let authority: CertificateAuthority;
  let service: Command;

  before(async () => {
    authority = await CertificateAuthority.create();
  });

  after(() => authority.remove());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'svc-monitor-reload-'));
  });

  afterEach(async () => {
    service.signal('SIGTERM');
    expect((await service.ended).code).to.equal(0);
    await rm(folder, { recursive: true });
  });

  const file = (name: string): string => join(folder, name);
  const config = (level: string, more = ''): Promise<void> =>
    writeFile(
      file('config.yaml'),
      `config_api: { urls: ['http://127.0.0.1:1'] }\nrabbitmq: { port: 1 }\nlog: { level: ${level} }\nhttp: { port: 0 ${more} }\n`,
    );

  it('should take another level, tell what it cannot take, and go on with what was if the new one is wrong', async () => {
    await config('info');
    service = new Command(['run', '--config', file('config.yaml')]);
    await service.field('status endpoint listens', 'url');
    await config('debug', ", host: '127.0.0.2'");
    service.signal('SIGHUP');
    expect(await service.field('configuration reloaded', 'applied')).to.equal('log.level');
    expect(await service.field('changed settings need a restart', 'keys')).to.equal('http.host');
    await eventually('it writes debug lines', () => service.stdout.includes('"level":"debug"'));
    await writeFile(file('config.yaml'), 'log: { level: loud }\n');
    service.signal('SIGHUP');
    expect(await service.field('configuration not reloaded, it has problems', 'problems')).to.contain(
      'log.level = "loud"',
    );
  });

  it('should use renewed certificates', async () => {
    const write = async (): Promise<void> => {
      const { cert, key } = await authority.issue('IP:127.0.0.1');
      await writeFile(file('cert.pem'), cert);
      await writeFile(file('key.pem'), key);
    };
    await write();
    const tls = `, tls: { enabled: true, cert_file: ${file('cert.pem')}, key_file: ${file('key.pem')} }`;
    await config('info', tls);
    service = new Command(['run', '--config', file('config.yaml')]);
    expect(await service.field('status endpoint listens', 'url')).to.contain('https://');
    await write();
    service.signal('SIGHUP');
    expect(await service.field('configuration reloaded', 'applied')).to.equal('http.tls.cert_file,http.tls.key_file');
  });
});
