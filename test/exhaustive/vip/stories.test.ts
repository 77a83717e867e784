import { expect } from 'chai';
import { isHuge, isWhole } from '../../support/scope.js';
import { stories, tell, type Stories } from './stories.js';

function isTold({ isLong, takesMinutes }: Stories): boolean {
  if (isHuge || takesMinutes === true) return isHuge && takesMinutes === true;
  return isWhole || isLong !== true;
}

describe('the monitor, in all stories of a small scope', function () {
  // As long as it takes.
  this.timeout(0);

  for (const one of stories.filter(isTold)) {
    describe(`when there is ${one.title}`, () => {
      it(`should come to rest from every state, as the actors left it, and write nothing more${one.isLong === true ? ', at length' : ''}`, () => {
        const { text, complete } = tell(one);
        expect(text).to.equal('');
        expect(complete).to.equal(true);
      });
    });
  }
});
