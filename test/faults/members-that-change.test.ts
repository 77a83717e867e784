import { expect } from 'chai';
import { Operator, type LoadBalancer } from '../../fixtures/index.js';
import { isMonitors } from './support/races.js';
import { describeFault, FaultStage, type Served } from './support/stage.js';

const slowedDown = 'key is written to again and again, perhaps somebody undoes the writes: slowed down';
const atRest = 'key is at rest again: no longer slowed down';

describeFault('members that really change, and fights', (schema) => {
  let stage: FaultStage;
  let served: Served;
  let operator: Operator;
  let end: () => void;

  beforeEach(async () => {
    stage = await FaultStage.open({ schema });
    served = await stage.serve();
    operator = new Operator({ url: stage.shop.cloud.url, tenant: stage.shop.tenant });
    end = () => undefined;
  });

  afterEach(async () => {
    end();
    await stage.close();
  });

  /** Somebody undoes what the monitor has just written, whenever it is that. */
  const undoing = (
    isIt: (operation: string | undefined, body: string) => boolean,
    undo: () => Promise<unknown>,
  ): void => {
    end = stage.shop.cloud.server.requests.subscribe(({ userAgent, operation, body, status }) => {
      if (!isMonitors({ userAgent }) || status !== 200 || !isIt(operation, JSON.stringify(body ?? ''))) return;
      void undo().catch(() => undefined);
    });
    void undo().catch(() => undefined);
  };

  const undoReference = (): void => {
    const { id } = served.floatingIp;
    const portId = served.loadBalancer.amphorae[0]!.portId;
    undoing(
      (operation, body) =>
        operation === 'ref-update' && body.includes(id) && body.includes(portId) && body.includes('"ADD"'),
      () => operator.updateReference({ kind: 'floating-ip', id }, portId, 'DELETE'),
    );
  };

  const virtualIpOf = (loadBalancer: LoadBalancer): string => {
    const own = stage.shop.cloud.server
      .list('virtual-ip')
      .find((object) => JSON.stringify(object['fq_name']).includes(loadBalancer.id));
    return String(own?.['uuid']);
  };

  const stripped = (): number => stage.metrics.count('associations_stripped_total');
  const contended = (): number =>
    stage.monitor.monitor.status().problems.filter(({ type }) => type === 'contended').length;

  /** Replaces amphorae one after the other; what a step needs is done before the next, and no time passes. */
  const failOver = async (times: number): Promise<void> => {
    for (let count = 0; count < times; count += 1) {
      await stage.failoverCalmly(served.loadBalancer, () => stage.calm());
    }
  };

  describe('when the amphorae of one VIP are replaced twenty times in a minute', () => {
    it('should let go of each in time, and call it no fight', async () => {
      await failOver(20);
      expect(stripped()).to.equal(0);
      expect(stage.log.of(slowedDown)).to.deep.equal([]);
      expect(contended()).to.equal(0);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when each of ten deletes in a minute comes too fast, and strips', () => {
    it('should restore it each time without a brake', async () => {
      for (let count = 0; count < 10; count += 1) {
        await stage.failover(served.loadBalancer, { skipUnbind: true });
        await stage.shop.cloud.settled();
        expect(stage.differences()).to.deep.equal([]);
      }
      expect(stripped()).to.equal(10);
      expect(stage.log.of(slowedDown)).to.deep.equal([]);
    });
  });

  describe('when an amphora is replaced while somebody fights for a reference of the VIP', () => {
    it('should let go of the leaving port at once, and wire the new one within two seconds', async () => {
      undoReference();
      await stage.pass(10_000, 100);
      expect(contended()).to.equal(1);
      const [, leaving] = served.loadBalancer.amphorae;
      const failover = stage.shop.octavia.failoverAmphora(served.loadBalancer, leaving!);
      await stage.calmly(failover, () => stage.calm());
      expect(stripped()).to.equal(0);
      await stage.pass(2_100, 100);
      const floatingIp = stage.shop.cloud.server.read('floating-ip', served.floatingIp.id);
      expect(JSON.stringify(floatingIp)).to.include(failover.result.portId);
      end();
      await stage.pass(2_000);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  const fights: Readonly<Record<string, () => void>> = {
    'a reference of the floating ip': undoReference,
    'a property of the floating ip': () => {
      const { id } = served.floatingIp;
      undoing(
        (_operation, body) => body.includes('"floating_ip_is_virtual_ip":true'),
        () => operator.setProperties('floating-ip', id, { floating_ip_is_virtual_ip: false }),
      );
    },
    'an entry of the record': () => {
      const id = virtualIpOf(served.loadBalancer);
      undoing(
        (operation) => operation === 'prop-collection-update',
        async () => {
          const { annotations } = stage.shop.cloud.server.read('virtual-ip', id) as {
            annotations: { key_value_pair: readonly { readonly key: string }[] };
          };
          const others = annotations.key_value_pair.filter(({ key }) => !key.includes('/floating-ip/'));
          await operator.setProperties('virtual-ip', id, { annotations: { key_value_pair: others } });
        },
      );
    },
    'the virtual-ip itself': () => {
      undoing(
        (operation, body) => operation === 'create' && body.includes('virtual-ip'),
        () => operator.delete('virtual-ip', virtualIpOf(served.loadBalancer)),
      );
    },
  };

  for (const [what, fight] of Object.entries(fights)) {
    describe(`when somebody fights for ${what}`, () => {
      it('should slow the VIP down, say so once, say once when it is over, and win', async () => {
        fight();
        await stage.pass(30_000, 100);
        expect(stage.log.of(slowedDown)).to.have.length(1);
        expect(contended()).to.equal(1);
        const before = stage.shop.cloud.countWrites();
        await stage.pass(10_000, 100);
        const roundsInTenSeconds = 10 + 1;
        const writesInARound = 8;
        expect(stage.shop.cloud.countWrites() - before).to.be.at.most(roundsInTenSeconds * writesInARound);
        end();
        await stage.pass(130_000, 1_000);
        expect(stage.log.of(atRest)).to.have.length(1);
        // Told for an hour.
        const left = stage.monitor.monitor.status().problems.filter(({ type }) => type !== 'repaired-again');
        expect(left).to.deep.equal([]);
        expect(await stage.complaints()).to.deep.equal([]);
      });
    });
  }

  describe('when the load balancer is deleted while somebody fights for it', () => {
    it('should not call it contended any more, once nothing is kept for it', async () => {
      undoReference();
      await stage.pass(10_000, 100);
      expect(contended()).to.equal(1);
      await stage.calmly(stage.shop.octavia.deleteLoadBalancer(served.loadBalancer), () => stage.calm());
      end();
      await stage.pass(3_000, 100);
      expect(stage.monitor.monitor.status().problems).to.deep.equal([]);
      expect(stage.log.of(atRest)).to.have.length(1);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });
});
