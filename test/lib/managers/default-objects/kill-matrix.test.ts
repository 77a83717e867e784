import { expect } from 'chai';
import { isWhole } from '../../../support/scope.js';
import {
  playDefaultObjectStory,
  type DefaultObjectEvent,
  type DefaultObjectStory,
} from '../../../property/default-object-story.js';

/** Each so many-th write only, in the quick form. */
const stride = isWhole ? 1 : 3;

const events: readonly DefaultObjectEvent[] = [
  { do: 'rest' },
  { do: 'delete', object: 0 },
  { do: 'delete', object: 4 },
  { do: 'rest' },
  { do: 'put', object: 3, flavor: 1 },
  { do: 'set', driver: 'no.such.Driver' },
  { do: 'delete', object: 6 },
  { do: 'rest' },
];

const play = (deaths: DefaultObjectStory['deaths']): ReturnType<typeof playDefaultObjectStory> =>
  playDefaultObjectStory({ events, deaths, late: 0 });

describe('F15 a monitor that makes the default objects, killed before and after every write', function () {
  // As many lives as there are moments; none of them waits for ever.
  this.timeout(0);
  let count = 0;

  before(async () => {
    const { complaints, sent } = await play([]);
    expect(complaints).to.deep.equal([]);
    count = sent;
    expect(count).to.equal(10);
  });

  for (const isCarriedOut of [false, true]) {
    it(`should come to the same end, ${isCarriedOut ? 'after' : 'before'} a write`, async () => {
      for (let index = 1; index <= count; index += stride) {
        const moment = `write ${index} of ${count}`;
        const { complaints, killed } = await play([{ at: 'write', index, isCarriedOut }]);
        expect(killed, moment).to.equal(1);
        expect(complaints, moment).to.deep.equal([]);
      }
    });
  }
});
