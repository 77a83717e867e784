import { AsyncLocalStorage } from 'node:async_hooks';
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { BoundedMap } from '../base/collections/index.js';
import type { Clock } from '../base/clock/index.js';
import { isAborted, isRetriable, toSvcMonitorError } from '../base/errors/index.js';
import type { Change } from '../change-stream/index.js';
import type { ReconcileResult } from '../controller/index.js';

/** See {@link ChangeTraces}. */
export interface ChangeTracesOptions {
  readonly tracer: Tracer;
  readonly clock: Clock;
}

/** A change that has been heard of. Times: wall clock, milliseconds since 1970. */
interface Heard {
  readonly change: Change;
  readonly at: number;
}

/** A change that a key was queued for: the root span of its trace, which stays open until the key is done. */
interface Cause {
  readonly root: Span;
  readonly context: Context;
  readonly queuedAt: number;
}

// A change whose object is never read, and keys that nobody takes, are forgotten some time.
const rememberedChanges = 10_000;
const rememberedKeys = 10_000;
// What a tenant changes a thousand times before its turn comes is told by the first of them.
const causesPerKey = 32;

/**
 * Follows changes through the monitor: heard, read, queued, reconciled, written. Each change that makes something to do is a trace of its
 * own. Where several are answered by one reconcile, it stands in the trace of the first, and the others link to it.
 */
export class ChangeTraces {
  private readonly heardChanges = new BoundedMap<Heard>(rememberedChanges);
  private readonly waiting = new BoundedMap<Cause[]>(rememberedKeys);
  private readonly reconciling = new AsyncLocalStorage<Context>();
  private causing: Heard | undefined;

  public constructor(private readonly options: ChangeTracesOptions) {}

  /** A change has come. */
  public heard(change: Change): void {
    this.heardChanges.set(change.uuid, { change, at: this.options.clock.now() });
  }

  /** Runs what follows from an object that was read: keys that are queued meanwhile are queued for the last change of it. */
  public inCauseOf(uuid: string, work: () => void): void {
    this.causing = this.heardChanges.get(uuid);
    try {
      work();
    } finally {
      this.causing = undefined;
    }
  }

  /** A key is queued. Outside {@link inCauseOf} it is queued for no change. */
  public queued(controller: string, key: string): void {
    if (this.causing === undefined) return;
    const name = `${controller} ${key}`;
    const causes = this.waiting.get(name) ?? [];
    if (causes.length >= causesPerKey) return;
    causes.push(this.begin(this.causing));
    this.waiting.set(name, causes);
  }

  /** Runs a reconcile, as a span in the trace of the change that its key was queued for; as it is, if there is none. */
  public async reconcile(
    controller: string,
    key: string,
    work: () => Promise<ReconcileResult>,
  ): Promise<ReconcileResult> {
    const name = `${controller} ${key}`;
    const causes = this.waiting.get(name);
    const [first, ...others] = causes ?? [];
    if (first === undefined) return work();
    this.waiting.delete(name);
    const span = this.takenUp(first, others, { controller, key });
    try {
      const result = await this.reconciling.run(trace.setSpan(first.context, span), work);
      span.setAttribute('opensdn.writes', result.writes);
      this.endAll(span, [first, ...others]);
      return result;
    } catch (error) {
      this.fail(span, error);
      span.end(this.options.clock.now());
      // It is tried again: the traces go on until it succeeds.
      if (isRetriable(error) && !isAborted(error)) {
        this.waiting.set(name, [first, ...others, ...(this.waiting.get(name) ?? [])].slice(0, causesPerKey));
      } else {
        for (const { root } of [first, ...others]) {
          this.fail(root, error);
          root.end(this.options.clock.now());
        }
      }
      throw error;
    }
  }

  /** Makes a write, as a span of the reconcile that makes it. */
  public async write<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
    const context = this.reconciling.getStore();
    if (context === undefined) return work();
    const { tracer, clock } = this.options;
    const span = tracer.startSpan(name, { attributes, startTime: clock.now(), kind: SpanKind.CLIENT }, context);
    try {
      return await work();
    } catch (error) {
      this.fail(span, error);
      throw error;
    } finally {
      span.end(clock.now());
    }
  }

  private begin({ change, at }: Heard): Cause {
    const { tracer, clock } = this.options;
    const { kind, uuid, operation, requestId } = change;
    const attributes: Attributes = {
      'opensdn.kind': kind,
      'opensdn.uuid': uuid,
      'opensdn.operation': operation,
      ...(requestId === undefined ? {} : { 'opensdn.request_id': requestId }),
    };
    const root = tracer.startSpan(
      `${kind} ${operation}`,
      { attributes, startTime: at, kind: SpanKind.CONSUMER },
      ROOT_CONTEXT,
    );
    const context = trace.setSpan(ROOT_CONTEXT, root);
    const queuedAt = clock.now();
    tracer.startSpan('read', { startTime: at }, context).end(queuedAt);
    return { root, context, queuedAt };
  }

  private takenUp(
    first: Cause,
    others: readonly Cause[],
    what: { readonly controller: string; readonly key: string },
  ): Span {
    const { tracer, clock } = this.options;
    const now = clock.now();
    for (const cause of [first, ...others]) {
      tracer.startSpan('queue', { startTime: cause.queuedAt }, cause.context).end(now);
    }
    const span = tracer.startSpan(
      'reconcile',
      { startTime: now, attributes: { 'opensdn.controller': what.controller, 'opensdn.key': what.key } },
      first.context,
    );
    for (const { root } of others) root.addLink({ context: span.spanContext() });
    return span;
  }

  private endAll(span: Span, causes: readonly Cause[]): void {
    const now = this.options.clock.now();
    span.end(now);
    for (const { root } of causes) root.end(now);
  }

  private fail(span: Span, error: unknown): void {
    const { code, message } = toSvcMonitorError(error);
    span.setAttribute('error.type', code);
    span.setStatus({ code: SpanStatusCode.ERROR, message });
  }
}
