import { expect } from 'chai';
import axios from 'axios';
import { z } from 'zod';
import { departureKey } from '../../lib/managers/octavia-vip/index.js';
import { describeFault, FaultStage, type Served } from './support/stage.js';

const virtualIpSchema = z.object({
  uuid: z.string(),
  annotations: z.object({ key_value_pair: z.array(z.object({ key: z.string(), value: z.string() })) }),
});
type VirtualIp = z.infer<typeof virtualIpSchema>;
const floatingIpSchema = z.object({
  uuid: z.string(),
  virtual_machine_interface_refs: z.array(z.object({ uuid: z.string() })).optional(),
});

describeFault('departures: a gateway says that a port is about to be deleted', (schema) => {
  let stage: FaultStage;
  let served: Served;
  let port: string;

  beforeEach(async () => {
    stage = await FaultStage.open({ schema });
    served = await stage.serve({ topology: 'ACTIVE_STANDBY' });
    port = served.loadBalancer.amphorae[0]?.portId ?? '';
  });

  afterEach(async () => {
    await stage.close();
  });

  const virtualIp = (): VirtualIp => virtualIpSchema.parse(stage.shop.cloud.server.list('virtual-ip')[0]);

  async function mark(change: { readonly operation: 'set' | 'delete'; readonly value?: string }): Promise<void> {
    const key = departureKey(port);
    const value = change.value === undefined ? {} : { value: { key, value: change.value } };
    const updates = [{ field: 'annotations', operation: change.operation, position: key, ...value }];
    await axios.post(`${stage.shop.cloud.url}/prop-collection-update`, { uuid: virtualIp().uuid, updates });
  }

  function stateOf(): unknown {
    return virtualIp().annotations.key_value_pair.find(({ key }) => key === departureKey(port))?.value;
  }

  function references(): readonly string[] {
    const floatingIps = floatingIpSchema.array().parse(stage.shop.cloud.server.list('floating-ip'));
    const floatingIp = floatingIps.find(({ uuid }) => uuid === served.floatingIp.id);
    return floatingIp?.virtual_machine_interface_refs?.map(({ uuid }) => uuid) ?? [];
  }

  describe('when it is deleted then', () => {
    it('should be let go of before, so that nothing is stripped, and forgotten after', async () => {
      await mark({ operation: 'set', value: 'asked' });
      await stage.shop.cloud.settled();
      expect(stateOf()).to.equal('let-go');
      expect(references()).to.not.include(port);
      await stage.failover(served.loadBalancer, { skipUnbind: true });
      await stage.shop.cloud.settled();
      expect(stateOf()).to.equal(undefined);
      expect(stage.log.of('floating ip stripped by a port delete, restoring it')).to.deep.equal([]);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when its delete is refused', () => {
    it('should be wired again as soon as the gateway takes it back', async () => {
      await mark({ operation: 'set', value: 'asked' });
      await stage.shop.cloud.settled();
      await mark({ operation: 'delete' });
      await stage.shop.cloud.settled();
      expect(references()).to.include(port);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when the gateway dies before the delete', () => {
    it('should be wired again after a while, and forgotten', async () => {
      await mark({ operation: 'set', value: 'asked' });
      await stage.shop.cloud.settled();
      await stage.pass(29_000, 1_000);
      expect(references()).to.not.include(port);
      await stage.pass(2_000, 1_000);
      await stage.shop.cloud.settled();
      expect(references()).to.include(port);
      expect(stateOf()).to.equal(undefined);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when it is said again after that', () => {
    it('should count anew', async () => {
      await mark({ operation: 'set', value: 'asked' });
      await stage.shop.cloud.settled();
      await stage.pass(31_000, 1_000);
      await stage.shop.cloud.settled();
      await mark({ operation: 'set', value: 'asked' });
      await stage.pass(20_000, 1_000);
      expect(stateOf()).to.equal('let-go');
      expect(references()).to.not.include(port);
    });
  });

  describe('when the VIP port is named', () => {
    it('should stay wired: with its delete all is over anyway', async () => {
      port = served.loadBalancer.vipPortId;
      await mark({ operation: 'set', value: 'asked' });
      await stage.shop.cloud.settled();
      expect(references()).to.include(port);
    });
  });
});
