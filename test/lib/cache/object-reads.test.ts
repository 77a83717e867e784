import { expect } from 'chai';
import { ObjectReads } from '../../../lib/cache/object-reads.js';
import { ManualClock } from '../../../lib/base/clock/index.js';
import { SvcMonitorError } from '../../../lib/base/errors/index.js';
import { uuidOf } from '../../support/change-messages.js';
import { rejectionOf, turns } from '../../support/turns.js';
import { rawPort } from './support/objects.js';
import { ScriptedReader } from './support/scripted-reader.js';

const kind = 'virtual-machine-interface';
const uuids = Array.from({ length: 8 }, (_, index) => uuidOf(index + 1));
const [first, second, third, fourth, fifth, sixth, seventh] = uuids as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];

/** Reads of ports that are all there; the first four do not end before they are released. */
function busyReads(): { reader: ScriptedReader; reads: ObjectReads; clock: ManualClock; release: () => void } {
  const reader = new ScriptedReader().put(kind, ...uuids.map((uuid) => rawPort(uuid)));
  const releases = [first, second, third, fourth].map((uuid) => reader.hold(`get ${uuid}`));
  const clock = new ManualClock();
  const reads = new ObjectReads({ reader, clock, signal: new AbortController().signal });
  for (const uuid of [first, second, third, fourth]) void reads.read(kind, uuid);
  return {
    reader,
    reads,
    clock,
    release: () => {
      for (const release of releases) release();
    },
  };
}

const busy = [first, second, third, fourth].map((uuid) => `get ${uuid}`);

describe('ObjectReads', () => {
  describe('when few objects are asked for', () => {
    it('should read each by itself, at once', async () => {
      const { reader } = busyReads();
      await turns();
      expect(reader.log).to.deep.equal(busy);
    });
  });

  describe('when more are asked for than requests may be under way', () => {
    it('should read the others together when one of the first has ended', async () => {
      const { reader, reads, release } = busyReads();
      const others = [fifth, sixth, seventh].map((uuid) => reads.read(kind, uuid));
      await turns();
      expect(reader.log).to.deep.equal(busy);
      release();
      expect((await Promise.all(others)).map(({ uuid }) => uuid)).to.deep.equal([fifth, sixth, seventh]);
      expect(reader.log).to.deep.equal([...busy, `get ${fifth},${sixth},${seventh}`]);
    });

    it('should not hold up other kinds', async () => {
      const { reader, reads } = busyReads();
      expect(await rejectionOf(reads.read('floating-ip', uuidOf(99)))).to.have.property('code', 'not-found');
      expect(reader.log.at(-1)).to.equal(`get ${uuidOf(99)}`);
    });

    it('should reject for those that are not there, and for those only', async () => {
      const { reader, reads, release } = busyReads();
      reader.remove(sixth);
      const others = [fifth, sixth].map((uuid) => reads.read(kind, uuid));
      release();
      expect((await others[0])?.uuid).to.equal(fifth);
      expect(await rejectionOf(others[1]!)).to.have.property('code', 'not-found');
    });

    it('should reject for those that cannot be understood, and for those only', async () => {
      const { reader, reads, release } = busyReads();
      reader.put(kind, { ...rawPort(sixth), fq_name: 7 });
      const others = [fifth, sixth].map((uuid) => reads.read(kind, uuid));
      release();
      expect((await others[0])?.uuid).to.equal(fifth);
      expect(await rejectionOf(others[1]!)).to.have.property('code', 'invalid-object');
    });

    it('should read at most 100 together', async () => {
      const { reader, reads, release } = busyReads();
      const many = Array.from({ length: 150 }, (_, index) => uuidOf(1_000 + index));
      reader.put(kind, ...many.map((uuid) => rawPort(uuid)));
      const others = many.map((uuid) => reads.read(kind, uuid));
      release();
      await Promise.all(others);
      expect(reader.log.slice(busy.length).map((line) => line.split(',').length)).to.deep.equal([100, 50]);
    });
  });

  describe('when requests are slow', () => {
    it('should count them no more after half a second: they hold up nobody else', async () => {
      const { reader, reads, clock } = busyReads();
      const other = reads.read(kind, fifth);
      await turns();
      clock.step(499);
      await turns();
      expect(reader.log).to.deep.equal(busy);
      clock.step(1);
      expect((await other).uuid).to.equal(fifth);
    });

    it('should ask one by one for what a slow request asks for together, and take what comes first', async () => {
      const { reader, reads, clock, release } = busyReads();
      const letGo = reader.hold(`get ${fifth},${sixth}`);
      const stuck = reader.hold(`get ${sixth}`);
      const others = [fifth, sixth].map((uuid) => reads.read(kind, uuid));
      release();
      await turns();
      clock.step(500);
      expect((await others[0])?.uuid, 'the one that is not at fault').to.equal(fifth);
      letGo();
      expect((await others[1])?.uuid, 'the other, when the first of both answers comes').to.equal(sixth);
      stuck();
      await turns();
      expect(reader.log.slice(busy.length)).to.deep.equal([`get ${fifth},${sixth}`, `get ${fifth}`, `get ${sixth}`]);
    });

    it('should not take the failure of a slow request for that of what is asked for one by one', async () => {
      const { reader, reads, clock, release } = busyReads();
      const line = `get ${fifth},${sixth}`;
      const letGo = reader.fail(line, new SvcMonitorError('timeout', 'too slow')).hold(line);
      const alone = reader.hold(`get ${sixth}`);
      const others = [fifth, sixth].map((uuid) => reads.read(kind, uuid));
      release();
      await turns();
      clock.step(500);
      letGo();
      expect((await others[0])?.uuid).to.equal(fifth);
      alone();
      expect((await others[1])?.uuid).to.equal(sixth);
    });
  });

  describe('when a request for several fails', () => {
    it('should ask for each by itself, for it may be the fault of one', async () => {
      const { reader, reads, release } = busyReads();
      reader.fail(`get ${fifth},${sixth}`, new SvcMonitorError('bad-answer', 'one of them is broken'));
      reader.fail(`get ${sixth}`, new SvcMonitorError('bad-answer', 'it is this one'));
      const others = [fifth, sixth].map((uuid) => reads.read(kind, uuid));
      release();
      expect((await others[0])?.uuid).to.equal(fifth);
      expect(await rejectionOf(others[1]!)).to.have.property('message', 'it is this one');
    });

    it('should hand the failure on where it is the server’s', async () => {
      const { reader, reads, release } = busyReads();
      reader.fail(`get ${fifth},${sixth}`, new SvcMonitorError('unavailable', 'down'));
      const others = [fifth, sixth].map((uuid) => rejectionOf(reads.read(kind, uuid)));
      release();
      for (const other of others) expect(await other).to.have.property('code', 'unavailable');
      expect(reader.log.slice(busy.length)).to.deep.equal([`get ${fifth},${sixth}`]);
    });
  });
});
