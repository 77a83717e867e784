import { expect } from 'chai';
import { NeutronClient, Operator, type ApiRequest, type Json } from '../../fixtures/index.js';
import { describeFault, FaultStage, type Served } from './support/stage.js';
import { comeBetween, mostRepeated } from './support/races.js';

const mostTries = 3;

describeFault('F12 conflicts, and others who write between our read and our write', (schema) => {
  let stage: FaultStage;
  let served: Served;
  let operator: Operator;
  let somebody: NeutronClient;
  let begun: number;

  beforeEach(async () => {
    stage = await FaultStage.open({ schema });
    served = await stage.serve();
    operator = new Operator({ url: stage.shop.cloud.url, tenant: stage.shop.tenant });
    const { projectId } = stage.shop.tenant;
    somebody = new NeutronClient({ url: stage.shop.cloud.url, projectId, userAgent: 'somebody' });
    begun = stage.monitor.countWrites();
  });

  afterEach(() => stage.close());

  const on =
    (uuid: string, operation?: string) =>
    ({ path, body }: ApiRequest): boolean =>
      (operation === undefined || path === `/${operation}`) && `${path} ${body}`.includes(uuid);
  const virtualIp = (): Json =>
    stage.shop.cloud.server.list('virtual-ip').find((one) => JSON.stringify(one).includes(served.loadBalancer.id)) ??
    {};
  const uuidOf = (object: Json): string => String(object['uuid']);
  const tries = (): number => mostRepeated(stage.monitor.writes().slice(begun));
  const annotate = (kind: string, id: string): Promise<unknown> =>
    somebody.request({
      method: 'POST',
      path: '/prop-collection-update',
      body: {
        type: kind,
        uuid: id,
        updates: [
          { field: 'annotations', operation: 'set', value: { key: 'theirs', value: 'kept' }, position: 'theirs' },
        ],
      },
    });

  describe('when somebody writes other fields of the floating ip before each of our writes', () => {
    it('should lose none of theirs, and none of ours', async () => {
      const { id } = served.floatingIp;
      const race = comeBetween(stage.shop.cloud.server, {
        matches: on(id),
        times: 100,
        act: async () => {
          await operator.setProperties('floating-ip', id, { display_name: `theirs ${race.times}` });
          await annotate('floating-ip', id);
        },
      });
      await stage.failoverCalmly(served.loadBalancer);
      expect(await stage.complaints()).to.deep.equal([]);
      expect(race.times).to.be.greaterThan(1);
      const floatingIp = stage.shop.cloud.server.read('floating-ip', id);
      expect(floatingIp?.['display_name']).to.equal(`theirs ${race.times}`);
      expect(JSON.stringify(floatingIp?.['annotations'])).to.contain('"key":"theirs","value":"kept"');
      expect(tries()).to.be.at.most(mostTries);
    });
  });

  describe('when somebody annotates and describes our virtual-ip before each of our writes', () => {
    it('should lose none of theirs, and none of ours', async () => {
      const uuid = uuidOf(virtualIp());
      const race = comeBetween(stage.shop.cloud.server, {
        matches: on(uuid),
        times: 100,
        act: async () => {
          await operator.setProperties('virtual-ip', uuid, { display_name: `theirs ${race.times}` });
          await annotate('virtual-ip', uuid);
        },
      });
      await stage.failover(served.loadBalancer);
      const second = await stage.shop.user.createFloatingIp().run();
      await stage.shop.user.disassociate(served.floatingIp).run();
      await stage.shop.cloud.settled();
      await stage.shop.user.associate(second, served.loadBalancer).run();
      expect(await stage.complaints()).to.deep.equal([]);
      expect(race.times).to.be.greaterThan(1);
      expect(virtualIp()['display_name']).to.equal(`theirs ${race.times}`);
      expect(JSON.stringify(virtualIp()['annotations'])).to.contain('"key":"theirs","value":"kept"');
      expect(tries()).to.be.at.most(mostTries);
    });
  });

  describe('when another instance makes the virtual-ip at the same moment', () => {
    it('should take the conflict for an answer, and go on with the one that is there', async () => {
      const race = comeBetween(stage.shop.cloud.server, {
        matches: ({ method, path }) => method === 'POST' && path === '/virtual-ips',
        act: ({ body }) =>
          somebody.request({ method: 'POST', path: '/virtual-ips', body: JSON.parse(body) as unknown }),
      });
      const other = await stage.serve();
      expect(await stage.complaints()).to.deep.equal([]);
      expect(race.times).to.equal(1);
      const refused = stage.monitor.writes().filter(({ status }) => status === 409);
      expect(refused).to.have.length(1);
      for (const outcome of ['retried', 'failed']) {
        expect(stage.metrics.count('reconciles_total', { controller: 'octavia-vip', outcome }), outcome).to.equal(0);
      }
      expect(
        stage.shop.cloud.server.list('virtual-ip').filter((one) => nameOf(one).includes(other.loadBalancer.id)),
      ).to.have.length(1);
      expect(stage.monitor.monitor.status().problems).to.deep.equal([]);
    });
  });

  describe('when somebody else takes the name of the virtual-ip at the same moment', () => {
    it('should leave that one alone and take another name', async () => {
      let theirs = '';
      comeBetween(stage.shop.cloud.server, {
        matches: ({ method, path }) => method === 'POST' && path === '/virtual-ips',
        act: async ({ body }) => {
          const { fq_name: fqName } = (JSON.parse(body) as Record<string, Json>)['virtual-ip'] ?? {};
          const made = { 'virtual-ip': { fq_name: fqName, parent_type: 'project', display_name: 'theirs' } };
          const answer = await somebody.request({ method: 'POST', path: '/virtual-ips', body: made });
          theirs = uuidOf((answer as Record<string, Json>)['virtual-ip'] ?? {});
        },
      });
      await stage.serve();
      expect(await stage.complaints()).to.deep.equal([]);
      expect(stage.writesOn(theirs)).to.deep.equal([]);
      expect(stage.shop.cloud.server.read('virtual-ip', theirs)?.['display_name']).to.equal('theirs');
      expect(tries()).to.be.at.most(mostTries);
    });
  });

  describe('when the user attaches the floating ip elsewhere before our write', () => {
    for (const operation of ['ref-update', undefined]) {
      it(`should do as the user said${operation === undefined ? ', while it is associated first' : ''}`, async () => {
        const other = await stage.shop.octavia.createLoadBalancer().run();
        const { user, cloud } = stage.shop;
        const floatingIp = operation === undefined ? await user.createFloatingIp().run() : served.floatingIp;
        const race = comeBetween(cloud.server, {
          matches: on(floatingIp.id, operation),
          act: () => user.associate(floatingIp, other).run(),
        });
        if (operation === undefined) {
          await user.disassociate(served.floatingIp).run();
          await cloud.settled();
          await user.associate(floatingIp, served.loadBalancer).run();
        } else await stage.failover(served.loadBalancer);
        expect(await stage.complaints()).to.deep.equal([]);
        expect(race.times).to.equal(1);
        expect(floatingIp.association?.portId).to.equal(other.vipPortId);
        expect(tries()).to.be.at.most(mostTries);
      });
    }
  });

  describe('when the user frees the floating ip before our write', () => {
    for (const form of ['port-null', 'empty-update'] as const) {
      it(`should leave it free (${form})`, async () => {
        const { user, cloud } = stage.shop;
        const race = comeBetween(cloud.server, {
          matches: on(served.floatingIp.id),
          act: () => user.disassociate(served.floatingIp, form).run(),
        });
        await stage.failover(served.loadBalancer);
        expect(await stage.complaints()).to.deep.equal([]);
        expect(race.times).to.equal(1);
        expect(tries()).to.be.at.most(mostTries);
      });
    }
  });

  describe('when somebody changes the floating ip each time that we write it, for as long as he likes', () => {
    it('should go on at a bounded rate, and end well when he stops', async () => {
      const { id } = served.floatingIp;
      const race = comeBetween(stage.shop.cloud.server, {
        matches: on(id, 'ref-update'),
        times: Infinity,
        act: () => operator.updateReference({ kind: 'floating-ip', id }, served.loadBalancer.vipPortId, 'DELETE'),
      });
      await stage.failoverCalmly(served.loadBalancer, () => stage.pass(5_000, 200));
      const before = race.times;
      await stage.pass(10_000, 200);
      expect(race.times - before).to.be.at.most(20);
      race.end();
      await stage.pass(2_000, 200);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });
});

function nameOf(object: Json): string {
  return JSON.stringify(object['fq_name']);
}
