import { expect } from 'chai';
import { ManualClock } from '../../../lib/index.js';
import { Repairs } from '../../../lib/controller/repairs.js';

describe('Repairs', () => {
  const add = { thing: 'add-reference floating-ip a 1', uuid: 'a' };
  const drop = { thing: 'delete-reference floating-ip a 1', uuid: 'a' };
  let clock: ManualClock;
  let repairs: Repairs<string>;

  beforeEach(() => {
    clock = new ManualClock();
    repairs = new Repairs(clock);
  });

  const times = (): readonly unknown[] => [...repairs.all()].map(([key, repaired]) => [key, repaired.times]);
  const writes = (count: number, everyMs: number): void => {
    for (let made = 0; made < count; made++) {
      repairs.wrote('vip', [add]);
      clock.step(everyMs);
    }
  };

  for (const everyMs of [10_000, 30_000, 600_000]) {
    it(`should find what is put right every ${everyMs / 1000} s, by the third time`, () => {
      const since = clock.now();
      writes(3, everyMs);
      expect(times()).to.deep.equal([]);
      writes(1, everyMs);
      expect([...repairs.all()]).to.deep.equal([['vip', { ...add, times: 3, since }]]);
    });
  }

  it('should forget it after an hour, and hold nothing of it then', () => {
    writes(10, 10_000);
    clock.step(3_600_000);
    expect(times()).to.deep.equal([]);
    expect(repairs.remembered).to.equal(0);
  });

  it('should not count what we took back ourselves', () => {
    for (let made = 0; made < 10; made++) {
      repairs.wrote('vip', [add]);
      repairs.wrote('vip', [drop]);
    }
    expect(times()).to.deep.equal([]);
  });

  it('should not count a property that we set to something else in between, and another one all the same', () => {
    const set = (value: boolean): { readonly thing: string; readonly uuid: string } => ({
      thing: `set floating-ip a floating_ip_port_mappings_enable\t${value}`,
      uuid: 'a',
    });
    const other = { thing: 'set floating-ip a floating_ip_traffic_direction\t"ingress"', uuid: 'a' };
    for (let made = 0; made < 10; made++) {
      repairs.wrote('vip', [set(true)]);
      repairs.wrote('vip', [set(false), other]);
    }
    expect([...repairs.all()].map(([, { thing }]) => thing)).to.deep.equal([other.thing]);
  });

  it('should begin anew when an entry is removed or an object deleted', () => {
    for (const thing of ['remove virtual-ip v floating-ip/a', 'delete virtual-ip v']) {
      writes(3, 10_000);
      repairs.wrote('vip', [{ thing, uuid: 'v' }]);
      writes(3, 10_000);
    }
    expect(times()).to.deep.equal([]);
  });

  it('should not mix up keys, nor remember too many of them', () => {
    for (let key = 0; key < 20_000; key++) for (let made = 0; made < 2; made++) repairs.wrote(`vip-${key}`, [add]);
    expect(times()).to.deep.equal([]);
    expect(repairs.remembered).to.equal(10_000);
  });
});
