import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect } from 'chai';
import {
  checkSchema,
  createConfigApiClient,
  silentLogger,
  silentMetrics,
  SystemClock,
  type ConfigApiClient,
  type SchemaCheck,
} from '../../lib/index.js';
import { Command } from '../support/command.js';
import { Shop } from '../support/shop.js';

describe('the check of the API server’s schema', () => {
  let shop: Shop;
  let client: ConfigApiClient;

  const open = async (server: 'stock' | 'native', setting: 'stock' | 'native'): Promise<void> => {
    shop = await Shop.open({ server: { schema: server }, monitor: { settings: { schema: setting } } });
    client = createConfigApiClient({
      urls: [shop.cloud.url],
      clock: new SystemClock(),
      logger: silentLogger,
      metrics: silentMetrics,
    });
  };
  const associate = async (): Promise<void> => {
    const loadBalancer = await shop.octavia.createLoadBalancer().run();
    await shop.user.associate(await shop.user.createFloatingIp().run(), loadBalancer).run();
    await shop.cloud.settled();
  };
  const check = (trial = true): Promise<SchemaCheck> =>
    checkSchema({ client, trial, newName: () => 'schema-check' }, new AbortController().signal);
  const writes = (): number => shop.cloud.server.requests.count({ access: 'write' });

  afterEach(async () => {
    client.close();
    await shop.close();
  });

  it('should see a native one by what is there, without a write', async () => {
    await open('native', 'native');
    await associate();
    const before = writes();
    expect((await check()).schema).to.equal('native');
    expect(writes()).to.equal(before);
  });

  for (const schema of ['stock', 'native'] as const) {
    it(`should find a ${schema} one by a trial, and leave nothing of it`, async () => {
      await open(schema, 'stock');
      await associate();
      const objects = shop.cloud.server.count('virtual-ip');
      expect((await check()).schema).to.equal(schema);
      expect(shop.cloud.server.count('virtual-ip')).to.equal(objects);
      expect(shop.differences()).to.deep.equal([]);
    });
  }

  it('should not know it where no trial is allowed, or there is nothing to try it with', async () => {
    await open('stock', 'stock');
    const before = writes();
    expect((await check()).schema).to.equal('unknown');
    await associate();
    const after = writes();
    expect((await check(false)).schema).to.equal('unknown');
    expect(after).to.be.greaterThan(before);
    expect(writes()).to.equal(after);
  });

  it('should be a command that asks each API server by itself', async () => {
    await open('stock', 'stock');
    await associate();
    const command = new Command(['check-schema', '--set', `config_api.urls=${shop.cloud.url}`]);
    expect((await command.ended).code).to.equal(0);
    expect(command.stdout).to.include(`${shop.cloud.url}: stock (`);
    const careful = new Command(['check-schema', '--no-trial', '--set', `config_api.urls=${shop.cloud.url}`]);
    expect((await careful.ended).code).to.equal(1);
    expect(careful.stdout).to.include(`${shop.cloud.url}: unknown (`);
  });

  it('should be a command that tells of each API server in the order given, also where some do not answer', async () => {
    await open('stock', 'stock');
    await associate();
    const port = await unusedPort();
    const [up, away] = [shop.cloud.url, `http://127.0.0.1:${port}`];
    const urls = [away, up, `${away}/sub`];
    const command = new Command(['check-schema', '--set', `config_api.urls=${urls.join(',')}`]);
    expect((await command.ended).code).to.equal(1);
    const lines = command.stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' (')[0])).to.deep.equal([
      `${away}: failed`,
      `${up}: stock`,
      `${away}/sub: failed`,
    ]);
    for (const line of lines.filter((entry) => entry.includes(': failed'))) {
      expect(line).to.match(/: failed \(GET \S+: no connection, or it broke: .*ECONNREFUSED.*\)$/);
    }
  });
});

/** A port that nobody listens on. */
async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
