import { expect } from 'chai';
import { jsonAnswer, timeAsText, type Wire } from '../../../service/http/index.js';

describe('timeAsText', () => {
  describe('when a field is named like a time', () => {
    it('should write it in ISO 8601, and leave what is none', () => {
      for (const name of ['at', 'since', 'startedAt', 'lastFinishedAt']) {
        expect(timeAsText(name, 1_000)).to.equal('1970-01-01T00:00:01.000Z');
      }
      expect(timeAsText('at', 'noon')).to.equal('noon');
      for (const odd of [Number.NaN, Infinity, 9e15]) expect(timeAsText('at', odd)).to.deep.equal(odd);
    });
  });

  describe('when a field is named otherwise', () => {
    it('should leave the number', () => {
      for (const name of ['durationMs', 'attempts', 'latest', 'cat', 'what'])
        expect(timeAsText(name, 1_000)).to.equal(1_000);
    });
  });
});

describe('jsonAnswer', () => {
  it('should write all times of a value as text, as its type on the wire says', () => {
    const value = { since: 0, problems: [{ since: 1_500, tries: 3 }], resync: { lastFinishedAt: 2_000 } };
    const wire: Wire<typeof value> = {
      since: '1970-01-01T00:00:00.000Z',
      problems: [{ since: '1970-01-01T00:00:01.500Z', tries: 3 }],
      resync: { lastFinishedAt: '1970-01-01T00:00:02.000Z' },
    };
    expect(JSON.parse(String(jsonAnswer(200, value).body))).to.deep.equal(wire);
  });
});
