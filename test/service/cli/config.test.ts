import { execFileSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { settingKeys } from '../../../service/config/index.js';
import { Command, type Ended } from '../../support/command.js';
import { expiredCertificate, otherKey, selfSigned } from '../../support/pem.js';
import { projectFolder } from '../../support/project-folder.js';
import { sample, sampleText, variablesOf } from '../config/original/support.js';

describe('opensdn-svc-monitor config', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'svc-monitor-config-'));
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  async function file(name: string, text: string | Uint8Array): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  }

  const run = (args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Ended> =>
    new Command(['config', ...args], environment).ended;

  /** The problems that `config check` prints, without what surrounds them. */
  async function problems(args: readonly string[], environment?: Readonly<Record<string, string>>) {
    const { code, stdout, stderr } = await run(['check', ...args], environment);
    expect(code, stderr).to.equal(2);
    expect(stdout).to.equal('');
    const lines = stderr.trimEnd().split('\n');
    const end = lines.findIndex((line) => line.startsWith('and there '));
    return lines.slice(1, end === -1 ? undefined : end).map((line) => line.trim());
  }

  const confFile = (name: string): readonly string[] => ['--conf_file', fileURLToPath(sample(name))];
  const plain = [...confFile('plain/contrail-svc-monitor.conf'), ...confFile('plain/vnc_api_lib.ini')];

  describe('show', () => {
    it('should print every key with its value and where it comes from, secrets hidden', async () => {
      const { code, stdout } = await run(['show', ...plain, '--set', 'workers=3'], { SVC_MONITOR_RABBITMQ_PORT: '7' });
      expect(code).to.equal(0);
      const lines = stdout.split('\n');
      for (const key of settingKeys.keys()) {
        expect(lines.filter((line) => line.startsWith(`${key} = `) || line === `${key} is unset`)).to.have.length(1);
      }
      const conf = fileURLToPath(sample('plain/contrail-svc-monitor.conf'));
      expect(lines).to.include.members([
        'workers = 3  (--set)',
        'rabbitmq.port = 7  (SVC_MONITOR_RABBITMQ_PORT)',
        'dry_run = false  (default)',
        'auth.url is unset',
        'log.format = "contrail"  (default of the original)',
        `rabbitmq.password = ***  (${conf} [DEFAULTS] rabbit_password)`,
        `leadership.mode = "zookeeper"  (${conf} [DEFAULTS] zk_server_ip)`,
      ]);
    });

    it('should print the options of the original that are not used, and the warnings', async () => {
      const conf = await file('odd.conf', '[DEFAULTS]\ncollectors = a:1\nrabit_user = hunter2\n');
      const { code, stdout } = await run(['show', '--conf-file', conf, '-c', '/missing.conf']);
      expect(code).to.equal(0);
      expect(stdout).to.contain(
        `\nunused options of the original:\n  [DEFAULTS] collectors  (${conf}): nothing is sent to a collector\n`,
      );
      expect(stdout).to.contain('\nwarnings:\n  /missing.conf: there is no such file: it is passed over\n');
      expect(stdout).to.contain(
        `  [DEFAULTS] rabit_user (${conf}): the original has no such option; did you mean rabbit_user?\n`,
      );
      expect(stdout).not.to.contain('hunter2');
    });

    it('should print all that as JSON', async () => {
      const { code, stdout } = await run(['show', '--json', ...plain]);
      expect(code).to.equal(0);
      const shown = JSON.parse(stdout) as Record<string, readonly Record<string, unknown>[]>;
      expect(shown['settings']?.map(({ key }) => key)).to.deep.equal([...settingKeys.keys()]);
      expect(shown['settings']).to.deep.include({ key: 'auth.url', value: null, origin: 'default' });
      expect(shown['unused']?.[0]).to.have.all.keys('option', 'origin', 'reason');
      expect(shown['warnings']).to.deep.equal([]);
    });

    it('should take the environment of the containers alone', async () => {
      const { code, stdout } = await run(['show'], variablesOf(sampleText('common_config.env')));
      expect(code).to.equal(0);
      expect(stdout).to.contain(
        'rabbitmq.hosts = ["10.0.0.4:5673","10.0.0.5:5673","10.0.0.6:5673"]  (RABBITMQ_NODES)\n',
      );
      expect(stdout).to.contain('leadership.path = "/east/svc-monitor"  (SVC_MONITOR__DEFAULTS__cluster_id)\n');
    });

    it('should exit with 2 where there is nothing right to show', async () => {
      const { code, stdout } = await run(['show', '--set', 'workers=0']);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    });
  });

  describe('check', () => {
    it('should say that the configuration is valid, with the number of warnings', async () => {
      const { code, stdout } = await run(['check', ...plain]);
      expect(code).to.equal(0);
      expect(stdout).to.match(/^the configuration is valid: 0 warnings, \d+ options of the original unused\n$/);
      const one = await run([
        'check',
        '--set',
        'rabbitmq.tls.enabled=true',
        '--set',
        `rabbitmq.tls.ca_file=${await file('old.pem', expiredCertificate)}`,
      ]);
      expect(one.code).to.equal(0);
      expect(one.stdout).to.match(
        /^the configuration is valid: 1 warning\n {2}rabbitmq\.tls\.ca_file = .*: the certificate has expired: 2021-01-01\n$/,
      );
    });

    it('should find nothing wrong with the example of deploy/ as it is', async () => {
      const example = fileURLToPath(new URL('deploy/svc-monitor.yaml', projectFolder()));
      const { code, stdout, stderr } = await run(['check', '--config', example]);
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      expect(stdout).to.equal('the configuration is valid: 0 warnings\n');
    });

    it('should name file, section, option and value of each mistake in the original’s files, all at once', async () => {
      const conf = await file(
        'bad.conf',
        '[DEFAULTS]\nrabbit_port = many\nrabbit_password = 100%\nlog_level = LOUD\nhunter2\n[global]\nuse_ssl = perhaps\n',
      );
      expect(await problems(['--conf_file', conf])).to.deep.equal([
        `${conf}: line 5 is neither a [section] nor an option with = or :`,
        `[DEFAULTS] rabbit_password (${conf}): has a % that is neither %% nor %(name)s; a single % is written %%`,
        `[DEFAULTS] rabbit_port = "many" (${conf}): has to be a whole number from 1 to 65535`,
        `[DEFAULTS] log_level = "LOUD" (${conf}): has to be SYS_EMERG, SYS_ALERT, SYS_CRIT, SYS_ERR, SYS_WARN, SYS_NOTICE, SYS_INFO, SYS_DEBUG`,
        `[global] use_ssl = "perhaps" (${conf}): has to be True or False`,
      ]);
    });

    it('should name a file of the original that cannot be read', async () => {
      expect(await problems(['--conf_file', folder])).to.deep.equal([
        `${folder}: the file cannot be read: it is a directory (EISDIR)`,
      ]);
    });

    it('should name the certificates of TLS that are not there, with the option that asks for them', async () => {
      const found = await problems(confFile('keystone-tls/contrail-svc-monitor.conf'), {
        SVC_MONITOR__DEFAULTS__kombu_ssl_ca_certs: '/missing.pem',
      });
      expect(found).to.include(
        'rabbitmq.tls.ca_file = "/missing.pem" (SVC_MONITOR__DEFAULTS__kombu_ssl_ca_certs): the file cannot be read: there is no such file (ENOENT)',
      );
    });
  });

  describe('when files that hold secrets or certificates are not what they should be', () => {
    const tls = ['--set', 'rabbitmq.tls.enabled=true'];

    it('should refuse what is no PEM, and a key that does not fit', async () => {
      const ca = await file('ca.pem', 'not a certificate');
      const [cert, key] = [await file('cert.pem', selfSigned.cert), await file('key.pem', otherKey)];
      const named = [`ca_file=${ca}`, `cert_file=${cert}`, `key_file=${key}`];
      expect(await problems([...tls, ...named.flatMap((one) => ['--set', `rabbitmq.tls.${one}`])])).to.deep.equal([
        `rabbitmq.tls.ca_file = "${ca}" (--set): the file holds no certificate (PEM)`,
        `rabbitmq.tls.key_file = "${key}" (--set): the key is not the one of the certificate in rabbitmq.tls.cert_file`,
      ]);
    });

    for (const [what, path, reason] of [
      ['a device', '/dev/zero', 'it is a device or a pipe, not a regular file'],
      ['a directory', '/', 'it is a directory (EISDIR)'],
      ['nothing', '/nowhere/password', 'there is no such file (ENOENT)'],
    ] as const) {
      it(`should refuse ${what} as a file for a password, at once`, async () => {
        expect(await problems(['--set', `rabbitmq.password_file=${path}`])).to.deep.equal([
          `rabbitmq.password_file = "${path}" (--set): the file cannot be read: ${reason}`,
        ]);
      });
    }

    it('should refuse a pipe, and a file that is too large or no text', async () => {
      const pipe = join(folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      const large = await file('large', 'x'.repeat(2_000_000));
      const binary = await file('binary', new Uint8Array([0, 1, 2]));
      const all = [
        ['rabbitmq.password_file', pipe, 'it is a device or a pipe, not a regular file'],
        ['auth.password_file', large, 'it is larger than 1024 KiB'],
        ['kafka.sasl.password_file', binary, 'it is not a text in UTF-8'],
      ] as const;
      const found = await problems(all.flatMap(([key, path]) => ['--set', `${key}=${path}`]));
      expect([...found].sort()).to.deep.equal(
        all.map(([key, path, reason]) => `${key} = "${path}" (--set): the file cannot be read: ${reason}`).sort(),
      );
    });
  });

  describe('when the YAML file is not what it should be', () => {
    it('should tell the first places of mistakes, in a few lines', async () => {
      for (const [name, text] of [
        ['flow.yaml', `a: ${'['.repeat(5_000)}`],
        ['longer.yaml', `a: ${'['.repeat(20_000)}`],
        ['closed.yaml', `b: 1\na: ${'['.repeat(5_000)}${']'.repeat(5_000)}`],
        ['maps.yaml', `a: ${'{b: '.repeat(5_000)}`],
        ['siblings.yaml', `a: ${'[1, '.repeat(5_000)}${', 2]'.repeat(5_000)}`],
      ] as const) {
        const deep = await file(name, text);
        const [first, ...others] = await problems(['--config', deep]);
        expect(first).to.match(/^\(file\) \(.*\.yaml\): line [12], column \d+: nested too deep$/);
        expect(others).to.deep.equal([]);
      }
      const wide = await file('wide.yaml', 'x: y z: w\n'.repeat(1_000));
      expect(await problems(['--config', wide])).to.have.length(4);
      const unknown = await file(
        'unknown.yaml',
        Array.from({ length: 1_000 }, (_, index) => `k${index}: 1`).join('\n'),
      );
      const found = await problems(['--config', unknown]);
      expect(found).to.have.length(21);
      expect(found.at(-1)).to.equal(`(file) (${unknown}): 980 more like these`);
    });

    it('should tell of tabs', async () => {
      const tabs = await file('tabs.yaml', 'rabbitmq:\n\tport: 1\n');
      expect(await problems(['--config', tabs])).to.deep.equal([`(file) (${tabs}): line 2, column 1: tab as indent`]);
    });

    it('should read one with a byte order mark and the line ends of Windows', async () => {
      const { code, stdout } = await run([
        'show',
        '--config',
        await file('bom.yaml', '\ufeffworkers: 3\r\nrabbitmq:\r\n  port: 7\r\n'),
      ]);
      expect(code).to.equal(0);
      expect(stdout)
        .to.match(/^rabbitmq\.port = 7 /m)
        .and.to.match(/^workers = 3 /m);
    });

    for (const [path, reason] of [
      ['/', 'it is a directory (EISDIR)'],
      ['/dev/zero', 'it is a device or a pipe, not a regular file'],
      ['/nowhere.yaml', 'there is no such file (ENOENT)'],
    ] as const) {
      it(`should refuse ${path}, with all else that is wrong`, async () => {
        expect(await problems(['--config', path, '--set', 'workers=0'])).to.deep.equal([
          `--config = "${path}": the file cannot be read: ${reason}`,
          'workers = "0" (--set): has to be a whole number from 1 to 256',
        ]);
      });
    }

    it('should refuse one that this user must not read', async function () {
      // Nothing is forbidden to root.
      if (process.getuid?.() === 0) this.skip();
      const path = await file('secret.yaml', 'workers: 3');
      await chmod(path, 0);
      expect(await problems(['--config', path])).to.deep.equal([
        `--config = "${path}": the file cannot be read: this user has no permission for it (EACCES)`,
      ]);
    });
  });

  describe('when settings do not go together', () => {
    const cases: readonly (readonly [string, string])[] = [
      [
        'leadership.path=svc-monitor',
        'leadership.path = "svc-monitor" (--set): has to be a path of ZooKeeper, such as `/svc-monitor`, outside of its own `/zookeeper`',
      ],
      [
        'leadership.mode=kafka',
        'leadership.mode (--set): kafka divides the VIPs by the topic of the changes: source has to be kafka',
      ],
    ];
    for (const [setting, expected] of cases) {
      it(`should refuse ${setting}`, async () => {
        expect(await problems(['--set', setting])).to.deep.equal([expected]);
      });
    }

    it('should refuse certificates without TLS', async () => {
      const path = await file('c.pem', selfSigned.cert);
      expect(await problems(['--set', `http.tls.client_ca_file=${path}`])).to.deep.equal([
        'http.tls.client_ca_file (--set): has no effect: http.tls.enabled is not true',
      ]);
    });
  });

  describe('when an optional package is not installed', () => {
    it('should refuse what needs it, also for the relay', async () => {
      // The program as it would be installed without them: its own files, and links to all other packages.
      const dist = fileURLToPath(new URL('../../..', import.meta.url));
      const modules = join(dirname(dist), 'node_modules');
      const missing = new Set(['kafkajs', '@opentelemetry']);
      for (const part of ['lib', 'service'])
        await cp(join(dist, part), join(folder, 'program', part), { recursive: true });
      await cp(fileURLToPath(new URL('package.json', projectFolder())), join(folder, 'package.json'));
      await mkdir(join(folder, 'program/node_modules/@opentelemetry'), { recursive: true });
      await symlink(join(modules, '@opentelemetry/api'), join(folder, 'program/node_modules/@opentelemetry/api'));
      for (const name of await readdir(modules)) {
        if (!missing.has(name)) await symlink(join(modules, name), join(folder, 'program/node_modules', name));
      }
      const main = join(folder, 'program/service/main.js');
      const check = async (...args: readonly string[]): Promise<readonly [number | null, readonly string[]]> => {
        const { code, stderr } = await new Command(args, {}, main).ended;
        return [code, stderr.trimEnd().split('\n').slice(1)];
      };
      const kafka = 'needs the package kafkajs, which is not installed: npm install kafkajs';
      expect(await check('config', 'check', '--set', 'source=kafka')).to.deep.equal([
        2,
        [`  source = "kafka" (--set): ${kafka}`],
      ]);
      expect(await check('relay')).to.deep.equal([2, [`  relay: ${kafka}`]]);
      const [code, lines] = await check('config', 'check', '--set', 'tracing.enabled=true');
      expect(code).to.equal(2);
      expect(lines.map((line) => line.split(',')[0])).to.deep.equal([
        '  tracing.enabled = true (--set): needs the package @opentelemetry/sdk-trace-node',
        '  tracing.enabled = true (--set): needs the package @opentelemetry/exporter-trace-otlp-http',
      ]);
      expect((await new Command(['config', 'check'], {}, main).ended).code).to.equal(0);
    });
  });
});
