import { expect } from 'chai';
import fc from 'fast-check';
import { AmqpSource } from '../../../lib/index.js';
import { eventually } from '../../support/eventually.js';
import { OddBroker, type Twist } from '../../support/odd-broker.js';
import { RecordingSink } from '../../support/recording-sink.js';

const unchanged: Twist = (right) => ({ bytes: right });

/** Answers as a broker does, but for one answer. */
function oddAt(at: number, odd: (right: Buffer) => ReturnType<Twist>): Twist {
  return (right, now) => (now === at ? odd(right) : { bytes: right });
}

async function following(
  broker: OddBroker,
  then: (sink: RecordingSink, source: AmqpSource) => Promise<void>,
): Promise<void> {
  const port = await broker.start();
  const sink = new RecordingSink();
  const source = new AmqpSource({
    brokers: [`127.0.0.1:${port}`],
    connectTimeoutMs: 200,
    heartbeatSeconds: 1,
    retryLowMs: 5,
    retryHighMs: 10,
    stopTimeoutMs: 200,
  });
  const stopped = new AbortController();
  const started = source.start(sink, stopped.signal).catch(() => undefined);
  try {
    await then(sink, source);
  } finally {
    stopped.abort();
    await started;
    await source.stop();
    await broker.stop();
  }
}

// Nobody catches what a socket's handler throws: mocha takes it for the failure of the test that runs.
describe('AmqpSource and peers that are no brokers', () => {
  it('should be connected by what a broker answers, for comparison', async () => {
    await following(new OddBroker(unchanged), (sink) => sink.seen('connected'));
  });

  const peers: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['an HTTP server', Buffer.from('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'), /does not speak AMQP/],
    ['an SSH server', Buffer.from('SSH-2.0-OpenSSH_9.2p1\r\n'), /does not speak AMQP/],
    ['a TLS server', Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46]), /TLS/],
    ['a frame of 4 GB', Buffer.from([1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]), /does not speak AMQP/],
    ['another version of AMQP', Buffer.from('AMQP\x00\x01\x00\x00', 'latin1'), /version of AMQP/],
  ];
  for (const [peer, greeting, said] of peers) {
    it(`should take ${peer} for a failed source that is tried again, and say what it met`, async () => {
      const broker = new OddBroker(() => ({ bytes: Buffer.alloc(0), ends: true }), greeting);
      await following(broker, async (sink, source) => {
        await sink.seen('disconnected');
        expect(source.status().lastError).to.match(said);
        expect(source.status().connected).to.equal(false);
      });
    });
  }

  it('should take any bytes at any point of the exchange for the same', async () => {
    const oddness = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 64 }).map((bytes) => (): Uint8Array => bytes),
      fc.nat(40).map(
        (length) =>
          (right: Buffer): Uint8Array =>
            right.subarray(0, Math.min(length, right.length - 1)),
      ),
      fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 255 })).map(([at, by]) => (right: Buffer): Uint8Array => {
        const bytes = Buffer.from(right);
        const place = at % bytes.length;
        bytes[place] = (bytes[place] ?? 0) ^ by;
        return bytes;
      }),
      fc.integer({ min: 0, max: 0xff_ff_ff_ff }).map((size) => (right: Buffer): Uint8Array => {
        const bytes = Buffer.from(right);
        bytes.writeUInt32BE(size, 3);
        return bytes;
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(8), oddness, fc.boolean(), async (at, odd, ends) => {
        const broker = new OddBroker(oddAt(at, (right) => ({ bytes: odd(right), ends })));
        await following(broker, async (sink) => {
          // A changed byte can be one that does not matter. Then it is connected, and all is well.
          await eventually('it is told how the attempt has ended', () => sink.events.length > 0);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('should not gather what trickles in without an end', async () => {
    // A frame within the size that was agreed on, of which a byte comes now and then.
    const broker = new OddBroker(oddAt(8, () => ({ bytes: Buffer.from([3, 0, 1, 0, 0, 0x0f, 0]) })));
    await following(broker, (sink) => sink.seen('disconnected'));
  });
});
