import type { Socket } from 'node:net';
import type { Client } from 'node-zookeeper-client';
import { toSvcMonitorError } from '../../base/errors/index.js';

/** The parts of the client library that it does not publish, and that have to be put right from outside. */
interface ConnectionManager {
  servers: readonly { readonly host: string; readonly port: number }[];
  readonly socket?: Socket;
  pendingBuffer: Buffer | null;
  readonly connectTimeoutHandler: ReturnType<typeof setTimeout> | null;
  onSocketData(data: Buffer): void;
  onSocketConnected(): void;
}

/** A client of the library that does no more harm than to fail. */
export interface LibraryClient {
  readonly client: Client;
  /** Begins to connect, and goes on after each loss of the connection. */
  connect(): void;
  /** Cuts the connection; no other one comes up. May be called twice. */
  destroy(): void;
}

const longestPauseMs = 500;

/**
 * Makes a client; nothing is connected yet. Of the library's own (1.1.3) is put right:
 *
 * - bytes that it cannot read, and error codes that it does not know, would end the process: it throws where nobody can catch. The connection is
 *   cut instead, and `onUnreadable` told.
 * - half a message that a lost connection has left would be taken for the beginning of what the next one brings.
 * - an IPv6 address is no host to it.
 * - a client that is closed while it connects goes on for ever, and holds its socket.
 *
 * @param servers each `host:port`, IPv6 addresses in brackets
 */
export async function newLibraryClient(
  servers: readonly string[],
  sessionTimeoutMs: number,
  onUnreadable: (message: string) => void,
): Promise<LibraryClient> {
  const { default: library } = await import('node-zookeeper-client');
  const client = library.createClient(servers.join(','), {
    sessionTimeout: sessionTimeoutMs,
    spinDelay: longestPauseMs,
    retries: 0,
  });
  const manager = managerOf(client);
  manager.servers = servers.map(hostAndPortOf);
  const read = manager.onSocketData.bind(manager);
  manager.onSocketData = (data): void => {
    try {
      read(data);
    } catch (error) {
      manager.socket?.destroy();
      onUnreadable(toSvcMonitorError(error).message);
    }
  };
  client.on('disconnected', () => {
    manager.pendingBuffer = null;
  });
  return {
    client,
    connect: () => {
      client.connect();
    },
    destroy: () => {
      client.close();
      // One that is about to be opened is cut as soon as it stands.
      manager.onSocketConnected = (): void => {
        manager.socket?.destroy();
      };
      clearTimeout(manager.connectTimeoutHandler ?? undefined);
      manager.socket?.destroy();
    },
  };
}

function managerOf(client: Client): ConnectionManager {
  return (client as unknown as { readonly connectionManager: ConnectionManager }).connectionManager;
}

function hostAndPortOf(server: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(`zookeeper://${server}`);
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}
