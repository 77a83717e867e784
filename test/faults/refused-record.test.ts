import { expect } from 'chai';
import { Operator, type LoadBalancer } from '../../fixtures/index.js';
import type { Problem } from '../../lib/index.js';
import { isMonitorsWrite } from './support/races.js';
import { describeFault, FaultStage, type Served } from './support/stage.js';

describeFault('a virtual-ip that the config API does not take', (schema) => {
  let stage: FaultStage;
  let operator: Operator;

  beforeEach(async () => {
    stage = await FaultStage.open({ schema });
    operator = new Operator({ url: stage.shop.cloud.url, tenant: stage.shop.tenant });
  });

  afterEach(() => stage.close());

  const setQuota = (virtualIps: number): Promise<void> =>
    operator.setProperties('project', stage.shop.tenant.projectId, { quota: { virtual_ip: virtualIps } });

  /** The ports that the floating ip references, sorted. */
  const wired = ({ floatingIp }: Served): readonly string[] => {
    const object = stage.shop.cloud.server.read('floating-ip', floatingIp.id) as {
      readonly virtual_machine_interface_refs?: readonly { readonly uuid: string }[];
    };
    return (object.virtual_machine_interface_refs ?? []).map(({ uuid }) => uuid).sort();
  };
  const portsOf = (loadBalancer: LoadBalancer): readonly string[] =>
    [
      loadBalancer.vipPortId,
      ...loadBalancer.amphorae.filter(({ state }) => state === 'bound').map(({ portId }) => portId),
    ].sort();
  const problems = (): readonly Problem[] => stage.monitor.monitor.status().problems;
  const creates = (): number =>
    stage.monitor.writes().filter(({ operation, kind }) => operation === 'create' && kind === 'virtual-ip').length;

  describe('when the quota of virtual-ips is used up', () => {
    let served: Served;

    beforeEach(async () => {
      await setQuota(0);
      served = await stage.serve();
    });

    it('should wire the floating ip nevertheless, and say what that costs', () => {
      expect(wired(served)).to.deep.equal(portsOf(served.loadBalancer));
      expect(problems().map(({ type, kind }) => [type, kind])).to.deep.equal([['unrecorded', 'virtual-ip']]);
      expect(problems()[0]!.message).to.match(/quota-exceeded.*nothing remembers.*Raise the quota/);
      expect(stage.log.of('floating ip associated')).to.have.length(1);
    });

    it('should not try again at each look, but once a minute', async () => {
      expect(creates()).to.equal(1);
      for (let count = 0; count < 10; count += 1) {
        stage.announce('virtual-machine-interface', served.loadBalancer.vipPortId);
        await stage.failoverCalmly(served.loadBalancer, () => stage.calm());
      }
      expect(wired(served)).to.deep.equal(portsOf(served.loadBalancer));
      expect(creates()).to.equal(1);
      await stage.pass(180_500, 500);
      expect(creates()).to.equal(4);
      const associated = stage.log.of('floating ip associated');
      expect(associated).to.have.length(1);
    });

    it('should make it once it may, and be as after an undisturbed run', async () => {
      await setQuota(-1);
      await stage.pass(61_000, 1_000);
      expect(problems()).to.deep.equal([]);
      expect(await stage.complaints()).to.deep.equal([]);
    });

    it('should restore what a port delete strips while it runs', async () => {
      await stage.failover(served.loadBalancer, { skipUnbind: true });
      await stage.pass(3_000);
      expect(stage.metrics.count('associations_stripped_total')).to.equal(1);
      expect(wired(served)).to.deep.equal(portsOf(served.loadBalancer));
    });

    it('should leave alone what its user has freed', async () => {
      await stage.shop.user.disassociate(served.floatingIp).run();
      await stage.pass(3_000);
      expect(wired(served)).to.deep.equal([]);
      await setQuota(-1);
      await stage.pass(61_000, 1_000);
      expect(await stage.complaints()).to.deep.equal([]);
    });

    it('should end with the load balancer', async () => {
      await stage.calmly(stage.shop.octavia.deleteLoadBalancer(served.loadBalancer), () => stage.calm());
      await stage.pass(61_000, 1_000);
      expect(problems()).to.deep.equal([]);
      expect(await stage.complaints()).to.deep.equal([]);
    });

    it('should hold up no other VIP, and nobody who deletes', async () => {
      const others = await stage.addTenant({ name: 'others' });
      const other = await stage.serve({}, others);
      expect(wired(other)).to.deep.equal(portsOf(other.loadBalancer));
      // Of the other tenant it says only that its amphorae would not be trusted in a shared network.
      expect(problems().map(({ type }) => type)).to.have.members(['unrecorded', 'unlisted-project']);
      expect(stage.monitor.unrelaxedReferences()).to.deep.equal([]);
    });
  });

  for (const { status, code } of [
    { status: 400, code: 'bad-request' },
    { status: 403, code: 'forbidden' },
    { status: 409, code: 'conflict' },
  ]) {
    describe(`when the create of the virtual-ip is refused with ${status}`, () => {
      it('should wire the floating ip nevertheless, say so, and make it once it may', async () => {
        const rule = stage.faults.add({
          on: 'request',
          match: { method: 'POST', path: '/virtual-ips' },
          fault: { kind: 'error', status, body: 'no' },
        });
        const served = await stage.serve();
        expect(wired(served)).to.deep.equal(portsOf(served.loadBalancer));
        expect(problems().map(({ type, message }) => [type, message.includes(code)])).to.deep.equal([
          ['unrecorded', true],
        ]);
        rule.remove();
        await stage.pass(61_000, 1_000);
        expect(problems()).to.deep.equal([]);
        expect(await stage.complaints()).to.deep.equal([]);
      });
    });
  }

  for (const { status, code } of [
    { status: 500, code: 'unavailable' },
    { status: 404, code: 'not-found' },
    { status: 422, code: 'bad-answer' },
    { status: 429, code: 'bad-answer' },
  ]) {
    describe(`when each write of the record fails with ${status}, and no other`, () => {
      it('should wire the floating ip nevertheless, then its failovers, say so, and record both once it may', async () => {
        const rule = stage.faults.add({
          on: 'request',
          match: { method: 'POST', path: ['/virtual-ips', '/prop-collection-update'] },
          fault: { kind: 'error', status, body: 'no' },
        });
        const served = await stage.serve();
        await stage.pass(5_000, 100);
        expect(wired(served)).to.deep.equal(portsOf(served.loadBalancer));
        expect(problems().map(({ type, message }) => [type, message.includes(code)])).to.deep.equal([
          ['unrecorded', true],
        ]);
        await stage.failoverCalmly(served.loadBalancer, () => stage.calm());
        expect(wired(served)).to.deep.equal(portsOf(served.loadBalancer));
        rule.remove();
        await stage.pass(11_000, 1_000);
        expect(problems()).to.deep.equal([]);
        expect(await stage.complaints()).to.deep.equal([]);
      });
    });
  }

  describe('when the record of a new amphora is refused', () => {
    it('should wire the amphora nevertheless, drop no evidence, and make it good once it may', async () => {
      const served = await stage.serve();
      const rule = stage.faults.add({
        on: 'request',
        match: { operation: 'prop-collection-update' },
        fault: { kind: 'error', status: 403, body: 'no' },
      });
      await stage.failoverCalmly(served.loadBalancer, () => stage.calm());
      expect(wired(served)).to.deep.equal(portsOf(served.loadBalancer));
      expect(problems().map(({ type }) => type)).to.deep.equal(['unrecorded']);
      rule.remove();
      await stage.pass(61_000, 1_000);
      expect(problems()).to.deep.equal([]);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when a write on a floating ip is refused', () => {
    it('should call the VIP failing, and serve it once it may', async () => {
      const admit = stage.shop.cloud.server.use((request, next) =>
        isMonitorsWrite(request) && request.path.startsWith('/floating-ip/')
          ? Promise.resolve({ status: 403, body: 'no' })
          : next(),
      );
      await stage.shop.octavia.createLoadBalancer().run();
      const floatingIp = await stage.shop.user.createFloatingIp().run();
      await stage.shop.user.associate(floatingIp, stage.shop.octavia.loadBalancers[0]!).run();
      await stage.calm();
      expect(problems().map(({ type }) => type)).to.deep.equal(['failing']);
      admit();
      await stage.pass(61_000, 1_000);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });
});
