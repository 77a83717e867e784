import {
  AmqpSource,
  createMonitor,
  KafkaSource,
  managers,
  ZookeeperElection,
  type ChangeSource,
  type Monitor,
} from '../../lib/index.js';
import type { BrokerTarget } from '../broker-target.js';
import { serve } from '../processes/serve.js';
import { CountingMetrics } from './counting-metrics.js';
import { SocketSource } from './socket-source.js';

/** Where the change stream comes from. */
export type StreamSetup = { readonly kind: 'socket'; readonly port: number } | BrokerTarget;

/** Where the monitor finds its world. */
export interface MonitorSetup {
  readonly url: string;
  readonly stream: StreamSetup;
  /** Whether connections are reused. Defaults to false, as the stock API server asks for: nothing is measured, and no request added. */
  readonly keepAlive?: boolean;
  /** Where analytics is asked, by a monitor that does what the original svc-monitor does, too. Defaults to one with the default managers. */
  readonly analytics?: string;
  /** Where monitors elect one that acts. Defaults to nowhere: this one acts. */
  readonly election?: { readonly servers: readonly string[]; readonly path: string; readonly sessionTimeoutMs: number };
}

/** What the process has used up to now. */
export interface Usage {
  /** Time of the processor, user and system. Milliseconds. */
  readonly cpuMs: number;
  /** This process's monotonic clock, milliseconds. */
  readonly atMs: number;
  /** Resident memory now, and the most that it ever was. MB of 2^20 bytes. */
  readonly rssMb: number;
  readonly maxRssMb: number;
  /** Used heap; MB. */
  readonly heapMb: number;
}

const bytesPerMb = 1024 * 1024;
const pollMs = 5;

const metrics = new CountingMetrics();
let monitor: Monitor | undefined;
let startedAt = 0;

function createSource(stream: StreamSetup): ChangeSource {
  switch (stream.kind) {
    case 'socket':
      return new SocketSource(stream.port, metrics);
    case 'rabbitmq':
      return new AmqpSource({
        brokers: [stream.url],
        exchange: stream.exchange,
        queueName: `opensdn-svc-monitor.bench.${process.pid}`,
        queueExpiresMs: 10_000,
        metrics,
      });
    case 'kafka':
      return new KafkaSource({
        brokers: stream.brokers,
        topic: stream.topic,
        instance: `bench.${process.pid}`,
        metrics,
      });
  }
}

const commands = {
  /** Starts a monitor; resolves to the time until it was ready. Milliseconds. */
  start: async ({ url, stream, keepAlive = false, analytics, election }: MonitorSetup): Promise<number> => {
    startedAt = performance.now();
    monitor = createMonitor({
      configApi: { urls: [url], keepAlive },
      source: createSource(stream),
      metrics,
      ...(analytics === undefined ? {} : { managers, settings: { analyticsServers: [analytics] } }),
      ...(election === undefined ? {} : { ownership: new ZookeeperElection({ ...election, metrics }) }),
    });
    await monitor.start(new AbortController().signal);
    return performance.now() - startedAt;
  },
  /** What the process has used; with `collect`, garbage is collected before. */
  usage: ({ collect }: { readonly collect: boolean }): Usage => {
    if (collect) globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    return {
      cpuMs: (user + system) / 1000,
      atMs: performance.now(),
      rssMb: rss / bytesPerMb,
      maxRssMb: process.resourceUsage().maxRSS / 1024,
      heapMb: heapUsed / bytesPerMb,
    };
  },
  /** The counters of the monitor by name, summed over their labels. */
  counters: (): Readonly<Record<string, number>> => Object.fromEntries(metrics.counts),
  /** Resolves when the counters have come to so much together. */
  untilCounted: async (options: { readonly names: readonly string[]; readonly atLeast: number }): Promise<void> => {
    while (options.names.reduce((sum, name) => sum + (metrics.counts.get(name) ?? 0), 0) < options.atLeast) {
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  },
  /** Resolves when a counter has rested for that long, to the time from the call of `start` until it began to. Milliseconds. */
  untilRests: async ({ name, restMs }: { readonly name: string; readonly restMs: number }): Promise<number> => {
    const countedAt = (): number => metrics.countedAt.get(name) ?? startedAt;
    while (performance.now() - countedAt() < restMs) await new Promise((resolve) => setTimeout(resolve, pollMs));
    return countedAt() - startedAt;
  },
  /** How the monitor fares, in words for people. */
  status: (): string => JSON.stringify(monitor?.status()),
  /** Resolves when it acts. */
  untilLeading: async (): Promise<void> => {
    while (monitor?.status().role !== 'leader') await new Promise((resolve) => setTimeout(resolve, pollMs));
  },
  /** Whether a full read is under way. */
  isResyncing: (): boolean => monitor?.status().resync.running === true,
};

/** What the measured process can be asked to do. */
export type MonitorCommands = typeof commands;

serve(commands, async () => {
  await monitor?.stop();
});
