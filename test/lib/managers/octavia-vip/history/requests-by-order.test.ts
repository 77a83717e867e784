import { expect } from 'chai';
import { ManualClock } from '../../../../../lib/base/clock/index.js';
import { ObjectCache } from '../../../../../lib/cache/index.js';
import type { Change } from '../../../../../lib/change-stream/index.js';
import { History, type OwnWrite } from '../../../../../lib/managers/octavia-vip/index.js';
import type { ReferenceWrite } from '../../../../../lib/planning/index.js';
import { uuidOf } from '../../../../support/change-messages.js';
import { floatingIpEntity, instanceIpEntity, key } from '../support/entities.js';
import { amphora1, amphora2, floatingIp, vipPort } from '../support/floating-ips.js';
import { vip } from '../support/ports.js';
import { without } from '../../../../support/without.js';

const address1 = uuidOf(0x21);

const floatingIpWith = (...portUuids: readonly string[]) => ({
  uuid: floatingIp,
  fq_name: ['floating-ip'],
  floating_ip_is_virtual_ip: true,
  virtual_machine_interface_refs: portUuids.map((uuid) => ({ uuid, to: ['port'] })),
  ...(portUuids.length === 0 ? {} : { floating_ip_fixed_ip_address: vip }),
});

const drop: OwnWrite & ReferenceWrite = {
  do: 'delete-reference',
  on: { kind: 'floating-ip', uuid: floatingIp },
  to: { kind: 'virtual-machine-interface', uuid: amphora1 },
  relaxed: true,
};

// The order of a watch stream, as recordings 52 to 57 have it.
describe('what a stream without request-ids tells, by the order of its changes', () => {
  let clock: ManualClock;
  let cache: ObjectCache;
  let history: History;
  let sequence: number;

  const hear = (
    kind: Change['kind'],
    operation: Change['operation'],
    uuid: string,
    object?: Change['object'],
  ): void => {
    sequence += 1;
    const change: Change = { kind, operation, uuid, ...(object === undefined ? {} : { object }) };
    history.heard(change, { sequence, at: clock.monotonic() });
  };
  const requests = (): readonly string[] =>
    history.memoryOf(floatingIp)?.requests.map(({ requestId }) => requestId) ?? [];
  const deletedBy = (requestId: string | undefined): readonly string[] => [
    ...history.requests.deletedBy(requestId ?? 'none'),
  ];
  /** Says that the floating ip was updated; the requests that are new by that. */
  const update = (...portUuids: readonly string[]): readonly string[] => {
    const before = requests();
    hear('floating-ip', 'UPDATE', floatingIp, floatingIpWith(...portUuids));
    return requests().filter((requestId) => !before.includes(requestId));
  };
  /** The same of one that has references and no fixed ip. */
  const half = (...portUuids: readonly string[]): readonly string[] => {
    const before = requests();
    hear('floating-ip', 'UPDATE', floatingIp, without(floatingIpWith(...portUuids), 'floating_ip_fixed_ip_address'));
    return requests().filter((requestId) => !before.includes(requestId));
  };
  const deleteAddress = (): void => {
    hear('instance-ip', 'DELETE', address1);
  };
  const deletePort = (): void => {
    hear('virtual-machine-interface', 'DELETE', amphora1);
  };
  const hold = (...ports: readonly string[]): void => {
    cache.put('floating-ip', floatingIpEntity(floatingIp, { isVirtualIp: true, fixedIp: vip, ports }));
  };
  const letGo = (): void => {
    const of = { vip: key, vipPort };
    history.note(floatingIp, { type: 'reference-deleted', port: amphora1, at: clock.monotonic(), of });
  };
  const write = (what: OwnWrite = drop): void => {
    const at = clock.monotonic();
    history.note(floatingIp, { type: 'sending', write: what, requestId: `req-ours-${at}`, plannedAt: 0, at });
  };
  const writeAgain = (): void => {
    history.note(floatingIp, { type: 'sending-again', write: drop, at: clock.monotonic() });
  };

  beforeEach(() => {
    clock = new ManualClock();
    cache = new ObjectCache(clock);
    history = new History(cache);
    sequence = 0;
    cache.put('instance-ip', instanceIpEntity(address1, { address: '10.107.0.5', ports: [amphora1] }));
    hold(vipPort, amphora1, amphora2);
  });

  describe('when a floating ip is emptied while a port that it references is deleted', () => {
    it('should be the request of the port delete', () => {
      deleteAddress();
      const [request, ...others] = update();
      expect(others).to.deep.equal([]);
      expect(deletedBy(request)).to.deep.equal([amphora1]);
      deletePort();
      expect(deletedBy(request)).to.deep.equal([amphora1]);
    });

    it('should be one request, however often it is told', () => {
      deleteAddress();
      update();
      expect(update()).to.deep.equal([]);
      expect(requests()).to.have.length(1);
    });

    it('should be a request of its own if the delete never came to an end: it has failed (recording 08)', () => {
      deleteAddress();
      clock.step(30_000);
      expect(deletedBy(update()[0])).to.deep.equal([]);
    });
  });

  describe('when a port is deleted, and nothing was heard of its addresses', () => {
    it('should explain nothing: what the request did before is not known', () => {
      deletePort();
      expect(history.requests.isDeleteExplained(amphora1)).to.equal(false);
      deleteAddress();
      deletePort();
      expect(history.requests.isDeleteExplained(amphora1)).to.equal(true);
    });
  });

  describe('when our letting go of the port lands between Neutron’s look and its disassociation (recording 57)', () => {
    it('should be the request of the port delete', () => {
      deleteAddress();
      letGo();
      expect(update(vipPort, amphora2)).to.deep.equal([]);
      hold(vipPort, amphora2);
      const [request] = update();
      expect(deletedBy(request)).to.deep.equal([amphora1]);
      deletePort();
      expect(deletedBy(request)).to.deep.equal([amphora1]);
    });

    it('should be so if it was let go of a moment before the delete began', () => {
      letGo();
      hold(vipPort, amphora2);
      clock.step(100);
      deleteAddress();
      expect(deletedBy(update()[0])).to.deep.equal([amphora1]);
    });

    it('should be a request of its own if it was let go of long before', () => {
      letGo();
      hold(vipPort, amphora2);
      clock.step(10_000);
      deleteAddress();
      const [request] = update();
      expect(request).to.be.a('string');
      expect(deletedBy(request)).to.deep.equal([]);
    });
  });

  describe('when the stream says once more that it is detached after the port is gone (recording 54)', () => {
    const strip = (): void => {
      deleteAddress();
      update();
      deletePort();
    };

    it('should be the echo of our own drop, which came too late, and beyond that a request of its own: its user has disassociated it', () => {
      write();
      strip();
      expect(update()).to.deep.equal([]);
      const [request] = update();
      expect(request).to.be.a('string');
      expect(deletedBy(request)).to.deep.equal([]);
    });

    it('should be so where the drop was sent before the port delete was done, and where it was sent in its middle', () => {
      deleteAddress();
      write();
      update();
      deletePort();
      expect(update()).to.deep.equal([]);
    });

    it('should be so although somebody described it while it was attached: that is no echo of a drop', () => {
      write();
      expect(update(vipPort, amphora1, amphora2)).to.have.length(0);
      strip();
      expect(update()).to.deep.equal([]);
    });

    it('should be so where a reference that we added too late, and dropped again, was all that it had', () => {
      strip();
      write({ ...drop, do: 'add-reference', to: { ...drop.to, uuid: amphora2 } });
      expect(half(amphora2)).to.deep.equal([]);
      write({ ...drop, to: { ...drop.to, uuid: amphora2 } });
      expect(update()).to.deep.equal([]);
      expect(update()).to.have.length(1);
    });

    it('should be two echoes where the drop was sent again: the first may have been carried out although it failed', () => {
      write();
      writeAgain();
      strip();
      expect(update()).to.deep.equal([]);
      expect(update()).to.deep.equal([]);
      expect(update()).to.have.length(1);
    });

    it('should be two echoes where the drop was sent again seconds later', () => {
      write();
      clock.step(5_000);
      writeAgain();
      strip();
      expect(update()).to.deep.equal([]);
      expect(update()).to.deep.equal([]);
    });
  });

  describe('when its user frees it, and an amphora port is deleted a moment later', () => {
    it('should not be the port delete’s, though the stream says again that it is free', () => {
      const [freed] = update();
      expect(freed).to.be.a('string');
      deleteAddress();
      expect(deletedBy(freed)).to.deep.equal([]);
      // The echo of a write of ours: the port is let go of.
      write();
      expect(update()).to.deep.equal([]);
      // And once more by somebody.
      const [again] = update();
      expect(again).to.be.a('string').and.not.to.equal(freed);
      expect(deletedBy(again)).to.deep.equal([]);
    });

    it('should be told anew when it was attached meanwhile', () => {
      update();
      update(vipPort);
      hold(vipPort, amphora1);
      deleteAddress();
      expect(deletedBy(update()[0])).to.deep.equal([amphora1]);
    });
  });
});
