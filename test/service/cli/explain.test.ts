import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { Nova, Octavia, type LoadBalancer, type UserFloatingIp } from '../../../fixtures/index.js';
import { Command } from '../../support/command.js';
import { eventually } from '../../support/eventually.js';
import { Shop } from '../../support/shop.js';

interface Explained {
  readonly candidates: readonly { readonly what: string; readonly id: string }[];
  readonly vips: readonly {
    readonly vip: string;
    readonly tenant: string;
    readonly loadBalancerId: string;
    readonly ports: readonly { readonly uuid: string; readonly role: string }[];
    readonly floatingIps: readonly {
      readonly uuid: string;
      readonly standing: string;
      readonly differences: readonly string[];
      readonly rules: readonly { readonly rule: string; readonly table: string }[];
    }[];
    readonly writes: readonly string[];
    readonly advice: readonly string[];
  }[];
  readonly foreign?: { readonly is: string; readonly ports: readonly { readonly because: string }[] };
}

describe('opensdn-svc-monitor explain', () => {
  let shop: Shop;
  let loadBalancer: LoadBalancer;
  let floatingIp: UserFloatingIp;

  const settings = (): readonly string[] => [
    '--set',
    `config_api.urls=${shop.cloud.url}`,
    '--set',
    `rules.amphora_projects=service,${shop.tenant.projectId}`,
    '--url',
    'http://127.0.0.1:1',
  ];
  const explained = async (what: string): Promise<Explained> => {
    const { code, stdout, stderr } = await new Command(['explain', what, '--json', ...settings()]).ended;
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    return JSON.parse(stdout) as Explained;
  };

  before(async () => {
    shop = await Shop.open();
    loadBalancer = await shop.octavia.createLoadBalancer().run();
    floatingIp = await shop.user.createFloatingIp().run();
    await shop.user.associate(floatingIp, loadBalancer).run();
    await shop.cloud.settled();
  });

  after(async () => {
    await shop.close();
  });

  it('should tell all of the VIP, asked by whatever has to do with it', async () => {
    const amphora = loadBalancer.amphorae[0]!;
    const asked = [
      floatingIp.id,
      floatingIp.address,
      loadBalancer.vips[0]!.address,
      loadBalancer.vipPortId,
      loadBalancer.id,
      `octavia-lb-${loadBalancer.id}`,
      amphora.portId,
    ];
    for (const what of asked) {
      const { vips, candidates } = await explained(what);
      expect(candidates, what).to.have.length(1);
      expect(vips, what).to.have.length(1);
      const [vip] = vips;
      expect(vip?.loadBalancerId).to.equal(loadBalancer.id);
      expect(vip?.tenant).to.equal('default-domain:shop');
      expect(vip?.writes).to.deep.equal([]);
      expect(vip?.ports.map(({ role }) => role).sort()).to.deep.equal(['member', 'member', 'vip-port']);
      expect(vip?.floatingIps).to.have.length(1);
      expect(vip?.floatingIps[0]).to.deep.include({ uuid: floatingIp.id, standing: 'associated', differences: [] });
      expect(vip?.floatingIps[0]?.rules[0]?.table).to.equal('How a floating ip stands to a VIP');
      expect(vip?.advice[0]).to.match(/^Nothing: /);
    }
  });

  it('should tell what differs, and say what would be written', async () => {
    const port = loadBalancer.amphorae[0]!.portId;
    await shop.cloud.stopMonitor(shop.monitor);
    const body = {
      type: 'floating-ip',
      uuid: floatingIp.id,
      'ref-type': 'virtual-machine-interface',
      'ref-uuid': port,
    };
    await fetch(`${shop.cloud.url}/ref-update`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, operation: 'DELETE' }),
    });
    const { vips } = await explained(floatingIp.address);
    expect(vips[0]?.floatingIps[0]?.differences).to.have.length(1);
    expect(vips[0]?.floatingIps[0]?.differences[0]).to.match(/^the reference to port .* is missing$/);
    expect(vips[0]?.writes.join('\n')).to.include(port);
    expect(vips[0]?.advice.join('\n')).to.include(`opensdn-svc-monitor repair ${vips[0]?.vip ?? ''}`);
    const text = await new Command(['explain', floatingIp.address, ...settings()]).ended;
    expect(text.code).to.equal(0);
    expect(text.stdout).to.include('differs:  the reference to port').and.to.include('What to do');
    expect(text.stdout).to.include('No running service was asked');
  });

  it('should tell what a running service remembers of the VIP, in the order of the times', async () => {
    const key = loadBalancer.vips[0]!.address;
    const service = createHttpServer((request, response) => {
      const isVip = request.url === `/status/vips/${shop.tenant.networkId}/${key}`;
      response.writeHead(isVip ? 200 : 404).end(
        JSON.stringify({
          failovers: [{ startedAt: '2026-01-02T00:00:00.000Z', sentence: 'b took the place of a' }],
          incidents: [{ at: Date.UTC(2026, 0, 1), sentence: 'it was stripped' }],
        }),
      );
    }).listen(0, '127.0.0.1');
    await once(service, 'listening');
    const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
    const flags = settings().slice(0, -2);
    const { stdout } = await new Command(['explain', floatingIp.address, ...flags, '--url', url]).ended;
    service.close();
    expect(stdout).to.match(
      /Last events\n +2026-01-01T00:00:00.000Z it was stripped\n +2026-01-02T00:00:00.000Z b took/,
    );
  });

  it('should say what it is that has to do with no VIP, and why', async () => {
    const port = await shop.user.createServerPort('web').run();
    const other = await shop.user.createFloatingIp().run();
    const free = await explained(other.id);
    expect(free.foreign?.is).to.include('not associated');
    await shop.user.move(other, port).run();
    const onServer = await explained(other.address);
    expect(onServer.foreign?.is).to.equal('a floating ip on a port that is no VIP port');
    expect(onServer.foreign?.ports[0]?.because).to.be.a('string');
    const asPort = await explained('web');
    expect(asPort.candidates[0]).to.deep.include({ what: 'port', id: port.id });
    expect(asPort.vips).to.deep.equal([]);
  });

  it('should list all that an ambiguous address may mean, and exit with 1', async () => {
    const tenant = await shop.cloud.createTenant({ name: 'other', externalCidr: '100.64.201.0/24' });
    const { url } = shop.cloud;
    const other = await new Octavia({ url, tenant, nova: new Nova({ url, tenant }) }).createLoadBalancer().run();
    const { address } = other.vips[0]!;
    expect(address).to.equal(loadBalancer.vips[0]!.address);
    const { code, stdout } = await new Command(['explain', address, ...settings()]).ended;
    expect(code).to.equal(1);
    for (const network of [tenant.networkId, shop.tenant.networkId]) expect(stdout).to.include(`${network}/${address}`);
    const one = await explained(`${tenant.networkId}/${address}`);
    expect(one.vips[0]?.loadBalancerId).to.equal(other.id);
  });

  it('should do nothing to a terminal, whatever others have as names', async () => {
    const hostile = 'evil\u001b[2J\u202e\r\nready: yes';
    const name = { fq_name: ['default-domain', 'shop', hostile], parent_type: 'project' };
    const port = shop.cloud.server.seed('virtual-machine-interface', name);
    const { code, stdout } = await new Command(['explain', port, ...settings()]).ended;
    expect(code).to.equal(0);
    expect(stdout)
      .to.include('evil\\u{1b}[2J')
      .and.not.match(/[\u001b\r\u202e]/);
    expect(stdout.split('\n').some((line) => line.startsWith('ready: yes'))).to.equal(false);
    const json = await new Command(['explain', port, '--json', ...settings()]).ended;
    expect(json.stdout).not.to.match(/[\u001b\r\u202e]/);
  });

  it('should exit with 1 where there is no such thing, and with 2 on bad arguments', async () => {
    const nothing = await new Command(['explain', '192.0.2.77', ...settings()]).ended;
    expect(nothing.code).to.equal(1);
    expect(nothing.stdout).to.include('there is nothing that 192.0.2.77 names');
    expect((await new Command(['explain']).ended).code).to.equal(2);
    const badUrl = await new Command(['explain', 'x', '--url', 'ftp://x']).ended;
    expect(badUrl.code).to.equal(2);
    expect(badUrl.stderr).to.include('http or https URL');
    const badTimeout = await new Command(['explain', 'x', '--timeout', 'soon']).ended;
    expect(badTimeout.code).to.equal(2);
    expect(badTimeout.stderr).to.include('from 1s to 1h');
  });

  it('should exit with 1 and say why where the config API cannot be reached', async () => {
    const { code, stderr } = await new Command(['explain', 'x', '--set', 'config_api.urls=http://127.0.0.1:1']).ended;
    expect(code).to.equal(1);
    expect(stderr).to.include('http://127.0.0.1:1');
  });

  describe('when the config API does not answer', () => {
    const sockets: Socket[] = [];
    let silent: Server;
    let url: string;

    before(async () => {
      silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
      await once(silent, 'listening');
      url = `config_api.urls=http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    });

    after(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });

    it('should end with 130 on Ctrl-C', async () => {
      const before = sockets.length;
      const asked = new Command(['explain', 'x', '--set', url]);
      await eventually('it asks', () => sockets.length > before);
      asked.signal('SIGINT');
      const { code, stderr } = await asked.ended;
      expect(code).to.equal(130);
      expect(stderr).to.equal('called off\n');
    });

    it('should end with 1 when its time is over', async () => {
      const { code, stderr } = await new Command(['explain', 'x', '--set', url, '--timeout', '1s']).ended;
      expect(code).to.equal(1);
      expect(stderr).to.include('--timeout');
    });
  });
});
