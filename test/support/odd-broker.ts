import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What is sent for an answer, and whether the connection is ended after it. */
export interface OddAnswer {
  readonly bytes: Uint8Array;
  readonly ends?: boolean;
}

/** Makes of the right answer to the n-th method of the client, from 0, what is sent. */
export type Twist = (right: Buffer, at: number) => OddAnswer;

/** A method frame of AMQP 0-9-1. */
function frame(channel: number, [classId, methodId]: readonly [number, number], args: Uint8Array): Buffer {
  const payload = Buffer.concat([Buffer.from([0, classId, 0, methodId]), args]);
  const head = Buffer.alloc(7);
  head.writeUInt8(1, 0);
  head.writeUInt16BE(channel, 1);
  head.writeUInt32BE(payload.length, 3);
  return Buffer.concat([head, payload, Buffer.from([0xce])]);
}

const longText = (text: string): Buffer => {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(text.length);
  return Buffer.concat([size, Buffer.from(text)]);
};
const shortText = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);

const start = frame(
  0,
  [10, 10],
  Buffer.concat([Buffer.from([0, 9]), Buffer.alloc(4), longText('PLAIN'), longText('en_US')]),
);
// At most 2047 channels, frames of 4096 bytes, a heartbeat each second.
const tune = frame(0, [10, 30], Buffer.from([0x07, 0xff, 0, 0, 0x10, 0, 0, 1]));

/** By what the client asks (class and method as one number): the answer. */
const answers: ReadonlyMap<number, (channel: number) => Buffer> = new Map([
  [10_011, () => tune],
  [10_040, () => frame(0, [10, 41], shortText(''))],
  [20_010, (channel: number) => frame(channel, [20, 11], longText(''))],
  [20_040, (channel: number) => frame(channel, [20, 41], Buffer.alloc(0))],
  [40_010, (channel: number) => frame(channel, [40, 11], Buffer.alloc(0))],
  [50_010, (channel: number) => frame(channel, [50, 11], Buffer.concat([shortText('q'), Buffer.alloc(8)]))],
  [50_020, (channel: number) => frame(channel, [50, 21], Buffer.alloc(0))],
  [60_010, (channel: number) => frame(channel, [60, 11], Buffer.alloc(0))],
  [60_020, (channel: number) => frame(channel, [60, 21], shortText('tag'))],
]);

/**
 * Speaks as much AMQP as an `AmqpSource` needs to be connected, and whatever else a test has it say. Without a twist it is a broker that
 * delivers nothing.
 */
export class OddBroker {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  /** @param greeting sent as soon as somebody connects, instead of waiting for what a client says */
  public constructor(
    private readonly twist: Twist,
    private readonly greeting?: Uint8Array,
  ) {
    this.server = createServer((socket) => {
      this.serve(socket);
    });
  }

  public async start(): Promise<number> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  public async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    // The client may go at any time.
    socket.on('error', () => undefined);
    if (this.greeting !== undefined) socket.write(this.greeting);
    let received = Buffer.alloc(0);
    let isGreeted = false;
    let answered = 0;
    const answer = (right: Buffer): void => {
      const { bytes, ends = false } = this.twist(right, answered);
      answered += 1;
      socket.write(bytes);
      if (ends) socket.end();
    };
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      if (!isGreeted && received.length >= 8) {
        isGreeted = true;
        received = received.subarray(8);
        answer(start);
      }
      while (isGreeted && received.length >= 8 && received.length >= 8 + received.readUInt32BE(3)) {
        const channel = received.readUInt16BE(1);
        const size = received.readUInt32BE(3);
        const method = size < 4 ? 0 : received.readUInt16BE(7) * 1000 + received.readUInt16BE(9);
        received = received.subarray(8 + size);
        const right = answers.get(method)?.(channel);
        if (right !== undefined) answer(right);
      }
    });
  }
}
