import { expect } from 'chai';
import { createTenant, EmbeddedOpenSdn, NetworkUser, Nova, Octavia } from '../../fixtures/index.js';
import type { Wire } from '../../service/http/index.js';
import type { ServiceStatus } from '../../service/page/index.js';
import { Command } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { writesOfMonitors } from '../support/quiet.js';

const anyPort = ['--set', 'http.port=0', '--set', 'gateway.listen=127.0.0.1:0', '--set', 'source=watch'];

describe('the gateway as a process', () => {
  let server: EmbeddedOpenSdn;
  const commands: Command[] = [];

  const start = (name: string, settings: readonly string[] = [], urls = server.url): Command => {
    const flags = [...anyPort, '--set', `config_api.urls=${urls}`, ...settings];
    const command = new Command([name, ...flags]);
    commands.push(command);
    return command;
  };
  const gatewayOf = (command: Command): Promise<string> => command.field('gateway listens', 'url');
  const statusOf = async (command: Command): Promise<Wire<ServiceStatus>> => {
    const url = await command.field('status endpoint listens', 'url');
    return (await (await fetch(`${url}/status`)).json()) as Wire<ServiceStatus>;
  };
  const ready = (command: Command): Promise<void> =>
    eventually('it is ready', async () => (await statusOf(command)).ready);

  beforeEach(async () => {
    server = new EmbeddedOpenSdn();
    await server.start();
  });

  afterEach(async () => {
    for (const command of commands.splice(0)) {
      command.signal('SIGKILL');
      await command.ended;
    }
    await server.stop();
  });

  describe('when it runs beside the monitor', () => {
    it('should pass on what users ask, while the monitor wires it, tell of it, and stop in order', async () => {
      const command = start('run');
      const url = await gatewayOf(command);
      await ready(command);
      const tenant = await createTenant(url, { name: 'users' });
      const octavia = new Octavia({ url, tenant, nova: new Nova({ url, tenant }) });
      const user = new NetworkUser({ url, tenant });
      const loadBalancer = await octavia.createLoadBalancer().run();
      const floatingIp = await user.createFloatingIp().run();
      await user.associate(floatingIp, loadBalancer).run();
      await eventually('the monitor has written', () => writesOfMonitors(server).length > 0);
      const home = await (await fetch(`${url}/`)).text();
      expect(home).to.contain(url);
      const { gateway } = await statusOf(command);
      expect(gateway?.url).to.equal(url);
      const passed = gateway?.requests.find(({ outcome }) => outcome === 'passed');
      expect(passed?.count).to.be.greaterThan(10);
      command.signal('SIGTERM');
      expect((await command.ended).code).to.equal(0);
    });

    it('should listen while no API server can be reached, and serve as soon as one can', async () => {
      const { url: behind } = server;
      await server.stop();
      const command = start('run', [], behind);
      const url = await gatewayOf(command);
      expect((await fetch(`${url}/`)).status).to.equal(503);
      await eventually('it is told', async () =>
        (await statusOf(command)).problems.some(({ type }) => type === 'gateway-unserved'),
      );
      await server.start();
      expect((await fetch(`${url}/`)).status).to.equal(200);
    });
  });

  describe('when it runs alone', () => {
    it('should keep its cache warm, never write, and pass everything on', async () => {
      const command = start('gateway');
      const url = await gatewayOf(command);
      await ready(command);
      const tenant = await createTenant(url, { name: 'users' });
      const octavia = new Octavia({ url, tenant, nova: new Nova({ url, tenant }) });
      const user = new NetworkUser({ url, tenant });
      const loadBalancer = await octavia.createLoadBalancer().run();
      const floatingIp = await user.createFloatingIp().run();
      await user.associate(floatingIp, loadBalancer).run();
      await eventually('it knows the floating ip', async () => (await statusOf(command)).cache['floating-ip'] === 1);
      const status = await statusOf(command);
      expect(status.role).to.equal('standby');
      expect(writesOfMonitors(server)).to.deep.equal([]);
      const statusUrl = await command.field('status endpoint listens', 'url');
      expect(await (await fetch(`${statusUrl}/metrics`)).text()).to.match(/build_info\{runs="gateway"/);
      command.signal('SIGTERM');
      expect((await command.ended).code).to.equal(0);
    });
  });

  describe('when a monitor acts in another process', () => {
    it('should show users the VIP port, and have that one let go of a port before it is deleted', async () => {
      const monitor = start('run', ['--set', 'rules.amphora_projects=users']);
      await ready(monitor);
      const command = start('gateway', ['--set', 'rules.amphora_projects=users']);
      const url = await gatewayOf(command);
      await ready(command);
      const tenant = await createTenant(url, { name: 'users' });
      const octavia = new Octavia({ url, tenant, nova: new Nova({ url, tenant }) });
      const user = new NetworkUser({ url, tenant });
      const loadBalancer = await octavia.createLoadBalancer().run();
      const floatingIp = await user.createFloatingIp().run();
      const referencesOf = (): readonly string[] => {
        const refs: unknown = server.read('floating-ip', floatingIp.id)?.['virtual_machine_interface_refs'] ?? [];
        return (refs as readonly { readonly uuid: string }[]).map(({ uuid }) => uuid);
      };
      await user.associate(floatingIp, loadBalancer).run();
      const [amphora] = loadBalancer.amphorae;
      if (amphora === undefined) throw new Error('there is one');
      expect(referencesOf(), 'wired when it is answered').to.have.members([
        loadBalancer.vipPortId,
        ...loadBalancer.amphorae.map(({ portId }) => portId),
      ]);
      const shown = await user.listFloatingIps(loadBalancer.vipPortId);
      expect(shown.map(({ id, port_id: port }) => ({ id, port }))).to.deep.equal([
        { id: floatingIp.id, port: loadBalancer.vipPortId },
      ]);
      const looked: (readonly string[])[] = [];
      server.pausePortDeletes((_step, port) => {
        if (port === amphora.portId) looked.push(referencesOf());
        return Promise.resolve();
      }, 'looked');
      await octavia.failoverAmphora(loadBalancer, amphora, { skipUnbind: true }).run();
      expect(looked).to.have.lengthOf(1);
      expect(looked[0]).to.include(loadBalancer.vipPortId).and.not.include(amphora.portId);
    });
  });

  describe('when its settings are wrong', () => {
    const mistakes = [
      ['no place to listen', ['--set', 'http.port=0'], 'gateway.listen: required for the command gateway'],
      ['a place without a port', ['--set', 'gateway.listen=127.0.0.1'], 'gateway.listen'],
      [
        'the place of an API server',
        ['--set', 'gateway.listen=127.0.0.1:8082', '--set', 'config_api.urls=http://127.0.0.1:8082'],
        'the gateway would ask itself',
      ],
      ['TLS without a certificate', ['--set', 'gateway.tls.enabled=true', ...anyPort], 'gateway.tls.cert_file'],
    ] as const;

    for (const [what, flags, said] of mistakes) {
      it(`should say so and end with 2: ${what}`, async () => {
        const { code, stderr } = await new Command(['gateway', ...flags]).ended;
        expect(stderr).to.contain(said);
        expect(code).to.equal(2);
      });
    }
  });
});
