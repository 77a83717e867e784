import { Writable } from 'node:stream';
import { expect } from 'chai';
import { BoundedOutput, longestWaiting, SuppressedLines } from '../../../service/log/index.js';

/** A stream whose reader takes a piece when it is told to. */
class SlowReader extends Writable {
  public taken = '';
  private taking: (() => void) | undefined;

  public constructor() {
    super({ highWaterMark: 100 });
  }

  public override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.taking = () => {
      this.taken += chunk.toString();
      done();
    };
  }

  /** Takes all that there is. */
  public async takeAll(): Promise<void> {
    while (this.taking !== undefined) {
      const { taking } = this;
      this.taking = undefined;
      taking();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }
}

describe('BoundedOutput', () => {
  const line = 'x'.repeat(100);
  let stream: SlowReader;
  let suppressed: SuppressedLines;
  let output: BoundedOutput;

  beforeEach(() => {
    stream = new SlowReader();
    suppressed = new SuppressedLines();
    output = new BoundedOutput(stream, suppressed, 'not-read', (count) => `missed ${count}`);
  });

  describe('when its reader is slow', () => {
    it('should let it have all in order, as long as it waits for little', async () => {
      for (let index = 0; index < 100; index += 1) output.write(`line ${index}`, 'info');
      expect(output.isIdle).to.equal(false);
      await stream.takeAll();
      expect(stream.taken.split('\n').slice(0, -1)).to.deep.equal(
        Array.from({ length: 100 }, (_, index) => `line ${index}`),
      );
      expect(output.isIdle).to.equal(true);
    });
  });

  describe('when nobody reads', () => {
    const flood = (4 * longestWaiting) / line.length;

    it('should keep a bounded part, the severe lines before the others, and tell how many were dropped', async () => {
      output.write('first error', 'error');
      for (let index = 0; index < flood; index += 1) {
        output.write(line, 'debug');
        if (index % 1000 === 0) output.write(`warning ${index}`, 'warn');
      }
      output.write('last error', 'error');
      await stream.takeAll();
      const taken = stream.taken.split('\n').slice(0, -1);
      expect(stream.taken.length).to.be.below(1.1 * longestWaiting);
      expect(taken).to.include('first error').and.include('last error').and.include('warning 0');
      const dropped = suppressed.count('not-read');
      expect(taken.filter((one) => one === line)).to.have.length(Math.ceil(flood) - dropped);
      expect(taken.at(-1)).to.equal(`missed ${dropped}`);
    });

    it('should drop errors, too, when there is nothing else', () => {
      for (let index = 0; index < flood; index += 1) output.write(line, 'error');
      expect(suppressed.count('not-read')).to.be.above(flood / 2);
    });
  });

  describe('when its reader has gone', () => {
    it('should drop and count what comes, and throw nothing', () => {
      stream.destroy(new Error('EPIPE'));
      stream.emit('error', new Error('EPIPE'));
      output.write(line, 'error');
      expect(suppressed.count('not-read')).to.equal(1);
      expect(output.isIdle).to.equal(true);
    });
  });
});
