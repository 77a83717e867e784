import { expect } from 'chai';
import { Positions } from '../../../lib/change-stream/kafka/positions.js';
import { backlog, firstPlace, resumedPlace, type LogRange } from '../../../lib/change-stream/kafka/starting-place.js';

const range = (partition: number, low: number, high: number): LogRange => ({
  partition,
  low: BigInt(low),
  high: BigInt(high),
});
const at = (partition: number, offset: number): { partition: number; offset: bigint } => ({
  partition,
  offset: BigInt(offset),
});
const positionsAt = (...places: readonly (readonly [number, number])[]): Positions => {
  const positions = new Positions();
  for (const [partition, next] of places) positions.advance(partition, BigInt(next));
  return positions;
};
const placesOf = (positions: Positions): readonly (readonly [number, number])[] =>
  positions.partitions.map((partition) => [partition, Number(positions.next(partition))]);

describe('Positions', () => {
  it('should go on with the message after the last that was begun', () => {
    const positions = positionsAt([0, 5]);

    expect([positions.begin(at(0, 5)), positions.begin(at(0, 6))]).to.deep.equal([true, true]);
    expect(positions.next(0)).to.equal(7n);
  });

  it('should not begin a message twice', () => {
    const positions = positionsAt([0, 5]);
    positions.begin(at(0, 5));

    expect([positions.begin(at(0, 5)), positions.begin(at(0, 4))]).to.deep.equal([false, false]);
  });

  it('should have all committed once more when a new session says so: the last one may not have got through', () => {
    const positions = positionsAt([0, 5], [1, 9]);
    positions.committed(positions.uncommitted());
    expect(positions.uncommitted()).to.deep.equal([]);
    positions.commitAnew();

    expect(positions.uncommitted()).to.deep.equal([at(0, 5), at(1, 9)]);
  });

  it('should have up to the lowest message committed that was not taken', () => {
    const positions = positionsAt([0, 5]);
    for (const offset of [5, 6, 7]) positions.begin(at(0, offset));
    positions.end(at(0, 5));
    positions.end(at(0, 7));
    expect(positions.uncommitted()).to.deep.equal([at(0, 6)]);
    positions.end(at(0, 6));

    expect(positions.uncommitted()).to.deep.equal([at(0, 8)]);
  });

  it('should have an idle partition committed once, so that a successor finds it', () => {
    const positions = positionsAt([0, 5]);
    expect(positions.uncommitted()).to.deep.equal([at(0, 5)]);
    positions.committed([at(0, 5)]);

    expect(positions.uncommitted()).to.deep.equal([]);
  });

  it('should never go back', () => {
    const positions = positionsAt([0, 5]);
    positions.advance(0, 3n);

    expect(positions.next(0)).to.equal(5n);
  });
});

describe('the place where reading begins', () => {
  describe('in a process that has just started', () => {
    const log = [range(0, 10, 20), range(1, 0, 5)];
    const cases = [
      { what: 'nothing was committed', committed: [], place: [20, 5] },
      { what: 'a partition was not committed', committed: [at(0, 15)], place: [20, 5] },
      { what: 'all were committed', committed: [at(0, 15), at(1, 5)], place: [15, 5] },
      { what: 'the backlog is as long as is worth reading', committed: [at(0, 13), at(1, 2)], place: [13, 2] },
      { what: 'the backlog is longer', committed: [at(0, 12), at(1, 2)], place: [20, 5] },
      { what: 'messages are gone that were not read', committed: [at(0, 9), at(1, 5)], place: [20, 5] },
      { what: 'the topic ends before what was committed', committed: [at(0, 15), at(1, 6)], place: [20, 5] },
    ];
    for (const { what, committed, place } of cases) {
      it(`should be ${JSON.stringify(place)}, with everything read anew, if ${what}`, () => {
        const { positions, missed } = firstPlace(committed, log, 10);

        expect(placesOf(positions)).to.deep.equal(place.map((next, partition) => [partition, next]));
        expect(missed).to.equal(true);
      });
    }
  });

  describe('in a process that was connected before', () => {
    const cases = [
      { what: 'all is there', log: [range(0, 10, 20)], place: [[0, 15]], missed: false },
      { what: 'just all is there', log: [range(0, 15, 15)], place: [[0, 15]], missed: false },
      { what: 'messages are gone that were not read', log: [range(0, 16, 20)], place: [[0, 20]], missed: true },
      { what: 'the topic is shorter than it was', log: [range(0, 0, 14)], place: [[0, 14]], missed: true },
      { what: 'a partition is gone', log: [range(1, 0, 20)], place: [[1, 20]], missed: true },
      {
        what: 'a partition is new',
        log: [range(0, 10, 20), range(1, 0, 7)],
        place: [
          [0, 15],
          [1, 0],
        ],
        missed: false,
      },
    ];
    for (const { what, log, place, missed } of cases) {
      it(`should be ${JSON.stringify(place)}, ${missed ? 'with everything read anew' : 'without a gap'}, if ${what}`, () => {
        const found = resumedPlace(positionsAt([0, 15]), log);

        expect(placesOf(found.positions)).to.deep.equal(place);
        expect(found.missed).to.equal(missed);
      });
    }
  });

  it('should count what lies between it and the end', () => {
    expect(backlog(positionsAt([0, 15], [1, 3]), [range(0, 0, 20), range(1, 0, 3), range(2, 0, 9)])).to.equal(5n);
  });
});
