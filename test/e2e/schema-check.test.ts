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
});
