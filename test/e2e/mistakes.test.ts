import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { z } from 'zod';
import { createTenant, EmbeddedOpenSdn, KeystoneServer, NetworkUser, Nova, Octavia } from '../../fixtures/index.js';
import { Command } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { RawConnection } from '../support/raw-connection.js';

const serviceMain = fileURLToPath(new URL('../../service/main.js', import.meta.url));
const fixturesMain = fileURLToPath(new URL('../../fixtures/cli/main.js', import.meta.url));

const statusSchema = z.looseObject({
  problems: z.array(
    z.looseObject({
      type: z.string(),
      message: z.string(),
      setting: z.string().optional(),
      advice: z.string().optional(),
    }),
  ),
});
type Problem = z.output<typeof statusSchema>['problems'][number];

/** The status of an answer to a request with headers that `fetch` would not send. */
function statusOf(url: string, headers: Readonly<Record<string, string>>, body?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: body === undefined ? 'GET' : 'POST', headers }, (response) => {
      response.resume();
      response.on('end', () => {
        resolve(response.statusCode ?? 0);
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('the programs as they are built, with what operators do wrong and others do ill', () => {
  const stops: (() => unknown)[] = [];

  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  const setFlags = (settings: Readonly<Record<string, string>>): readonly string[] =>
    Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);

  async function openServer(options: ConstructorParameters<typeof EmbeddedOpenSdn>[0] = {}): Promise<EmbeddedOpenSdn> {
    const server = new EmbeddedOpenSdn(options);
    await server.start();
    stops.push(() => server.stop());
    return server;
  }

  async function run(settings: Readonly<Record<string, string>>): Promise<string> {
    const service = new Command(['run', ...setFlags({ source: 'watch', 'http.port': '0', ...settings })]);
    stops.push(async () => {
      service.signal('SIGKILL');
      await service.ended;
    });
    return service.field('status endpoint listens', 'url');
  }

  async function problem(url: string, type: string): Promise<Problem> {
    let found: Problem | undefined;
    await eventually(`the problem ${type} is shown`, async () => {
      const { problems } = statusSchema.parse(await (await fetch(`${url}/status`)).json());
      found = problems.find((one) => one.type === type);
      return found !== undefined;
    });
    if (found === undefined) throw new Error('it is not shown');
    return found;
  }

  describe('when credentials would have to be looked for in a long text', () => {
    it('should say what is wrong with the configuration, without any of it', async () => {
      const text = `amqp://${'a:'.repeat(50_000)}hunter2@`;
      const { code, stderr } = await new Command(['config', 'check', '--set', `auth.url=${text}`]).ended;
      expect(code).to.equal(2);
      expect(stderr).to.contain('auth.url').and.not.to.contain('hunter2');
    });
  });

  describe('when the endpoint is asked as it should not be', () => {
    it('should cut who sends his head too slowly, and answer others meanwhile', async () => {
      const url = await run({ 'config_api.urls': 'http://127.0.0.1:1' });
      const slow = new RawConnection(url).send('GET /status HTTP/1.1\r\nhost: localhost\r\nx-slow: ');
      expect((await fetch(`${url}/healthz`)).status).to.equal(200);
      await slow.closed();
      expect(slow.received).not.to.contain('200 OK');
    });

    it('should answer by no name that it was not given, and no page of another site', async () => {
      const url = await run({ 'config_api.urls': 'http://127.0.0.1:1', 'http.allowed_hosts': 'monitor.example.org' });
      expect(await statusOf(`${url}/status`, { host: 'attacker.example.com' })).to.equal(421);
      expect(await statusOf(`${url}/status`, { host: 'monitor.example.org' })).to.equal(200);
      expect(await statusOf(`${url}/status`, { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' })).to.equal(
        403,
      );
    });
  });

  describe('when the control API of the fixtures is asked by a page in a browser, or for what hangs', () => {
    it('should refuse the one, and answer the other', async () => {
      const fixtures = new Command(['--port', '0', '--control-port', '0'], {}, fixturesMain);
      stops.push(async () => {
        fixtures.signal('SIGKILL');
        await fixtures.ended;
      });
      const control = await fixtures.field('the control API listens', 'url');
      expect(await statusOf(`${control}/faults`, { 'content-type': 'text/plain' }, '{}')).to.equal(415);
      expect(
        await statusOf(
          `${control}/faults`,
          { 'content-type': 'application/json', origin: 'http://evil.example' },
          '{}',
        ),
      ).to.equal(403);
      const rule = {
        on: 'request',
        match: { path: '(a+)+$' },
        fault: { kind: 'error', status: 503 },
      };
      expect(
        await statusOf(`${control}/faults`, { 'content-type': 'application/json' }, JSON.stringify(rule)),
      ).to.equal(400);
      expect(await statusOf(`${control}/health`, {})).to.equal(200);
    });
  });

  describe('when the account is not what the API server wants', () => {
    let keystone: KeystoneServer;
    let server: EmbeddedOpenSdn;

    beforeEach(async () => {
      keystone = await new KeystoneServer({
        users: [{ name: 'svc-monitor', password: 'hush', roles: { admin: ['admin'] } }],
      }).start();
      stops.push(() => keystone.stop());
      server = await openServer({ access: { mode: 'cloud-admin', keystone } });
    });

    const login = (): Readonly<Record<string, string>> => ({
      'config_api.urls': server.url,
      'auth.mode': 'keystone',
      'auth.url': `${keystone.url}/v3`,
      'auth.username': 'svc-monitor',
      'auth.password': 'hush',
      'auth.project_name': 'admin',
    });

    it('should say to set auth.mode where there is none', async () => {
      const shown = await problem(await run({ 'config_api.urls': server.url }), 'config-api-unauthorized');
      expect(shown.setting).to.equal('auth.mode');
      expect(shown.advice).to.contain('auth.mode');
    });

    it('should tell a wrong password, and what Keystone says', async () => {
      const shown = await problem(await run({ ...login(), 'auth.password': 'guess' }), 'config-api-unauthorized');
      expect(shown.setting).to.equal('auth.password');
      expect(JSON.stringify(shown)).not.to.contain('guess');
    });

    it('should tell a URL of Keystone without its version from a wrong password', async () => {
      const shown = await problem(await run({ ...login(), 'auth.url': keystone.url }), 'config-api-unauthorized');
      expect(shown.setting).to.equal('auth.url');
      expect(`${shown.message} ${shown.advice ?? ''}`).to.contain('/v3');
    });
  });

  describe('when https is spoken to a port that does not', () => {
    it('should say so in words', async () => {
      const server = await openServer();
      const url = await run({ 'config_api.urls': server.url.replace('http:', 'https:') });
      const shown = await problem(url, 'config-api-unreachable');
      expect(shown).to.include({ setting: 'config_api.urls' });
      expect(shown.message).to.contain('does not speak TLS');
    });
  });

  describe('when amphorae in a shared network are of a project that no setting names', () => {
    it('should name project and setting, until the setting has the project', async () => {
      const server = await openServer();
      const serviceProject = randomUUID();
      server.seedProject('octavia-service', serviceProject);
      const tenant = await createTenant(server.url, { name: 'shop', shared: true });
      const nova = new Nova({ url: server.url, tenant });
      const octavia = new Octavia({ url: server.url, tenant, nova, amphoraProjectId: serviceProject });
      const user = new NetworkUser({ url: server.url, tenant });
      const loadBalancer = await octavia.createLoadBalancer().run();
      const floatingIp = await user.createFloatingIp().run();
      await user.associate(floatingIp, loadBalancer).run();
      const own = { 'config_api.urls': server.url, 'rules.amphora_projects': 'service' };

      const shown = await problem(await run(own), 'refused-port');
      expect(shown.setting).to.equal('rules.amphora_projects');
      for (const text of [shown.message, shown.advice]) {
        expect(text).to.contain(`default-domain:octavia-service (${serviceProject})`);
        expect(text).to.contain(`add ${serviceProject}`).and.to.contain('rules.amphora_projects');
      }
      // That one is over: two with different rules would fight.
      await stops.pop()?.();
      const url = await run({ ...own, 'rules.amphora_projects': `service,${serviceProject}` });
      await eventually('it is wired', () => {
        const references = server.read('floating-ip', floatingIp.id)?.['virtual_machine_interface_refs'];
        return Array.isArray(references) && references.length === 1 + loadBalancer.amphorae.length;
      });
      const { problems } = statusSchema.parse(await (await fetch(`${url}/status`)).json());
      expect(problems.filter(({ type }) => type === 'refused-port')).to.deep.equal([]);
    });
  });

  describe('when a load balancer is there', () => {
    async function serveOne(server: EmbeddedOpenSdn): Promise<{ readonly floatingIp: string; readonly port: string }> {
      const tenant = await createTenant(server.url, { name: 'shop' });
      const octavia = new Octavia({ url: server.url, tenant, nova: new Nova({ url: server.url, tenant }) });
      const user = new NetworkUser({ url: server.url, tenant });
      const loadBalancer = await octavia.createLoadBalancer().run();
      const { id } = await user.createFloatingIp().run();
      await user.associate({ ...user.floatingIps[0]!, id }, loadBalancer).run();
      await eventually('it is wired', () => references(server, id).length === 1 + loadBalancer.amphorae.length);
      const [port] = loadBalancer.amphorae.map(({ portId }) => portId);
      return { floatingIp: id, port: port ?? '' };
    }

    const references = (server: EmbeddedOpenSdn, floatingIp: string): readonly unknown[] => {
      const refs = server.read('floating-ip', floatingIp)?.['virtual_machine_interface_refs'];
      return Array.isArray(refs) ? refs : [];
    };

    it('should tell of a script that undoes the same again and again, be it slowly', async () => {
      const server = await openServer();
      const url = await run({ 'config_api.urls': server.url });
      const { floatingIp, port } = await serveOne(server);
      const wired = references(server, floatingIp).length;
      for (let round = 0; round < 4; round += 1) {
        const body = {
          type: 'floating-ip',
          uuid: floatingIp,
          'ref-type': 'virtual-machine-interface',
          'ref-uuid': port,
          operation: 'DELETE',
        };
        await statusOf(`${server.url}/ref-update`, { 'content-type': 'application/json' }, JSON.stringify(body));
        await eventually('it is put right', () => references(server, floatingIp).length === wired);
      }
      const shown = await problem(url, 'repaired-again');
      expect(shown.message).to.contain(floatingIp).and.to.contain(port);
    });

    it('should go on though nobody reads its log, and count what was not written', async () => {
      const server = await openServer();
      const settings = { source: 'watch', 'http.port': '0', 'config_api.urls': server.url, 'log.level': 'debug' };
      const child: ChildProcess = spawn(process.execPath, [serviceMain, 'run', ...setFlags(settings)], {
        env: { PATH: process.env['PATH'] },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      stops.push(async () => {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGKILL');
        await ended;
      });
      let said = '';
      const url = await new Promise<string>((resolve) => {
        child.stdout?.on('data', (data: Buffer) => {
          said += data.toString();
          const found = /"url":"(http[^"]+)"/.exec(said)?.[1];
          if (!said.includes('"message":"status endpoint listens"') || found === undefined) return;
          child.stdout?.removeAllListeners('data').pause();
          resolve(found);
        });
      });
      const { port } = await serveOne(server);
      const suppressed = async (): Promise<number> => {
        const text = await (await fetch(`${url}/metrics`)).text();
        return Number(/^svc_monitor_log_lines_suppressed_total\{reason="not-read"\} (\d+)$/m.exec(text)?.[1] ?? 0);
      };
      await eventually('lines were not written', async () => {
        for (let update = 0; update < 50; update += 1) {
          const body = {
            'virtual-machine-interface': { virtual_machine_interface_device_owner: `compute:zone-${update}` },
          };
          await fetch(`${server.url}/virtual-machine-interface/${port}`, {
            method: 'PUT',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
          });
        }
        return (await suppressed()) > 0;
      });
      expect((await fetch(`${url}/readyz`)).status).to.equal(200);
    });
  });
});
