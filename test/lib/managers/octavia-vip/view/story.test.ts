import { expect } from 'chai';
import fc from 'fast-check';
import {
  isOver,
  nextStory,
  noStory,
  portsLeaving,
  storyBounds,
  type Story,
  type StoryEvent,
} from '../../../../../lib/managers/octavia-vip/index.js';

/** What is told after each other, a step of time each. */
function told(events: readonly StoryEvent[], stepMs = 10, from: Story = noStory): Story {
  return events.reduce(
    (story, event, index) => nextStory(story, event, { now: 1_000 + index * stepMs, monotonic: index * stepMs }),
    from,
  );
}

const planned = (before: string[], members: string[], gone: string[] = []): StoryEvent => ({
  type: 'planned',
  before,
  members,
  gone,
});
const added = (port: string): StoryEvent => ({ type: 'reference-added', port });
const deleted = (port: string): StoryEvent => ({ type: 'reference-deleted', port });
const incident = (what: 'stripped' | 'restored' | 'freed'): StoryEvent => ({
  type: 'incident',
  what,
  floatingIpUuid: 'f',
});
const done: StoryEvent = { type: 'done' };

describe('nextStory', () => {
  describe('when a load balancer gets its first amphorae', () => {
    it('should tell of no failover', () => {
      expect(told([planned([], ['a']), added('a'), done])).to.equal(noStory);
    });
  });

  describe('when an amphora is replaced', () => {
    const story = told([
      planned(['a'], ['a', 'b']),
      added('b'),
      done,
      planned(['a', 'b'], ['b']),
      deleted('a'),
      done,
      planned(['b'], ['b'], ['a']),
    ]);

    it('should tell when each step was, as one failover', () => {
      expect(story.failovers).to.have.length(1);
      expect(story.failovers[0]).to.deep.include({
        startedAt: 1_000,
        came: 'b',
        left: 'a',
        steps: { came: 0, wired: 10, leaving: 30, 'let-go': 40, gone: 60 },
      });
      expect(story.failovers.map(isOver)).to.deep.equal([true]);
    });

    it('should not count what is written later to its ports', () => {
      expect(told([added('b'), deleted('a')], 10, story)).to.equal(story);
    });

    it('should ask for the old port until it is gone', () => {
      expect(portsLeaving(told([planned(['a', 'b'], ['b'])]))).to.deep.equal(['a']);
      expect(portsLeaving(story)).to.deep.equal([]);
    });
  });

  describe('when an amphora joins, and another one is replaced much later', () => {
    it('should pair the port that leaves with the one that came for it', () => {
      const story = told([
        planned(['a'], ['a', 'b']),
        done,
        planned(['a', 'b'], ['a', 'b', 'c']),
        planned(['a', 'b', 'c'], ['b', 'c']),
      ]);
      expect(story.failovers.map(({ came, left }) => [came, left])).to.deep.equal([
        ['b', undefined],
        ['c', 'a'],
      ]);
    });

    it('should pair it with none that came too long ago', () => {
      const story = told([planned(['a'], ['a', 'b']), planned(['a', 'b'], ['b'])], 31 * 60_000);
      expect(story.failovers.map(({ came, left }) => [came, left])).to.deep.equal([
        ['b', undefined],
        [undefined, 'a'],
      ]);
    });
  });

  describe('when a port delete strips a floating ip', () => {
    const upToStrip = [planned(['a'], ['a', 'b']), done, planned(['a', 'b'], ['b'], ['a']), incident('stripped')];

    it('should not be over before the floating ip is back', () => {
      const torn = told(upToStrip);
      expect(torn.failovers.map(isOver)).to.deep.equal([false]);
      const restored = told([...upToStrip, incident('restored')]);
      expect(restored.failovers.map(isOver)).to.deep.equal([true]);
      expect(restored.failovers[0]?.steps).to.include({ stripped: 30, restored: 40 });
      expect(restored.incidents.map(({ type }) => type)).to.deep.equal(['stripped', 'restored']);
    });

    it('should be over when its user frees it instead', () => {
      expect(told([...upToStrip, incident('freed')]).failovers.map(isOver)).to.deep.equal([true]);
    });
  });

  describe('when anything is told, however often', () => {
    it('should keep its bounds, and have steps in their order', () => {
      const port = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
      const ports = fc.uniqueArray(port);
      const event = fc.oneof(
        fc.record({ type: fc.constant('planned' as const), before: ports, members: ports, gone: ports }),
        fc.record({ type: fc.constantFrom('reference-added' as const, 'reference-deleted' as const), port }),
        fc.constant(done),
        fc.record({
          type: fc.constant('incident' as const),
          what: fc.constantFrom('stripped' as const, 'restored' as const, 'freed' as const),
          floatingIpUuid: port,
        }),
      );
      fc.assert(
        fc.property(fc.array(event, { maxLength: 200 }), (events) => {
          const { failovers, incidents } = told(events);
          expect(failovers.length).to.be.at.most(storyBounds.failovers);
          expect(incidents.length).to.be.at.most(storyBounds.incidents);
          for (const { steps, startedMonotonic, torn } of failovers) {
            expect(torn.length).to.be.at.most(storyBounds.torn);
            expect(Math.min(...Object.values(steps))).to.equal(startedMonotonic);
          }
        }),
      );
    });
  });
});
