import { expect } from 'chai';
import { ObjectCache } from '../../../lib/cache/index.js';
import { ManualClock } from '../../../lib/base/clock/index.js';
import type { EntityOf, Kind } from '../../../lib/model/index.js';
import { uuidOf } from '../../support/change-messages.js';
import { portEntity } from '../../support/entities.js';

const network = uuidOf(0xb0);
const otherNetwork = uuidOf(0xb2);
const key = `${network}/10.107.0.3`;
const [one, two, three] = [uuidOf(1), uuidOf(2), uuidOf(3)];

function port(
  uuid: string,
  {
    networkUuid = network,
    ...delta
  }: NonNullable<Parameters<typeof portEntity>[1]> & {
    readonly networkUuid?: string;
  } = {},
): EntityOf<'virtual-machine-interface'> {
  return portEntity(uuid, { ...delta, refs: { 'virtual-network': [networkUuid], ...delta.refs } });
}

function floatingIp(uuid: string, ...ports: readonly string[]): EntityOf<'floating-ip'> {
  return { uuid, fqName: [uuid], isVirtualIp: false, refs: { 'virtual-machine-interface': ports, project: [] } };
}

function instanceIp(uuid: string, address: string, ...ports: readonly string[]): EntityOf<'instance-ip'> {
  return {
    uuid,
    fqName: [uuid],
    address,
    refs: { 'network-ipam': [], 'virtual-network': [network], 'virtual-machine-interface': ports },
  };
}

function virtualIp(
  uuid: string,
  annotations: Readonly<Record<string, string>>,
  ...ports: readonly string[]
): EntityOf<'virtual-ip'> {
  const refs = { 'virtual-machine-interface': ports, 'floating-ip': [], 'loadbalancer-pool': [] };
  return { uuid, fqName: ['d', 'p', 'v'], annotations, refs };
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
      const find = (address: string) => uuids(cache.find('instance-ip', 'address', `${network}/${address}`));
      cache.put('instance-ip', instanceIp(one, '10.107.0.3'));
      expect(find('10.107.0.3')).to.deep.equal([one]);
      cache.put('instance-ip', instanceIp(one, '10.107.0.4'));
      expect([find('10.107.0.3'), find('10.107.0.4')]).to.deep.equal([[], [one]]);
      expect([...cache.keys('instance-ip', 'address')]).to.deep.equal([`${network}/10.107.0.4`]);
      cache.remove('instance-ip', one, 1);
      expect(find('10.107.0.4')).to.deep.equal([]);
      expect([...cache.keys('instance-ip', 'address')]).to.deep.equal([]);
    });

    it('should find ports by the addresses of their pairs, in their own network only', () => {
      const { cache } = newCache();
      cache.put('virtual-machine-interface', port(one, { pairAddresses: ['10.107.0.3', 'fd00::3'] }));
      cache.put('virtual-machine-interface', port(two, { pairAddresses: ['10.107.0.3'], networkUuid: otherNetwork }));
      cache.put('virtual-machine-interface', portEntity(three, { pairAddresses: ['10.107.0.3'] }));
      const find = (vip: string) => uuids(cache.find('virtual-machine-interface', 'pair', vip));
      expect(find(key)).to.deep.equal([one]);
      expect(find(`${network}/fd00::3`)).to.deep.equal([one]);
      expect(find(`${otherNetwork}/10.107.0.3`)).to.deep.equal([two]);
    });

    it('should find instance-ips by their address, in their own network only', () => {
      const { cache } = newCache();
      cache.put('instance-ip', instanceIp(one, '10.107.0.3', two));
      expect(uuids(cache.find('instance-ip', 'address', key))).to.deep.equal([one]);
      expect(cache.find('instance-ip', 'address', `${otherNetwork}/10.107.0.3`)).to.deep.equal([]);
    });

    it('should find virtual-ips by name, and by what their annotations say', () => {
      const { cache } = newCache();
      cache.put('virtual-ip', virtualIp(one, { 'opensdn-svc-monitor/vip': key }, two));
      for (const [index, found] of [
        ['name', 'd:p:v'],
        ['annotation', 'opensdn-svc-monitor/vip'],
        ['annotation', `opensdn-svc-monitor/vip=${key}`],
      ] as const) {
        expect(uuids(cache.find('virtual-ip', index, found)), found).to.deep.equal([one]);
      }
      cache.put('virtual-ip', virtualIp(one, {}));
      expect(cache.find('virtual-ip', 'annotation', `opensdn-svc-monitor/vip=${key}`)).to.deep.equal([]);
    });
  });

  describe('the references', () => {
    it('should move with the object: it is found by what it references, not by what it referenced', () => {
      const { cache } = newCache();
      const find = (uuid: string) => uuids(cache.referrers('floating-ip', 'virtual-machine-interface', uuid));
      cache.put('floating-ip', floatingIp(one, two));
      expect(find(two)).to.deep.equal([one]);
      cache.put('floating-ip', floatingIp(one, three));
      expect([find(two), find(three)]).to.deep.equal([[], [one]]);
      cache.remove('floating-ip', one, 1);
      expect(find(three)).to.deep.equal([]);
    });

    it('should be found from both sides, whichever object came first', () => {
      const { cache } = newCache();
      cache.put('floating-ip', floatingIp(one, two));
      expect(cache.referrers('floating-ip', 'virtual-machine-interface', two)).to.have.length(1);
      cache.put('virtual-machine-interface', port(two));
      cache.put('instance-ip', instanceIp(three, '10.107.0.3', two));
      expect(uuids(cache.referrers('instance-ip', 'virtual-machine-interface', two))).to.deep.equal([three]);
      expect(uuids(cache.referrers('virtual-machine-interface', 'virtual-network', network))).to.deep.equal([two]);
    });

    it('should be kept apart by the kind of the target', () => {
      const { cache } = newCache();
      cache.put('virtual-machine-interface', port(one, { refs: { 'virtual-machine': [three] } }));
      cache.put('virtual-ip', virtualIp(two, {}, one));
      expect(uuids(cache.referrers('virtual-machine-interface', 'virtual-machine', three))).to.deep.equal([one]);
      expect(cache.referrers('virtual-machine-interface', 'virtual-network', three)).to.deep.equal([]);
      expect(uuids(cache.referrers('virtual-ip', 'virtual-machine-interface', one))).to.deep.equal([two]);
      expect(cache.referrers('virtual-ip', 'floating-ip', one)).to.deep.equal([]);
    });

    it('should each be there once, however often the object was put', () => {
      const { cache } = newCache();
      for (let times = 0; times < 3; times += 1) cache.put('floating-ip', floatingIp(one, two));
      expect(uuids(cache.referrers('floating-ip', 'virtual-machine-interface', two))).to.deep.equal([one]);
    });
  });

  describe('the kinds', () => {
    it('should be those that were asked for, in the order in which they are read', () => {
      const asked: readonly Kind[] = ['floating-ip', 'virtual-network', 'floating-ip'];
      const cache = new ObjectCache(new ManualClock(), asked);
      expect(cache.kinds).to.deep.equal(['virtual-network', 'floating-ip']);
      expect([cache.holds('floating-ip'), cache.holds('virtual-ip')]).to.deep.equal([true, false]);
    });

    it('should be empty where they were not asked for, and take nothing', () => {
      const cache = new ObjectCache(new ManualClock(), ['floating-ip']);
      expect([cache.get('virtual-ip', one), cache.size('virtual-ip'), [...cache.all('virtual-ip')]]).to.deep.equal([
        undefined,
        0,
        [],
      ]);
      expect(cache.referrers('virtual-ip', 'floating-ip', one)).to.deep.equal([]);
      expect(() => cache.put('virtual-ip', virtualIp(one, {})))
        .to.throw()
        .with.property('code', 'bug');
    });

    it('should give all objects of one', () => {
      const { cache } = newCache();
      cache.put('floating-ip', floatingIp(one));
      cache.put('floating-ip', floatingIp(two));
      expect(uuids([...cache.all('floating-ip')])).to.have.members([one, two]);
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

    it('should tell up to which change it is known what an object has become', () => {
      const { cache } = newCache();
      cache.nextSequence();
      const readAfter = cache.sequence;
      cache.nextSequence();
      cache.put('floating-ip', floatingIp(one), { touched: cache.nextSequence(), readAfter });
      expect(cache.knownUpTo('floating-ip', one)).to.equal(readAfter);
      cache.put('floating-ip', floatingIp(one, two), { touched: cache.nextSequence() });
      expect(cache.knownUpTo('floating-ip', one), 'a write of ours shows no change of others').to.equal(readAfter);
      expect(cache.knownUpTo('floating-ip', two), 'of what is not there, all').to.equal(cache.sequence);
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
      expect(cache.ageMs(one)).to.equal(5_000);
      clock.step(1_000);
      expect(cache.ageMs(one)).to.equal(6_000);
    });

    for (const jump of [3_600_000, -3_600_000]) {
      it(`should not change when the wall clock jumps by ${jump} ms`, () => {
        const { clock, cache } = newCache(created);
        cache.put('virtual-machine-interface', port(one, { createdAt: created }));
        clock.jump(jump);
        clock.step(1_000);
        cache.put('virtual-machine-interface', port(one, { createdAt: created, owner: 'Octavia' }));
        expect(cache.ageMs(one)).to.equal(1_000);
      });
    }

    it("should be nothing for a port whose CREATE has come, whatever the server's wall clock says", () => {
      const { cache } = newCache(created + 7_200_000);
      cache.put('virtual-machine-interface', port(one, { createdAt: created }), { created: true });
      expect(cache.ageMs(one)).to.equal(0);
    });

    it('should never be negative, and nothing where nobody knows', () => {
      const { cache } = newCache(created);
      cache.put('virtual-machine-interface', port(one, { createdAt: created + 1_000 }));
      cache.put('virtual-machine-interface', port(two));
      expect([cache.ageMs(one), cache.ageMs(two), cache.ageMs(three)]).to.deep.equal([0, 0, 0]);
    });

    it('should be forgotten with it, and not be kept for kinds of which nobody asks', () => {
      const { clock, cache } = newCache(created + 5_000);
      cache.put('virtual-machine-interface', port(one, { createdAt: created }));
      cache.put('floating-ip', { ...floatingIp(two), createdAt: created });
      clock.step(1_000);
      cache.remove('virtual-machine-interface', one, 1);
      expect([cache.ageMs(one), cache.ageMs(two)]).to.deep.equal([0, 0]);
    });
  });
});
