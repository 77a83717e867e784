import type { Socket } from 'node:net';
import { Connection } from 'rabbitmq-client';
import { SvcMonitorError } from '../../base/errors/index.js';
import { currentOf } from '../../base/live/index.js';
import type { Broker } from './amqp-options.js';

/** How a connection is made. */
export interface AmqpConnectionOptions {
  readonly broker: Broker;
  /** What the broker shows of it. */
  readonly name: string;
  /** Time for connecting and login, and for a channel. Milliseconds. */
  readonly timeoutMs: number;
  /** What is asked of the broker; it may ask for less. Seconds. Defaults to the client library's. */
  readonly heartbeatSeconds?: number;
}

// The client library retries by itself, silently. Whoever holds the connection does that, so its own timer must never come to fire.
const neverMs = 2 ** 31 - 1;
/** The longest frame that is agreed on with a broker. Bytes. */
const frameMax = 128 * 1024;

/**
 * A connection that does not recover, to a peer that need not be a broker: whatever it sends ends as the connection's `error`.
 *
 * The client library reads from its socket as many bytes as the peer says that a frame has. More than Node.js takes for a size throws out
 * of a handler of the socket, where nobody can catch it; less than that would be gathered in memory. So the socket is given a `read` that
 * ends the connection at the first frame that is none, or is longer than agreed.
 */
export function openAmqpConnection(options: AmqpConnectionOptions): Connection {
  const { broker, name, timeoutMs, heartbeatSeconds } = options;
  const connection = new Connection({
    ...broker,
    password: currentOf(broker.password),
    tls: broker.tls === false ? false : currentOf(broker.tls),
    connectionName: name,
    connectionTimeout: timeoutMs,
    acquireTimeout: timeoutMs,
    ...(heartbeatSeconds === undefined ? {} : { heartbeat: heartbeatSeconds }),
    retryLow: neverMs,
    retryHigh: neverMs,
    noDelay: true,
    frameMax,
  });
  guardReads(socketOf(connection));
  return connection;
}

// Not part of its public face, which has no place for a socket of one's own. A test fails if an update moves it.
function socketOf(connection: Connection): Socket {
  const socket = (connection as unknown as { readonly _socket?: Socket })._socket;
  if (socket === undefined) throw new SvcMonitorError('bug', 'the AMQP client keeps its socket somewhere else');
  return socket;
}

function guardReads(socket: Socket): void {
  const read = socket.read.bind(socket);
  let isKnown = false;
  const looksRight = (): boolean => {
    if (isKnown || socket.readableLength === 0) return true;
    isKnown = true;
    const head = read() as Buffer | null;
    if (head === null) return true;
    socket.unshift(head);
    const stranger = strangerOf(head[0]);
    if (stranger !== undefined) socket.destroy(stranger);
    return stranger === undefined;
  };
  socket.read = (size?: number): unknown => {
    if (socket.destroyed || !looksRight()) return null;
    if (size === undefined || size <= frameMax) return read(size) as unknown;
    socket.destroy(noAmqp('a frame is longer than was agreed on'));
    return null;
  };
}

/** What a peer is whose first byte is neither that of a frame nor of a protocol header; undefined if it may be a broker. */
function strangerOf(first: number | undefined): Error | undefined {
  switch (first) {
    // A method frame, or `AMQP`: a broker that speaks another version.
    case 1:
    case 0x41:
      return undefined;
    // An alert, or a handshake.
    case 0x15:
    case 0x16:
      return Object.assign(new Error('it sends the first bytes of TLS'), { code: 'TLS_PEER' });
    default:
      return noAmqp('it sends something else');
  }
}

function noAmqp(why: string): Error {
  return Object.assign(new Error(why), { code: 'NO_AMQP' });
}
