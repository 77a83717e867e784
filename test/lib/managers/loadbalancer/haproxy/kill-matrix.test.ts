import { expect } from 'chai';
import { playHaproxyStory, type Step } from './support/haproxy-stories.js';
import { isHuge, isWhole } from '../../../../support/scope.js';

/** Each so many-th write only, but in the form with the long searches. */
const stride = isHuge ? 1 : isWhole ? 3 : 11;

const life: readonly Step[] = [
  { do: 'follow', what: 'floating-ip', at: 0 },
  { do: 'make', of: 'member' },
  { do: 'make', of: 'virtual-ip' },
  { do: 'rest' },
  { do: 'make', of: 'second-address' },
  { do: 'make', of: 'listener-2' },
  { do: 'follow', what: 'tag', at: 0 },
  { do: 'follow', what: 'security-group', at: 1 },
  { do: 'unfollow', what: 'floating-ip', at: 0 },
  { do: 'rest' },
  { do: 'provide', provider: 'native' },
  { do: 'remove', of: 'virtual-ip' },
  { do: 'rest' },
  { do: 'provide', provider: 'mine' },
  { do: 'unfollow', what: 'tag', at: 0 },
  { do: 'rest' },
];

describe('F15 a monitor of load balancers in haproxy that is killed before and after every write', function () {
  // As many lives as there are moments; none of them waits for ever.
  this.timeout(0);
  let count = 0;

  before(async () => {
    const { end, expected, sent } = await playHaproxyStory(life, 1);
    expect(end).to.deep.equal(expected);
    count = sent;
    expect(count).to.be.greaterThan(50);
  });

  for (const isCarriedOut of [false, true]) {
    it(`should come to the same end, ${isCarriedOut ? 'after' : 'before'} a write`, async () => {
      for (let index = 1; index <= count; index += stride) {
        const moment = `write ${index} of ${count}`;
        const kill: Step = { do: 'kill', index, isCarriedOut };
        const { end, expected, writes, killed } = await playHaproxyStory([kill, ...life], 1);
        expect(killed, moment).to.equal(1);
        expect(end, moment).to.deep.equal(expected);
        expect(writes, moment).to.equal(0);
      }
    });
  }
});
