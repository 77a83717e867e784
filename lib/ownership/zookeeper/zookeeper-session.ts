import type { Client, Exception } from 'node-zookeeper-client';
import { withTimeout, type Clock } from '../../base/clock/index.js';
import { hasCode, throwIfAborted, type SvcMonitorError } from '../../base/errors/index.js';
import { newLibraryClient, type LibraryClient } from './client-library.js';
import { callFailure, leadershipFailure } from './zookeeper-failure.js';

/** What a {@link ZookeeperSession} is made of. */
export interface ZookeeperSessionOptions {
  /** Each `host:port`, IPv6 addresses in brackets. */
  readonly servers: readonly string[];
  /** What the ensemble is asked for; what it grants is {@link ZookeeperSession.timeoutMs}. */
  readonly sessionTimeoutMs: number;
  readonly clock: Clock;
}

type Done<T> = (error: Error | Exception | null | undefined, value: T) => void;

/** So many answers can fail to come before the session is over. */
const callsPerSession = 3;
const closeTimeoutMs = 1_000;
// What ephemeral nodes and sequences are called in the protocol.
const ephemeralSequential = 3;

/**
 * One session with a ZooKeeper ensemble. A connection that breaks comes up again, at the same server or another, and the session goes on;
 * calls that were under way fail then.
 *
 * Each call has a third of the session's time, and rejects with `leadership-failed`; see `isPassing` for what may be tried again. A session
 * that is over is known by {@link ended}; but one that the servers cannot tell of is not: whoever holds it has to give it up in time.
 */
export class ZookeeperSession {
  /** Resolves with the reason when the session is over: expired, refused, closed, or what came was no ZooKeeper's. */
  public readonly ended: Promise<SvcMonitorError>;
  private resolveEnded: (error: SvcMonitorError) => void = () => undefined;
  private readonly lifetime = new AbortController();
  private readonly connectedListeners = new Set<() => void>();
  private library: LibraryClient | undefined;

  public constructor(private readonly options: ZookeeperSessionOptions) {
    this.ended = new Promise((resolve) => {
      this.resolveEnded = resolve;
    });
  }

  /** How long the ensemble keeps the session without hearing of it, milliseconds: what it has granted. */
  public get timeoutMs(): number {
    return this.library?.client.getSessionTimeout() ?? this.options.sessionTimeoutMs;
  }

  /** Whether a connection stands. */
  public get isConnected(): boolean {
    return this.library?.client.getState().name === 'SYNC_CONNECTED' && !this.isOver();
  }

  /** Connects; resolves when the session stands. Rejects with `leadership-failed` if that takes longer than a session, or with `aborted`. */
  public async open(signal: AbortSignal): Promise<void> {
    const { servers, sessionTimeoutMs, clock } = this.options;
    const library = await newLibraryClient(servers, sessionTimeoutMs, (message) => {
      this.end(leadershipFailure(`what the server sends is not ZooKeeper's: ${message}`, servers, 'unreadable'));
    });
    throwIfAborted(signal);
    this.library = library;
    const { client } = library;
    client.on('expired', () => {
      this.end(leadershipFailure('the session has expired', servers, 'SESSION_EXPIRED'));
    });
    client.on('authenticationFailed', () => {
      this.end(leadershipFailure('ZooKeeper refuses the login', servers, 'AUTH_FAILED'));
    });
    const connected = new Promise<void>((resolve) => {
      client.on('connected', () => {
        resolve();
        for (const listener of this.connectedListeners) listener();
      });
    });
    library.connect();
    const ended = async (): Promise<never> => {
      throw await this.ended;
    };
    try {
      await withTimeout(clock, sessionTimeoutMs, signal, () => Promise.race([connected, ended()]));
    } catch (error) {
      throw callFailure('connecting', error, servers);
    }
  }

  /** Has the listener called each time a connection stands again. Returns how to end that. */
  public onConnected(listener: () => void): () => void {
    this.connectedListeners.add(listener);
    return () => this.connectedListeners.delete(listener);
  }

  /** Makes the node, and those above it, where there is none: persistent, without data. */
  public async ensure(path: string): Promise<void> {
    await this.call<string>(`making ${path}`, (client, done) => {
      client.mkdirp(path, done);
    });
  }

  /** Makes an ephemeral sequential node. @returns its path */
  public createContender(path: string, data: string): Promise<string> {
    return this.call<string>(`making ${path}`, (client, done) => {
      client.create(path, Buffer.from(data), ephemeralSequential, done);
    });
  }

  /** The names of the nodes below it. */
  public children(path: string): Promise<readonly string[]> {
    return this.call<readonly string[]>(`listing ${path}`, (client, done) => {
      client.getChildren(path, done);
    });
  }

  /** What a node says; undefined if it is gone. `onChange` is called once when that changes or it goes. */
  public async data(path: string, onChange?: () => void): Promise<string | undefined> {
    try {
      const bytes = await this.call<Buffer | undefined>(`reading ${path}`, (client, done) => {
        if (onChange === undefined) client.getData(path, done);
        else client.getData(path, onChange, done);
      });
      return bytes?.toString('utf8') ?? '';
    } catch (error) {
      if (isNoNode(error)) return undefined;
      throw error;
    }
  }

  /**
   * Whether a node is still there, by the word of the whole ensemble: a check is a transaction, of which a server that is cut off from the
   * others cannot answer. A read it could.
   */
  public async confirm(path: string): Promise<boolean> {
    try {
      await this.call<unknown>(`confirming ${path}`, (client, done) => {
        client.transaction().check(path).commit(done);
      });
      return true;
    } catch (error) {
      if (isNoNode(error)) return false;
      throw error;
    }
  }

  /** Ends the session: its ephemeral nodes go at once if a connection stands, else when the ensemble has waited long enough. May be called twice. */
  public async close(): Promise<void> {
    const { library } = this;
    const { clock, servers } = this.options;
    this.end(leadershipFailure('the session was closed', servers, 'closed'));
    this.library = undefined;
    if (library === undefined) return;
    const { client } = library;
    try {
      if (client.getState().name !== 'SYNC_CONNECTED') return;
      // The server answers by closing the connection.
      const closed = new Promise<void>((resolve) => client.once('disconnected', resolve));
      client.close();
      await withTimeout(clock, closeTimeoutMs, new AbortController().signal, () => closed);
    } catch {
      // It did not answer: the connection is cut, and it will find out.
      return;
    } finally {
      library.destroy();
    }
  }

  private async call<T>(what: string, send: (client: Client, done: Done<T>) => void): Promise<T> {
    const { clock, servers } = this.options;
    const { library } = this;
    if (library === undefined || this.isOver()) throw await this.ended;
    const timeoutMs = Math.ceil(this.timeoutMs / callsPerSession);
    try {
      return await withTimeout(
        clock,
        timeoutMs,
        this.lifetime.signal,
        () =>
          new Promise<T>((resolve, reject) => {
            send(library.client, (error, value) => {
              if (error === null || error === undefined) resolve(value);
              else reject(callFailure(what, error, servers));
            });
          }),
      );
    } catch (error) {
      if (this.isOver()) throw await this.ended;
      throw callFailure(what, error, servers);
    }
  }

  private isOver(): boolean {
    return this.lifetime.signal.aborted;
  }

  private end(error: SvcMonitorError): void {
    this.lifetime.abort();
    this.resolveEnded(error);
  }
}

function isNoNode(error: unknown): boolean {
  return hasCode(error, 'leadership-failed') && error.details.reason === 'NO_NODE';
}
