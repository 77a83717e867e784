import { expect } from 'chai';
import {
  countFactSets,
  decide,
  factSets,
  ruleNamed,
  sortedVerdicts,
  verdictOf,
  type RuleTable,
} from '../../../lib/planning/index.js';

type Weather = { readonly sky: 'clear' | 'grey' | 'black'; readonly cold: boolean };

const table: RuleTable<Weather, 'hat' | 'coat' | 'nothing'> = {
  name: 'What to wear',
  says: 'Asked each morning.',
  facts: {
    sky: { values: ['clear', 'grey', 'black'], says: 'what it looks like' },
    cold: { values: [true, false], says: 'whether it is cold' },
  },
  impossible: [{ when: { sky: 'black', cold: false }, because: 'a storm cools' }],
  rules: [
    { rule: 'storm', when: { sky: ['grey', 'black'], cold: true }, stands: 'coat', says: 'it is rough', cites: '' },
    { rule: 'sun', when: { sky: 'clear', cold: false }, stands: 'hat', says: 'the sun burns', cites: '' },
    { rule: 'fair', when: { sky: ['clear', 'grey'] }, stands: 'nothing', says: 'it is fair', cites: '' },
  ],
};

describe('a table of rules', () => {
  it('should decide by the first row of which all conditions hold', () => {
    expect(decide(table, { sky: 'black', cold: true }).stands).to.equal('coat');
    expect(decide(table, { sky: 'clear', cold: false }).rule).to.equal('sun');
    expect(decide(table, { sky: 'clear', cold: true }).rule).to.equal('fair');
    expect(decide(table, { sky: 'grey', cold: false }).rule).to.equal('fair');
  });

  it('should call it a bug where no row applies', () => {
    expect(() => decide(table, { sky: 'black', cold: false }))
      .to.throw()
      .with.deep.include({ code: 'bug' });
  });

  it('should find a row by its name, and call it a bug where there is none', () => {
    expect(ruleNamed(table, 'sun').stands).to.equal('hat');
    expect(() => ruleNamed(table, 'rain'))
      .to.throw()
      .with.deep.include({ code: 'bug' });
  });

  it('should tell every set of facts once, but for those that never come together', () => {
    expect(countFactSets(table)).to.equal(6);
    expect([...factSets(table)]).to.deep.equal([
      { sky: 'clear', cold: true },
      { sky: 'clear', cold: false },
      { sky: 'grey', cold: true },
      { sky: 'grey', cold: false },
      { sky: 'black', cold: true },
    ]);
  });
});

describe('a verdict', () => {
  const about = { kind: 'virtual-machine-interface', uuid: 'b' };

  it('should say which rule applied to what, and why', () => {
    expect(verdictOf(about, ruleNamed(table, 'sun'))).to.deep.equal({ about, rule: 'sun', says: 'the sun burns' });
  });

  it('should say, too, why that is so where another table tells', () => {
    const because = { says: 'there are no clouds' };
    expect(verdictOf(about, ruleNamed(table, 'sun'), because).says).to.equal('the sun burns: there are no clouds');
  });

  it('should stand among others by the uuid of its object', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((uuid) => verdictOf({ ...about, uuid }, ruleNamed(table, 'sun')));
    expect(sortedVerdicts([b!], [], [c!, a!])).to.deep.equal([a, b, c]);
  });
});
