import type { MonitorStatus } from '../../lib/index.js';

/** A connection as the original tells of it. */
export interface ConnectionInfo {
  /** One of the original's types of connections. */
  readonly type: 'ApiServer' | 'Database' | 'Zookeeper' | 'Generic Connection';
  readonly name: string;
  /** Each `host:port`. */
  readonly servers: readonly string[];
  readonly status: 'Up' | 'Down' | 'Initializing';
  /** Why it is not up. */
  readonly description: string;
}

/** How the process fares, in the words of the original. */
export interface NodeStatus {
  /** The host. */
  readonly name: string;
  readonly functional: boolean;
  readonly connections: readonly ConnectionInfo[];
  /** Why it is not functional; empty if it is. */
  readonly description: string;
}

/** Where the connections lead to. Each `host:port`, the servers of the config API as URLs. */
export interface Peers {
  readonly apiServers: readonly string[];
  readonly source: { readonly kind: 'amqp' | 'kafka' | 'watch'; readonly servers: readonly string[] };
  /** Absent where ZooKeeper is not asked who leads. */
  readonly zookeeper?: readonly string[];
}

const sources = {
  amqp: { type: 'Database', name: 'RabbitMQ' },
  kafka: { type: 'Generic Connection', name: 'Kafka' },
  watch: { type: 'ApiServer', name: 'Watch' },
} as const;

/** How a monitor fares. Of the original's connections there are those that it has, by the same names. */
export function nodeStatusOf(name: string, monitor: MonitorStatus, peers: Peers): NodeStatus {
  const { source, resync, ownership, ready, state } = monitor;
  const connections: readonly ConnectionInfo[] = [
    {
      ...{ type: 'ApiServer', name: 'ApiServer', servers: peers.apiServers.map(hostAndPort) },
      ...upOrDown(resync.lastError === undefined, resync.lastError),
    },
    { ...sources[peers.source.kind], servers: peers.source.servers, ...upOrDown(source.connected, source.lastError) },
    ...(peers.zookeeper === undefined
      ? []
      : [
          {
            ...({ type: 'Zookeeper', name: 'Zookeeper', servers: peers.zookeeper } as const),
            ...upOrDown(isElectionUp(ownership), ownership?.lastError),
          },
        ]),
  ];
  const down = connections.filter(({ status }) => status !== 'Up');
  const notReady = ready ? '' : `${state}, not everything has been read yet`;
  const description = [notReady, connectionsDown(down)].filter((text) => text !== '').join(' ');
  return { name, functional: description === '', connections, description };
}

function isElectionUp(ownership: MonitorStatus['ownership']): boolean {
  return ownership?.mode !== 'zookeeper' || ownership.connected;
}

function upOrDown(isUp: boolean, error: string | undefined): Pick<ConnectionInfo, 'status' | 'description'> {
  return isUp ? { status: 'Up', description: '' } : { status: 'Down', description: error ?? '' };
}

/** As the original puts it: `Database:RabbitMQ[refused], ApiServer:ApiServer[] connection down`; empty if all are up. */
function connectionsDown(down: readonly ConnectionInfo[]): string {
  if (down.length === 0) return '';
  return `${down.map(({ type, name, description }) => `${type}:${name}[${description}]`).join(', ')} connection down`;
}

function hostAndPort(url: string): string {
  const { host, hostname, port, protocol } = new URL(url);
  return port === '' ? `${hostname}:${protocol === 'https:' ? 443 : 80}` : host;
}
