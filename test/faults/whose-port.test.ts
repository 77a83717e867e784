import { expect } from 'chai';
import { Operator, type Json } from '../../fixtures/index.js';
import { describeFault, FaultStage, type Served } from './support/stage.js';

const vmi = 'virtual-machine-interface';

const pairsOf = (prefix: string, length = 32): Json => ({
  virtual_machine_interface_allowed_address_pairs: {
    allowed_address_pair: [
      { ip: { ip_prefix: prefix, ip_prefix_len: length }, mac: '', address_mode: 'active-standby' },
    ],
  },
});

describeFault('a VIP port of Octavia to which somebody gave allowed address pairs', (schema) => {
  let stage: FaultStage;
  let served: Served;
  let operator: Operator;

  beforeEach(async () => {
    stage = await FaultStage.open({ schema });
    served = await stage.serve();
    operator = new Operator({ url: stage.shop.cloud.url, tenant: stage.shop.tenant });
  });

  afterEach(() => stage.close());

  const kinds: readonly (readonly [string, (own: string, others: string) => Json])[] = [
    ['its own address', (own) => pairsOf(own)],
    ['the VIP of another load balancer', (_own, others) => pairsOf(others)],
    ['an address that nobody has', () => pairsOf('10.107.0.200')],
    ['a prefix', () => pairsOf('10.107.0.0', 24)],
  ];
  for (const [what, pairs] of kinds) {
    describe(`when the pair is ${what}`, () => {
      it('should wire it if the pair was there before the amphorae', async () => {
        const create = stage.shop.octavia.createLoadBalancer();
        await create.step();
        const made = stage.shop.octavia.loadBalancers.at(-1)!;
        await operator.setProperties(
          vmi,
          made.vipPortId,
          pairs(made.vips[0]!.address, served.loadBalancer.vips[0]!.address),
        );
        await create.run();
        const floatingIp = await stage.shop.user.createFloatingIp().run();
        await stage.shop.user.associate(floatingIp, made).run();
        expect(await stage.complaints()).to.deep.equal([]);
        await stage.failoverCalmly(made);
        expect(await stage.complaints()).to.deep.equal([]);
      });

      it('should keep the association through all that follows if the pair is set later', async () => {
        const { loadBalancer } = served;
        const other = await stage.serve();
        const given = pairs(loadBalancer.vips[0]!.address, other.loadBalancer.vips[0]!.address);
        await operator.setProperties(vmi, loadBalancer.vipPortId, given);
        expect(await stage.complaints()).to.deep.equal([]);
        await stage.failoverCalmly(loadBalancer);
        await stage.failover(loadBalancer);
        expect(await stage.complaints()).to.deep.equal([]);
        await stage.monitor.resync();
        await operator.setProperties(vmi, loadBalancer.vipPortId, {
          virtual_machine_interface_allowed_address_pairs: null,
        });
        await stage.shop.octavia.deleteLoadBalancer(loadBalancer).run();
        expect(await stage.complaints()).to.deep.equal([]);
      });
    });
  }

  describe('when the load balancer is deleted, and the pair is another’s VIP', () => {
    it('should leave the other as it is', async () => {
      const other = await stage.serve();
      await operator.setProperties(vmi, served.loadBalancer.vipPortId, pairsOf(other.loadBalancer.vips[0]!.address));
      await stage.shop.cloud.settled();
      await stage.shop.octavia.deleteLoadBalancer(served.loadBalancer).run();
      expect(await stage.complaints()).to.deep.equal([]);
      expect(stage.shop.cloud.server.list('virtual-ip')).to.have.length(1);
    });
  });
});
