import type { Attributes } from '@opentelemetry/api';
import type { CacheListener, CacheObserver } from '../cache/index.js';
import type { ConfigWriter } from '../config-api/index.js';
import type { Reconciler, WorkQueue } from '../controller/index.js';
import type { Kind } from '../model/index.js';
import { ChangeTraces, type ChangeTracesOptions } from './change-traces.js';

/** How the parts that a change passes are decorated. */
export interface Tracing {
  readonly observers: readonly CacheObserver[];
  listener(listener: CacheListener): CacheListener;
  queue(controller: string, queue: WorkQueue<string>): WorkQueue<string>;
  reconciler<Key extends string>(controller: string, reconciler: Reconciler<Key>): Reconciler<Key>;
  writer(writer: ConfigWriter): ConfigWriter;
}

/** Leaves every part as it is. */
export const noTracing: Tracing = {
  observers: [],
  listener: (listener) => listener,
  queue: (_, queue) => queue,
  reconciler: (_, reconciler) => reconciler,
  writer: (writer) => writer,
};

/** Decorates the parts so that each change is a trace of the tracer: see {@link ChangeTraces}. */
export function createTracing(options: ChangeTracesOptions): Tracing {
  const traces = new ChangeTraces(options);
  return {
    observers: [
      {
        heard: (change) => {
          traces.heard(change);
        },
      },
    ],
    listener: (listener) => tracedListener(listener, traces),
    queue: (controller, queue) => tracedQueue(controller, queue, traces),
    reconciler: (controller, reconciler) => ({
      reconcile: (key, signal, reconcileOptions) =>
        traces.reconcile(controller, key, () => reconciler.reconcile(key, signal, reconcileOptions)),
    }),
    writer: (writer) => tracedWriter(writer, traces),
  };
}

function tracedListener(listener: CacheListener, traces: ChangeTraces): CacheListener {
  return {
    changed: (transition, cause, by) => {
      // What a full read finds follows from no notification.
      if (cause === 'resync') listener.changed(transition, cause, by);
      else
        traces.inCauseOf(transition.uuid, () => {
          listener.changed(transition, cause, by);
        });
    },
    rejected: (error) => {
      listener.rejected(error);
    },
    accepted: (uuid) => {
      listener.accepted(uuid);
    },
    messageRejected: (message) => {
      listener.messageRejected(message);
    },
    synced: () => {
      listener.synced();
    },
  };
}

function tracedQueue(controller: string, queue: WorkQueue<string>, traces: ChangeTraces): WorkQueue<string> {
  return {
    add: (key, priority, group) => {
      traces.queued(controller, key);
      queue.add(key, priority, group);
    },
    addAfter: (key, delayMs, group) => {
      queue.addAfter(key, delayMs, group);
    },
    addRateLimited: (key, maxDelayMs, group) => {
      queue.addRateLimited(key, maxDelayMs, group);
    },
    forget: (key) => {
      queue.forget(key);
    },
    retries: (key) => queue.retries(key),
    get: (signal) => queue.get(signal),
    done: (key) => {
      queue.done(key);
    },
    get length() {
      return queue.length;
    },
    shutDown: () => {
      queue.shutDown();
    },
    shutDownWithDrain: (signal) => queue.shutDownWithDrain(signal),
  };
}

function about(kind: Kind, uuid: string, requestId?: string): Attributes {
  return {
    'opensdn.kind': kind,
    'opensdn.uuid': uuid,
    ...(requestId === undefined ? {} : { 'opensdn.request_id': requestId }),
  };
}

function tracedWriter(writer: ConfigWriter, traces: ChangeTraces): ConfigWriter {
  return {
    create: (kind, object, signal) =>
      traces.write(`create ${kind}`, { 'opensdn.kind': kind }, () => writer.create(kind, object, signal)),
    updateProperties: (update, signal) =>
      traces.write(`update ${update.kind}`, about(update.kind, update.uuid, update.requestId), () =>
        writer.updateProperties(update, signal),
      ),
    delete: (kind, uuid, signal) =>
      traces.write(`delete ${kind}`, about(kind, uuid), () => writer.delete(kind, uuid, signal)),
    updateReference: (update, signal) => {
      const attributes = {
        ...about(update.kind, update.uuid, update.requestId),
        'opensdn.ref_kind': update.refKind,
        'opensdn.ref_uuid': update.refUuid,
      };
      const what = update.operation === 'ADD' ? 'add reference' : 'remove reference';
      return traces.write(`${what} ${update.kind}`, attributes, () => writer.updateReference(update, signal));
    },
    relaxReference: (uuid, refUuid, signal) =>
      traces.write('relax reference', { 'opensdn.uuid': uuid, 'opensdn.ref_uuid': refUuid }, () =>
        writer.relaxReference(uuid, refUuid, signal),
      ),
    updateMap: (update, signal) =>
      traces.write(`update ${update.kind} ${update.field}`, about(update.kind, update.uuid, update.requestId), () =>
        writer.updateMap(update, signal),
      ),
  };
}
