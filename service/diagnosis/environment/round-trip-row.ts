import { randomUUID } from 'node:crypto';
import {
  isAborted,
  isNotFound,
  listenToExchange,
  silentLogger,
  silentMetrics,
  SvcMonitorError,
  SystemClock,
  toSvcMonitorError,
  trialNamePrefix,
  withTimeout,
  type ChangeSink,
  type ConfigApiClient,
} from '../../../lib/index.js';
import type { ServiceConfig } from '../../config/index.js';
import { createChangeSource } from '../../create-change-source.js';
import { clientOf, type CheckLimits } from './config-api-rows.js';
import { saidBy, type CheckRow } from './check-row.js';

const roundTripTimeoutMs = 15_000;
const what = 'round trip';

/** Hears of what is written. */
interface Listening {
  /** Resolves when the object with that uuid was heard of. */
  heard(uuid: string): Promise<void>;
  close(): void | Promise<void>;
}

/**
 * Whether a write comes back as a notification: a virtual-ip is made in the project that every OpenSDN has, and taken away again. Undefined: the
 * source has none that it could be tried with beside a running service. Throws bugs, and what was called off.
 */
export async function roundTripRow(
  config: ServiceConfig,
  { mayWrite }: CheckLimits,
  signal: AbortSignal,
): Promise<CheckRow> {
  if (!mayWrite) return { what, state: 'skipped', answered: 'nothing may be written' };
  if (config.source === 'kafka') {
    return { what, state: 'skipped', answered: 'looked at where the relay runs: check with source amqp there' };
  }
  const setting = config.source === 'amqp' ? 'rabbitmq.exchange' : 'source';
  const clock = new SystemClock();
  const startedAt = clock.monotonic();
  try {
    await withTimeout(clock, roundTripTimeoutMs, signal, (inner) => goRound(config, inner));
    const tookMs = Math.round(clock.monotonic() - startedAt);
    return { what, state: 'ok', answered: `a write came back as a notification, all of it within ${tookMs} ms` };
  } catch (error) {
    const failure = toSvcMonitorError(error);
    if (isAborted(error) || failure.code === 'bug') throw error;
    const answered =
      failure.code === 'timeout'
        ? `no notification of a write came within ${roundTripTimeoutMs / 1000} s`
        : `it cannot be tried: ${saidBy(failure)}`;
    return {
      what,
      state: 'missing',
      answered,
      setting,
      advice:
        'A service would be late by up to timings.resync_interval: look whether this is the message bus of that config API.',
    };
  }
}

async function goRound(config: ServiceConfig, signal: AbortSignal): Promise<void> {
  const listening = await listen(config, signal);
  const client = clientOf(config, config.configApi.urls[0] ?? '');
  try {
    const fqName = ['default-domain', 'default-project', `${trialNamePrefix}${randomUUID()}`];
    const properties = { virtual_ip_properties: { admin_state: false } };
    const uuid = await client.create('virtual-ip', { fqName, parentKind: 'project', properties }, signal);
    try {
      await listening.heard(uuid);
    } finally {
      await takeAway(client, uuid);
    }
  } finally {
    client.close();
    await listening.close();
  }
}

// Also when it was called off: nothing is to be left behind.
async function takeAway(client: ConfigApiClient, uuid: string): Promise<void> {
  try {
    await client.delete('virtual-ip', uuid, new AbortController().signal);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

async function listen(config: ServiceConfig, signal: AbortSignal): Promise<Listening> {
  const seen = new Map<string, () => void>();
  const all: string[] = [];
  const onHeard = (text: string): void => {
    all.push(text);
    for (const [uuid, tell] of seen) if (text.includes(uuid)) tell();
  };
  const heard = (uuid: string): Promise<void> =>
    new Promise((resolve, reject) => {
      seen.set(uuid, resolve);
      if (all.some((text) => text.includes(uuid))) resolve();
      if (signal.aborted) reject(new SvcMonitorError('aborted', 'called off'));
    });
  if (config.source === 'amqp') {
    const listening = await listenToExchange(
      config.rabbitmq,
      (body) => {
        onHeard(textOf(body));
      },
      signal,
    );
    return {
      heard,
      close: () => {
        listening.close();
      },
    };
  }
  const source = createChangeSource(config, { clock: new SystemClock(), logger: silentLogger, metrics: silentMetrics });
  await source.start(sinkFor(onHeard), signal);
  return { heard, close: () => source.stop() };
}

function textOf(body: Uint8Array | string): string {
  return typeof body === 'string' ? body : Buffer.from(body).toString();
}

function sinkFor(onHeard: (uuid: string) => void): ChangeSink {
  const nothing = (): void => undefined;
  return {
    connected: nothing,
    resumed: nothing,
    missed: nothing,
    disconnected: nothing,
    skipped: nothing,
    deliver: ({ uuid }) => {
      onHeard(uuid);
      return Promise.resolve();
    },
  };
}
