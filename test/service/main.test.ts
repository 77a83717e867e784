import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Command } from '../support/command.js';

async function closedPort(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('opensdn-svc-monitor', () => {
  let folder: string;
  const running: Command[] = [];

  function command(args: readonly string[], environment?: Readonly<Record<string, string>>): Command {
    const started = new Command(args, environment);
    running.push(started);
    return started;
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'svc-monitor-'));
  });

  after(async () => {
    for (const started of running) started.signal('SIGKILL');
    await Promise.all(running.map(({ ended }) => ended));
    await rm(folder, { recursive: true });
  });

  async function file(name: string, text: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  }

  describe('when asked for help or its version', () => {
    it('should print it and exit with 0', async () => {
      const help = await command(['--help']).ended;
      expect(help.code).to.equal(0);
      expect(help.stdout).to.contain('run [options]').and.to.contain('config ');
      const version = await command(['--version']).ended;
      expect(version).to.include({ code: 0 });
      expect(version.stdout).to.match(/^\d+\.\d+\.\d+/);
    });

    it('should exit with 2 on a command line that it does not understand', async () => {
      const wrong = await command(['run', '--frobnicate']).ended;
      expect(wrong.code).to.equal(2);
      expect(wrong.stderr).to.contain('--frobnicate');
    });
  });

  describe('when told to check the configuration', () => {
    it('should exit with 2 and print all problems, the secrets in none', async () => {
      const path = await file(
        'bad.yaml',
        'rabbitmq: { prot: 1, heartbeat: 0, password: [hunter2] }\nauth: { mode: keystone, url: nowhere }\n',
      );
      const bad = await command(['config', 'check', '--config', path, '--log-level', 'loud', '--set', 'x'], {
        SVC_MONITOR_WORKERS: 'none',
      }).ended;
      expect(bad.code).to.equal(2);
      expect(bad.stdout).to.equal('');
      expect(bad.stderr.trimEnd().split('\n')).to.deep.equal([
        'the configuration has 10 problems:',
        `  rabbitmq.prot (${path}): no such key; did you mean rabbitmq.port?`,
        '  --set: has to be key=value',
        `  auth.url = "nowhere" (${path}): has to be an http or https URL without credentials`,
        `  rabbitmq.password = *** (${path}): has to be a text; write it in quotes`,
        `  rabbitmq.heartbeat = 0 (${path}): has to be a duration of whole seconds from 1s to 10m`,
        '  workers = "none" (SVC_MONITOR_WORKERS): has to be a whole number from 1 to 256',
        '  log.level = "loud" (--set): has to be `debug`, `info`, `warn`, `error`',
        '  auth.username: required with auth.mode keystone',
        '  auth.password: required with auth.mode keystone (or auth.password_file)',
        '  auth.project_name: required with auth.mode keystone',
      ]);
    });

    it('should exit with 2 if there is no such file', async () => {
      const missing = await command(['run', '--config', join(folder, 'missing.yaml')]).ended;
      expect(missing.code).to.equal(2);
      expect(missing.stderr).to.contain('missing.yaml');
    });

    it('should exit with 0 if all is right, and show what counts', async () => {
      const path = await file('good.yaml', 'rabbitmq: { password: hunter2 }\nworkers: 3\n');
      const args = ['config', 'show', '--config', path];
      const good = await command(args, { SVC_MONITOR_DRY_RUN: 'true' }).ended;
      expect(good.code).to.equal(0);
      expect(good.stdout).to.contain(`workers = 3  (${path})\n`);
      expect(good.stdout).to.contain('dry_run = true  (SVC_MONITOR_DRY_RUN)\n');
      expect(good.stdout).to.contain(`rabbitmq.password = ***  (${path})\n`);
    });
  });

  describe('when it runs and nothing that it needs can be reached', () => {
    async function unreachable(): Promise<readonly string[]> {
      const [api, broker] = [await closedPort(), await closedPort()];
      const settings = [`config_api.urls=http://127.0.0.1:${api}`, `rabbitmq.port=${broker}`, 'http.port=0'];
      return ['run', ...settings.flatMap((setting) => ['--set', setting])];
    }

    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      it(`should stay up, alive and not ready, and exit with 0 on ${signal}`, async () => {
        const service = command(await unreachable());
        const url = await service.field('status endpoint listens', 'url');
        const health = await fetch(`${url}/healthz`);
        expect(health.status).to.equal(200);
        const ready = await fetch(`${url}/readyz`);
        expect(ready.status).to.equal(503);
        expect(await ready.json()).to.have.property('ready', false);
        const metrics = await fetch(`${url}/metrics`);
        expect(await metrics.text()).to.contain('svc_monitor_source_connected');
        service.signal(signal);
        const { code, stderr } = await service.ended;
        expect(stderr).to.equal('');
        expect(code).to.equal(0);
        expect(await service.field('stopped', 'level')).to.equal('info');
      });
    }

    it('should go on trying after the first full read took too long', async () => {
      const short = ['config_api.request_timeout=100ms', 'config_api.list_timeout=1s', 'timings.sync_timeout=1s'];
      const service = command([...(await unreachable()), ...short.flatMap((setting) => ['--set', setting])]);
      expect(await service.field('monitor did not start, trying again', 'code')).to.equal('not-synced');
      const url = await service.field('status endpoint listens', 'url');
      expect((await fetch(`${url}/healthz`)).status).to.equal(200);
      service.signal('SIGTERM');
      expect((await service.ended).code).to.equal(0);
    });

    it('should exit with 1 and say why if its port is in use', async () => {
      const first = command(await unreachable());
      const url = await first.field('status endpoint listens', 'url');
      const port = new URL(url).port;
      const second = await command([...(await unreachable()), '--set', `http.port=${port}`]).ended;
      expect(second.code).to.equal(1);
      expect(second.stderr).to.contain(`cannot listen on 127.0.0.1:${port}: the port is in use`);
      first.signal('SIGTERM');
      expect((await first.ended).code).to.equal(0);
    });
  });
});
