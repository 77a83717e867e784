import { expect } from 'chai';
import { Graph } from './graph.js';
import { search } from './search.js';

const all = { maxStates: 1_000 };

describe('search', () => {
  describe('when everything comes to rest, and rest is right', () => {
    it('should say how many states there are, and how many moves rest is away', () => {
      const report = search(new Graph({ 1: [2], 2: [3], 3: [4], 4: [4] }, { 0: [1, 4] }), all);
      expect(report).to.deep.include({ states: 5, atRest: 2, depth: 3, toRest: 3, complete: true, findings: [] });
    });
  });

  describe('when a state at rest is wrong', () => {
    it('should tell the shortest story that leads there', () => {
      const { findings } = search(new Graph({ 1: [2], 2: [5] }, { 0: [1, 3], 3: [5] }, [5]), all);
      expect(findings).to.deep.equal([
        { kind: 'wrong at rest', complaints: ['wrong'], story: ['goes to 3', 'goes to 5'] },
      ]);
    });

    it('should pass over it while something moves of itself there', () => {
      expect(search(new Graph({ 1: [2] }, { 0: [1] }, [1]), all).findings).to.deep.equal([]);
    });
  });

  describe('when something moves for ever', () => {
    it('should tell how it comes to that, and the round', () => {
      const { findings, toRest } = search(new Graph({ 1: [2], 2: [3], 3: [1] }, { 0: [1] }), all);
      expect(toRest).to.equal(undefined);
      expect(findings).to.deep.equal([
        {
          kind: 'never at rest',
          complaints: ['then for ever:', 'falls to 2', 'falls to 3', 'falls to 1'],
          story: ['goes to 1'],
        },
      ]);
    });

    it('should take it for no fault as long as somebody who can always lead out does not get his turn', () => {
      const graph = new Graph({ 1: [2, 4], 2: [1, 4] }, { 0: [1] });
      expect(search(graph, all)).to.deep.include({ findings: [], rounds: 1 });
    });

    it('should take it for a fault if he can lead out of some states only', () => {
      const { findings } = search(new Graph({ 1: [2, 4], 2: [1] }, { 0: [1] }), all);
      expect(findings.map(({ kind }) => kind)).to.deep.equal(['never at rest']);
    });

    it('should take it for no fault that somebody goes round', () => {
      expect(search(new Graph({}, { 0: [1], 1: [0] }), all).findings).to.deep.equal([]);
    });
  });

  describe('when there are more states than wanted', () => {
    it('should stop, and say that it is not complete', () => {
      const endless = Object.fromEntries(Array.from({ length: 100 }, (_, from) => [from, [from + 1]]));
      expect(search(new Graph({}, endless), { maxStates: 10 })).to.include({ states: 10, complete: false });
    });
  });
});
