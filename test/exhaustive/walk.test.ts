import { expect } from 'chai';
import { Graph } from './graph.js';
import { walk } from './walk.js';

describe('walk', () => {
  describe('when nobody chooses anything', () => {
    it('should end at rest, and say what is wrong there', () => {
      const quiet = { 0: [1], 1: [2] };
      expect(walk(new Graph(quiet), [])).to.deep.equal({ moves: 2, rests: 1 });
      expect(walk(new Graph(quiet, {}, [2]), []).finding).to.deep.equal({
        kind: 'wrong at rest',
        complaints: ['wrong'],
        story: ['falls to 1', 'falls to 2'],
      });
    });
  });

  describe('when choices are made', () => {
    it('should go the way that they say, and let nobody act after the last one', () => {
      const acts = { 0: [1, 3], 1: [4], 4: [5] };
      const seen = [[0], [1], [0, 0], [0, 0, 0, 0]].map(
        (choices) => walk(new Graph({}, acts, [1, 3, 4]), choices).finding?.story,
      );
      expect(seen).to.deep.equal([['goes to 1'], ['goes to 3'], ['goes to 1'], ['goes to 1']]);
      expect(walk(new Graph({}, acts), [0, 0, 0, 0])).to.deep.equal({ moves: 3, rests: 4 });
    });

    it('should choose who gets his turn first, and then what he does', () => {
      const graph = new Graph({ 0: [1, 2] }, { 0: [3, 4, 5] }, [1, 2, 3, 4, 5]);
      const stories = [0, 1, 2, 3, 4, 5, 8].map((choice) => walk(graph, [choice]).finding?.story.join());
      expect(stories).to.deep.equal(
        // Three have a turn: two who move of themselves, and whoever acts.
        ['falls to 1', 'falls to 2', 'goes to 3', 'falls to 1', 'falls to 2', 'goes to 4', 'goes to 5'],
      );
    });
  });

  describe('when it never comes to rest', () => {
    it('should say so', () => {
      expect(walk(new Graph({ 0: [1], 1: [0] }), []).finding?.kind).to.equal('never at rest');
    });
  });

  describe('when a move is forbidden', () => {
    it('should tell the story up to it', () => {
      const graph = new Graph({ 0: [1], 1: [2] }, {}, [], { 1: ['forbidden'] });
      expect(walk(graph, []).finding).to.deep.equal({
        kind: 'broken',
        complaints: ['forbidden'],
        story: ['falls to 1'],
      });
    });
  });
});
