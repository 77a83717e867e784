import { expect } from 'chai';
import { ObjectCache, type FloatingIpEntity, type PortEntity } from '../../../lib/cache/index.js';
import { ManualClock } from '../../../lib/base/clock/index.js';
import { vipKey } from '../../../lib/model/index.js';
import { uuidOf } from '../../support/change-messages.js';
import { portEntity } from '../../support/entities.js';

const network = uuidOf(0xb0);
const otherNetwork = uuidOf(0xb2);
const key = vipKey(network, '10.107.0.3');
const [one, two, three] = [uuidOf(1), uuidOf(2), uuidOf(3)];

function port(uuid: string, delta: Partial<PortEntity> = {}): PortEntity {
  return portEntity(uuid, { networkUuid: network, ...delta });
}

function floatingIp(uuid: string, ...portUuids: readonly string[]): FloatingIpEntity {
  return { uuid, isVirtualIp: false, portUuids, projectUuids: [] };
}

function newCache(startedAt?: number) {
  const clock = new ManualClock(startedAt);
  return { clock, cache: new ObjectCache(clock) };
}

const uuids = (entities: readonly { readonly uuid: string }[]) => entities.map(({ uuid }) => uuid);

describe('ObjectCache', () => {
  it('should say what an object was and is', () => {
    const { cache } = newCache();
    const [before, after] = [floatingIp(one), floatingIp(one, two)];
    expect(cache.put('floating-ip', before)).to.deep.equal({
      kind: 'floating-ip',
      uuid: one,
      before: undefined,
      after: before,
    });
    expect(cache.put('floating-ip', after)).to.deep.equal({ kind: 'floating-ip', uuid: one, before, after });
    expect(cache.remove('floating-ip', one, 3)).to.deep.equal({
      kind: 'floating-ip',
      uuid: one,
      before: after,
      after: undefined,
    });
    expect(cache.get('floating-ip', one)).to.equal(undefined);
  });

  it('should keep kinds apart', () => {
    const { cache } = newCache();
    cache.put('virtual-machine-interface', port(one));
    expect(cache.get('floating-ip', one)).to.equal(undefined);
    expect([cache.size('virtual-machine-interface'), cache.size('floating-ip')]).to.deep.equal([1, 0]);
    expect([...cache.uuids('virtual-machine-interface')]).to.deep.equal([one]);
  });

  describe('the indexes', () => {
    it('should move with the object: found where it stands, not where it stood', () => {
      const { cache } = newCache();
      const find = (uuid: string) => uuids(cache.find('floating-ip', 'floatingIpsByPort', uuid));
      cache.put('floating-ip', floatingIp(one, two));
      expect(find(two)).to.deep.equal([one]);
      cache.put('floating-ip', floatingIp(one, three));
      expect([find(two), find(three)]).to.deep.equal([[], [one]]);
      cache.remove('floating-ip', one, 1);
      expect(find(three)).to.deep.equal([]);
      expect([...cache.keys('floatingIpsByPort')]).to.deep.equal([]);
    });

    it('should hold both sides of the references, whichever object came first', () => {
      const { cache } = newCache();
      cache.put('floating-ip', floatingIp(one, two));
      expect(cache.find('floating-ip', 'floatingIpsByPort', two)).to.have.length(1);
      cache.put('virtual-machine-interface', port(two));
      cache.put('instance-ip', { uuid: three, address: '10.107.0.3', networkUuid: network, portUuids: [two] });
      expect(uuids(cache.find('instance-ip', 'instanceIpsByPort', two))).to.deep.equal([three]);
      expect(uuids(cache.portsOfAddress(key))).to.deep.equal([two]);
    });

    it('should find ports by the addresses of their pairs, in their own network only', () => {
      const { cache } = newCache();
      cache.put('virtual-machine-interface', port(one, { pairAddresses: ['10.107.0.3', 'fd00::3'] }));
      cache.put('virtual-machine-interface', port(two, { pairAddresses: ['10.107.0.3'], networkUuid: otherNetwork }));
      const find = (vip: string) => uuids(cache.find('virtual-machine-interface', 'portsByPair', vip));
      expect(find(key)).to.deep.equal([one]);
      expect(find(vipKey(network, 'fd00::3'))).to.deep.equal([one]);
      expect(find(vipKey(otherNetwork, '10.107.0.3'))).to.deep.equal([two]);
    });

    it('should find ports by their virtual machines', () => {
      const { cache } = newCache();
      cache.put('virtual-machine-interface', port(one, { vmUuids: [three] }));
      expect(uuids(cache.find('virtual-machine-interface', 'portsByVirtualMachine', three))).to.deep.equal([one]);
    });

    it('should find virtual-ips by name, by port, and by what they record', () => {
      const { cache } = newCache();
      const record = { vip: key, loadBalancer: 'lb', vipPort: two, floatingIps: [three], members: [] };
      cache.put('virtual-ip', { uuid: one, fqName: ['d', 'p', 'v'], portUuids: [two], floatingIpUuids: [], record });
      for (const [index, found] of [
        ['virtualIpsByName', 'd:p:v'],
        ['virtualIpsByPort', two],
        ['virtualIpsByVip', key],
        ['virtualIpsByFloatingIp', three],
      ] as const) {
        expect(uuids(cache.find('virtual-ip', index, found)), index).to.deep.equal([one]);
      }
      cache.put('virtual-ip', { uuid: one, fqName: ['d', 'p', 'v'], portUuids: [], floatingIpUuids: [] });
      expect(cache.find('virtual-ip', 'virtualIpsByVip', key)).to.deep.equal([]);
    });
  });

  describe('the ports that own an address', () => {
    it('should each be there once, and only those of the network', () => {
      const { cache } = newCache();
      cache.put('virtual-machine-interface', port(one));
      cache.put('virtual-machine-interface', port(two, { networkUuid: otherNetwork }));
      for (const uuid of [uuidOf(10), uuidOf(11)]) {
        cache.put('instance-ip', { uuid, address: '10.107.0.3', networkUuid: network, portUuids: [one, two, three] });
      }
      expect(uuids(cache.portsOfAddress(key))).to.deep.equal([one]);
    });
  });

  describe('an object that is gone', () => {
    it('should be known as gone until it is seen again', () => {
      const { cache } = newCache();
      expect(cache.isGone(one)).to.equal(false);
      cache.remove('floating-ip', one, cache.nextSequence());
      expect(cache.isGone(one)).to.equal(true);
      cache.put('floating-ip', floatingIp(one));
      expect(cache.isGone(one)).to.equal(false);
    });

    it('should lose its traces if it was a floating ip', () => {
      const { cache } = newCache();
      const after = floatingIp(one);
      cache.traces.floatingIpSeen(one, {
        before: { ...floatingIp(one, two), fixedIp: 'x' },
        after,
        readAfter: 0,
        at: 0,
      });
      cache.remove('floating-ip', one, 1);
      expect(cache.traces.detachedTrace(one)).to.equal(undefined);
    });
  });

  describe('the order of changes', () => {
    it('should tell what was touched live since a position', () => {
      const { cache } = newCache();
      cache.put('floating-ip', floatingIp(one), { touched: cache.nextSequence() });
      const position = cache.sequence;
      expect(cache.touchedSince('floating-ip', one, position)).to.equal(false);
      cache.put('floating-ip', floatingIp(one), { touched: cache.nextSequence() });
      expect(cache.touchedSince('floating-ip', one, position)).to.equal(true);
    });

    it('should count a delete, and leave a full read out of account', () => {
      const { cache } = newCache();
      cache.put('floating-ip', floatingIp(one));
      expect(cache.touchedSince('floating-ip', one, 0)).to.equal(false);
      cache.remove('floating-ip', one, cache.nextSequence());
      expect(cache.touchedSince('floating-ip', one, 0)).to.equal(true);
      expect(cache.touchedSince('floating-ip', two, 0)).to.equal(false);
    });
  });

  describe('the age of a port', () => {
    const created = Date.UTC(2026, 0, 1);

    it("should be by the server's word when it is first seen, and by our own clock from then on", () => {
      const { clock, cache } = newCache(created + 5_000);
      cache.put('virtual-machine-interface', port(one, { createdAt: created }));
      expect(cache.portAgeMs(one)).to.equal(5_000);
      clock.step(1_000);
      expect(cache.portAgeMs(one)).to.equal(6_000);
    });

    for (const jump of [3_600_000, -3_600_000]) {
      it(`should not change when the wall clock jumps by ${jump} ms`, () => {
        const { clock, cache } = newCache(created);
        cache.put('virtual-machine-interface', port(one, { createdAt: created }));
        clock.jump(jump);
        clock.step(1_000);
        cache.put('virtual-machine-interface', port(one, { createdAt: created, owner: 'Octavia' }));
        expect(cache.portAgeMs(one)).to.equal(1_000);
      });
    }

    it("should be nothing for a port whose CREATE has come, whatever the server's wall clock says", () => {
      const { cache } = newCache(created + 7_200_000);
      cache.put('virtual-machine-interface', port(one, { createdAt: created }), { created: true });
      expect(cache.portAgeMs(one)).to.equal(0);
    });

    it('should never be negative, and nothing where nobody knows', () => {
      const { cache } = newCache(created);
      cache.put('virtual-machine-interface', port(one, { createdAt: created + 1_000 }));
      cache.put('virtual-machine-interface', port(two));
      expect([cache.portAgeMs(one), cache.portAgeMs(two), cache.portAgeMs(three)]).to.deep.equal([0, 0, 0]);
    });
  });
});
