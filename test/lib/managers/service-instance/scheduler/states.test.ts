import { expect } from 'chai';
import { chooseRouter } from '../../../../../lib/managers/service-instance/scheduler/choice.js';
import { lookOf } from '../../../../../lib/managers/service-instance/scheduler/says.js';
import { VrouterStates } from '../../../../../lib/managers/service-instance/scheduler/states.js';

const router = (name: string) => ({ uuid: `uuid of ${name}`, name });

describe('what is known of vRouters', () => {
  const one = router('compute-1');

  describe('when a vRouter is seen for the first time', () => {
    it('should work at the first good look, and be unknown at a bad one', () => {
      const states = new VrouterStates();
      expect(states.looked(one, 'up')).to.deep.equal({ uuid: one.uuid, became: 'working' });
      expect(states.looked(router('compute-2'), 'bad')).to.equal(undefined);
      expect(states.working()).to.deep.equal([one]);
      expect(states.isDead('uuid of compute-2')).to.equal(false);
    });
  });

  describe('when looks at it are bad', () => {
    it('should be dead at the third in a row, told once, and work at the next good one', () => {
      const states = new VrouterStates();
      states.looked(one, 'up');
      expect(states.looked(one, 'bad')).to.equal(undefined);
      expect(states.looked(one, 'bad')).to.equal(undefined);
      expect(states.looked(one, 'up')).to.equal(undefined);
      expect([1, 2, 3, 4].map(() => states.looked(one, 'bad')?.became)).to.deep.equal([
        undefined,
        undefined,
        'dead',
        undefined,
      ]);
      expect(states.dead()).to.deep.equal([one]);
      expect(states.working()).to.deep.equal([]);
      expect(states.looked(one, 'up')?.became).to.equal('working');
    });
  });

  describe('when it is gone', () => {
    it('should be forgotten', () => {
      const states = new VrouterStates();
      states.looked(one, 'up');
      states.forget(one.uuid);
      expect([states.working(), states.size]).to.deep.equal([[], 0]);
    });
  });
});

describe('what a vRouter says', () => {
  const works = { module_id: 'contrail-vrouter-agent', instance_id: '0', state: 'Functional' };
  const cases = [
    { title: 'its agent works', says: { mode: 'VROUTER', processes: [works] }, look: 'up' },
    { title: 'it is a TSN', says: { mode: 'TSN', processes: [works] }, look: 'bad' },
    {
      title: 'its agent does not',
      says: { mode: 'VROUTER', processes: [{ ...works, state: 'Non-Functional' }] },
      look: 'bad',
    },
    {
      title: 'another instance works',
      says: { mode: 'VROUTER', processes: [{ ...works, instance_id: '1' }] },
      look: 'bad',
    },
    {
      title: 'only its manager works',
      says: { mode: 'VROUTER', processes: [{ ...works, module_id: 'contrail-vrouter-nodemgr' }] },
      look: 'bad',
    },
    { title: 'no process is known', says: { mode: 'VROUTER', processes: [] }, look: 'bad' },
  ];
  for (const { title, says, look } of cases) {
    it(`should be ${look} when ${title}`, () => {
      expect(lookOf(says)).to.equal(look);
    });
  }
});

describe('the choice of a vRouter', () => {
  const routers = ['a', 'b', 'c', 'd'].map(router);
  const machines = Array.from({ length: 200 }, (_, index) => `machine-${index}`);

  it('should be the same in any order', () => {
    for (const machine of machines) {
      expect(chooseRouter([...routers].reverse(), machine, 'seed')).to.deep.equal(
        chooseRouter(routers, machine, 'seed'),
      );
    }
  });

  it('should use all, and leave all where they are but those of one that is gone', () => {
    const before = machines.map((machine) => chooseRouter(routers, machine, 'seed')?.name);
    expect(new Set(before).size).to.equal(4);
    const rest = routers.filter(({ name }) => name !== 'b');
    machines.forEach((machine, index) => {
      const after = chooseRouter(rest, machine, 'seed')?.name;
      if (before[index] !== 'b') expect(after).to.equal(before[index]);
    });
  });

  it('should follow from the seed', () => {
    const by = (seed: string) => machines.map((machine) => chooseRouter(routers, machine, seed)?.name);
    expect(by('one')).not.to.deep.equal(by('other'));
  });

  it('should be none where there is none', () => {
    expect(chooseRouter([], 'machine', 'seed')).to.equal(undefined);
  });
});
