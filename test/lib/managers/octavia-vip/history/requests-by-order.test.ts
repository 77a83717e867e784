import { expect } from 'chai';
import { ObjectCache } from '../../../../../lib/cache/object-cache.js';
import { RequestsByOrder } from '../../../../../lib/managers/octavia-vip/history/requests-by-order.js';
import type { Change } from '../../../../../lib/change-stream/change.js';
import { ManualClock } from '../../../../../lib/index.js';
import { uuidOf } from '../../../../support/change-messages.js';

const floatingIp = uuidOf(0x30);
const vipPort = uuidOf(0x10);
const amphora1 = uuidOf(0x11);
const amphora2 = uuidOf(0x12);
const address1 = uuidOf(0x21);

const floatingIpWith = (...portUuids: readonly string[]): Change['object'] => ({
  uuid: floatingIp,
  fq_name: ['floating-ip'],
  virtual_machine_interface_refs: portUuids.map((uuid) => ({ uuid, to: ['port'] })),
  ...(portUuids.length === 0 ? {} : { floating_ip_fixed_ip_address: '10.107.0.3' }),
});

// The order of a watch stream, as recordings 52 to 57 have it.
describe('RequestsByOrder', () => {
  let clock: ManualClock;
  let cache: ObjectCache;
  let byOrder: RequestsByOrder;
  let sequence: number;

  const hear = (kind: Change['kind'], operation: Change['operation'], uuid: string, object?: Change['object']) => {
    sequence += 1;
    return byOrder.requestIdOf({ kind, operation, uuid, ...(object === undefined ? {} : { object }) }, sequence);
  };
  const update = (...portUuids: readonly string[]) =>
    hear('floating-ip', 'UPDATE', floatingIp, floatingIpWith(...portUuids));
  const hold = (...portUuids: readonly string[]): void => {
    cache.put('floating-ip', {
      uuid: floatingIp,
      isVirtualIp: true,
      fixedIp: '10.107.0.3',
      portUuids,
      projectUuids: [],
    });
  };

  beforeEach(() => {
    clock = new ManualClock();
    cache = new ObjectCache(clock);
    byOrder = new RequestsByOrder({ cache, clock });
    sequence = 0;
    cache.put('instance-ip', { uuid: address1, address: '10.107.0.5', portUuids: [amphora1] });
    hold(vipPort, amphora1, amphora2);
  });

  describe('when a floating ip is emptied while a port that it references is deleted', () => {
    it('should be the request of the port delete', () => {
      const request = hear('instance-ip', 'DELETE', address1);
      expect(update()).to.equal(request);
      expect(hear('virtual-machine-interface', 'DELETE', amphora1)).to.equal(request);
    });
  });

  describe('when our letting go of the port lands between Neutron’s look and its disassociation (recording 57)', () => {
    it('should be the request of the port delete', () => {
      const request = hear('instance-ip', 'DELETE', address1);
      cache.traces.referenceDeleted(floatingIp, amphora1, clock.monotonic());
      update(vipPort, amphora2);
      hold(vipPort, amphora2);
      expect(update()).to.equal(request);
      expect(hear('virtual-machine-interface', 'DELETE', amphora1)).to.equal(request);
    });

    it('should be so if it was let go of a moment before the delete began', () => {
      cache.traces.referenceDeleted(floatingIp, amphora1, clock.monotonic());
      hold(vipPort, amphora2);
      clock.step(100);
      const request = hear('instance-ip', 'DELETE', address1);
      expect(update()).to.equal(request);
    });

    it('should be a request of its own if it was let go of long before', () => {
      cache.traces.referenceDeleted(floatingIp, amphora1, clock.monotonic());
      hold(vipPort, amphora2);
      clock.step(10_000);
      const request = hear('instance-ip', 'DELETE', address1);
      expect(update()).not.to.equal(request);
    });
  });

  describe('when the stream says once more that it is detached after the port is gone (recording 54)', () => {
    beforeEach(() => {
      hear('instance-ip', 'DELETE', address1);
      cache.traces.writing(floatingIp, 'req-ours', clock.monotonic());
      update();
      cache.traces.writing(floatingIp, 'req-ours-too', clock.monotonic());
      hear('virtual-machine-interface', 'DELETE', amphora1);
    });

    it('should be the echo of our own drop, which came too late', () => {
      expect(update()).to.equal(undefined);
    });

    it('should be a request of its own beyond that: its user has disassociated it', () => {
      update();
      expect(update()).to.be.a('string');
    });
  });

  describe('when its user frees it, and an amphora port is deleted a moment later', () => {
    it('should not be the port delete’s, though the stream says again that it is free', () => {
      const freed = update();
      expect(freed).to.be.a('string');
      const request = hear('instance-ip', 'DELETE', address1);
      expect(request).not.to.equal(freed);
      // The echo of a write of ours: the flag is reset.
      cache.traces.writing(floatingIp, 'req-ours', clock.monotonic());
      expect(update()).to.equal(undefined);
      // And once more by somebody.
      expect(update()).not.to.be.oneOf([undefined, request, freed]);
    });

    it('should be told anew when it was attached meanwhile', () => {
      update();
      update(vipPort);
      hold(vipPort, amphora1);
      const request = hear('instance-ip', 'DELETE', address1);
      expect(update()).to.equal(request);
    });
  });
});
