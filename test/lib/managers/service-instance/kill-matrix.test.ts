import { expect } from 'chai';
import { playServiceStory, type Step } from './support/service-stories.js';
import { isHuge, isWhole } from '../../../support/scope.js';

/** Each so many-th write only, but in the form with the long searches. */
const stride = isHuge ? 1 : isWhole ? 3 : 11;
const wish = {
  template: 'own-left',
  networks: ['right', 'left'],
  count: 2,
  haMode: null,
  routes: { 1: ['10.0.0.0/8'] },
};

const life: readonly Step[] = [
  { do: 'create', name: 'ns1', wish },
  { do: 'create', name: 'ns2', wish: { networks: ['right', ''], count: 2, haMode: 'active-standby' } },
  { do: 'rest' },
  { do: 'change', name: 'ns1', wish: { ...wish, count: 3 } },
  { do: 'change', name: 'ns2', wish: { networks: ['right', 'left'], count: 2, haMode: 'active-standby' } },
  { do: 'rest' },
  { do: 'change', name: 'ns1', wish: { ...wish, count: 1 } },
  { do: 'lose', name: 'ns2', index: 1 },
  { do: 'rest' },
  { do: 'delete', name: 'ns2' },
  { do: 'rest' },
];

describe('F15 a monitor of service instances that is killed before and after every write', function () {
  // As many lives as there are moments; none of them waits for ever.
  this.timeout(0);
  let count = 0;

  before(async () => {
    const { end, expected, sent } = await playServiceStory(life, 1);
    expect(end).to.deep.equal(expected);
    count = sent;
    expect(count).to.be.greaterThan(50);
  });

  for (const isCarriedOut of [false, true]) {
    it(`should come to the same end, ${isCarriedOut ? 'after' : 'before'} a write`, async () => {
      for (let index = 1; index <= count; index += stride) {
        const moment = `write ${index} of ${count}`;
        const kill: Step = { do: 'kill', index, isCarriedOut };
        const { end, expected, writes, misplaced, killed } = await playServiceStory([kill, ...life], 1);
        expect(killed, moment).to.equal(1);
        expect(end, moment).to.deep.equal(expected);
        expect(writes, moment).to.equal(0);
        expect(misplaced, moment).to.deep.equal([]);
      }
    });
  }
});
