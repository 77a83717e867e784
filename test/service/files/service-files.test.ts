import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ManualClock, type Live, type MaybeLive } from '../../../lib/index.js';
import { loadConfig, ServiceFiles, type ServiceConfig } from '../../../service/index.js';
import { CertificateAuthority, type Certificate } from '../../support/certificate-authority.js';
import { eventually } from '../../support/eventually.js';
import { KeptLog } from '../../support/kept.js';

const valueOf = <T>(value: MaybeLive<T> | undefined): T => (value as Live<T>).current();

describe('ServiceFiles', () => {
  let folder: string;
  let authority: CertificateAuthority;
  let one: Certificate;
  let other: Certificate;
  let clock: ManualClock;
  let log: KeptLog;
  let files: ServiceFiles;

  before(async () => {
    authority = await CertificateAuthority.create();
    [one, other] = [await authority.issue('DNS:one'), await authority.issue('DNS:other')];
  });

  after(() => authority.remove());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'svc-monitor-files-'));
    clock = new ManualClock();
    log = new KeptLog();
  });

  afterEach(async () => {
    files.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const path = (name: string): string => join(folder, name);
  const write = (name: string, text: string): Promise<void> => writeFile(path(name), text);

  const open = (...assignments: readonly string[]): ServiceConfig => {
    const loaded = loadConfig({ assignments, readFile: (name) => readFileSync(name, 'utf8') });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    files = new ServiceFiles(loaded.config, { clock, logger: log });
    files.start();
    return files.config;
  };

  /** One look at all files, as the clock sets it off. */
  const look = async (): Promise<void> => {
    clock.step(5_000);
    // The next look is set when this one is over.
    await eventually('the files were looked at', () => clock.pending > 0);
  };

  const pair = async (certificate: Certificate): Promise<void> => {
    await write('cert.pem', certificate.cert);
    await write('key.pem', certificate.key);
  };

  const withPair = async (): Promise<ServiceConfig> => {
    await pair(one);
    await write('ca.pem', authority.cert);
    const keys = (['ca', 'cert', 'key'] as const).map((part) => `rabbitmq.tls.${part}_file=${path(`${part}.pem`)}`);
    return open('rabbitmq.tls.enabled=true', 'rabbitmq.tls.server_name=broker', ...keys);
  };

  it('should leave alone what is in no file, and set no timer then', () => {
    const config = open('rabbitmq.password=p');
    expect(config.rabbitmq.password).to.equal('p');
    expect(clock.pending).to.equal(0);
  });

  it('should take a pair that is replaced, with the rest of the settings as they are', async () => {
    const config = await withPair();
    const before = valueOf(config.rabbitmq.tls);
    expect(before).to.deep.equal({ ca: authority.cert, ...one, servername: 'broker', rejectUnauthorized: true });
    await look();
    expect(valueOf(config.rabbitmq.tls), 'nothing has changed').to.equal(before);
    await pair(other);
    await look();
    expect(valueOf(config.rabbitmq.tls)).to.deep.equal({ ...before, ...other });
    expect(log.lines.map(({ message }) => message)).to.deep.equal(['files read anew']);
  });

  it('should not take halves of two pairs, nor what is half written, and say nothing of a moment of that', async () => {
    const config = await withPair();
    await write('cert.pem', other.cert);
    await look();
    expect(valueOf(config.rabbitmq.tls).cert).to.equal(one.cert);
    expect(files.problems()).to.deep.equal([]);
    await write('key.pem', other.key);
    await look();
    expect(valueOf(config.rabbitmq.tls)).to.include(other);
    await write('cert.pem', one.cert.slice(0, 100));
    await look();
    await pair(one);
    await look();
    expect(valueOf(config.rabbitmq.tls)).to.include(one);
    expect(log.lines.filter(({ level }) => level === 'warn')).to.deep.equal([]);
  });

  it('should go on with the former ones where the new ones are bad, say so once, and take them when they are mended', async () => {
    const config = await withPair();
    await write('ca.pem', 'no certificate');
    await look();
    await look();
    const since = clock.now();
    await look();
    expect(valueOf(config.rabbitmq.tls).ca).to.equal(authority.cert);
    expect(files.problems()).to.deep.equal([
      {
        setting: 'rabbitmq.tls.ca_file',
        path: path('ca.pem'),
        message: 'there is no certificate in PEM in it',
        advice: 'mend the file of rabbitmq.tls.ca_file: what it held before goes on counting',
        since,
      },
    ]);
    const warnings = log.lines.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ message }) => message)).to.deep.equal([
      'file cannot be used, its former content goes on counting',
    ]);
    await unlink(path('ca.pem'));
    await look();
    await look();
    expect(files.problems()[0]).to.include({ message: 'it cannot be read (ENOENT)', since });
    await write('ca.pem', authority.cert);
    await look();
    expect(files.problems()).to.deep.equal([]);
  });

  it('should follow links that are turned all at once, as Kubernetes does', async () => {
    for (const [name, certificate] of [
      ['..1', one],
      ['..2', other],
    ] as const) {
      await mkdir(path(name));
      await write(`${name}/tls.crt`, certificate.cert);
      await write(`${name}/tls.key`, certificate.key);
    }
    await symlink('..1', path('..data'));
    for (const name of ['tls.crt', 'tls.key']) await symlink(`..data/${name}`, path(name));
    const config = open(
      'config_api.urls=https://api',
      `config_api.tls.cert_file=${path('tls.crt')}`,
      `config_api.tls.key_file=${path('tls.key')}`,
    );
    await symlink('..2', path('..data_tmp'));
    await rename(path('..data_tmp'), path('..data'));
    await rm(path('..1'), { recursive: true });
    await look();
    expect(valueOf(config.configApi.tls)).to.include(other);
  });

  it('should take passwords and the token, without the line end', async () => {
    await write('password', 'first\n');
    await write('token', 'token-1');
    let config = open(
      `rabbitmq.password_file=${path('password')}`,
      'auth.mode=token',
      `auth.token_file=${path('token')}`,
    );
    const token = config.configApi.auth.mode === 'token' ? config.configApi.auth.token : '';
    await write('password', 'second\n');
    await write('token', 'token-2\n');
    await look();
    expect([valueOf(config.rabbitmq.password), valueOf(token)]).to.deep.equal(['second', 'token-2']);
    await write('token', '');
    expect(await files.reload()).to.have.length(1);
    expect(valueOf(token)).to.equal('token-2');
    expect(JSON.stringify(log.lines)).to.not.match(/first|second|token-\d/);
    files.stop();
    const sasl = [
      'kafka.sasl.mechanism=plain',
      'kafka.sasl.username=u',
      `kafka.sasl.password_file=${path('password')}`,
    ];
    const keystone = [
      'auth.mode=keystone',
      'auth.url=http://k/v3',
      'auth.username=u',
      'auth.project_name=p',
      `auth.password_file=${path('password')}`,
    ];
    config = open(...sasl, ...keystone);
    await write('password', 'third');
    await files.reload();
    const { auth } = config.configApi;
    expect(valueOf(config.kafka.connection.sasl?.password)).to.equal('third');
    expect(auth.mode === 'keystone' && valueOf(auth.password)).to.equal('third');
  });

  it('should look at once when it is told to, and take what is wrong for a problem at once', async () => {
    const config = await withPair();
    await pair(other);
    expect(await files.reload()).to.deep.equal([]);
    expect(valueOf(config.rabbitmq.tls)).to.include(other);
    await write('key.pem', one.key);
    expect((await files.reload()).map(({ setting, message }) => ({ setting, message }))).to.deep.equal([
      { setting: 'rabbitmq.tls.key_file', message: 'it is not the key of the certificate' },
    ]);
  });

  it('should not hang on what is no file', async () => {
    await write('password', 'p');
    open(`rabbitmq.password_file=${path('password')}`);
    await unlink(path('password'));
    await symlink('/dev/zero', path('password'));
    expect((await files.reload()).map(({ message }) => message)).to.deep.equal(['it is no regular file']);
  });

  it('should give Keystone the certificates of the config API where it has none of its own', async () => {
    await pair(one);
    await write('ca.pem', authority.cert);
    await write('keystone-ca.pem', other.cert);
    const api = (['ca', 'cert', 'key'] as const).map((part) => `config_api.tls.${part}_file=${path(`${part}.pem`)}`);
    const auth = [
      'auth.mode=keystone',
      'auth.url=https://k/v3',
      'auth.username=u',
      'auth.password=p',
      'auth.project_name=p',
    ];
    const plain = open(...api, ...auth, 'config_api.urls=https://api');
    expect(plain.configApi.auth).to.not.have.property('tls');
    files.stop();
    const own = open(...api, ...auth, 'config_api.urls=https://api', `auth.tls.ca_file=${path('keystone-ca.pem')}`);
    const tls = own.configApi.auth.mode === 'keystone' ? own.configApi.auth.tls : undefined;
    expect(valueOf(tls)).to.deep.equal({ ca: other.cert, ...one, rejectUnauthorized: true });
    await pair(other);
    await look();
    expect(valueOf(tls)).to.include(other);
    expect(valueOf(own.configApi.tls)).to.include(other);
  });
});
