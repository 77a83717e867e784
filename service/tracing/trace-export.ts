import type { Tracer } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node';
import { errorFields, SvcMonitorError, withTimeout, type Clock, type Logger } from '../../lib/index.js';

/** Where traces go, and as whose. */
export interface TraceExportOptions {
  /** Such as `http://127.0.0.1:4318/v1/traces`. */
  readonly endpoint: string;
  readonly version: string;
  /** Time for one batch, and for the last one when it stops. Milliseconds; defaults to 5000. */
  readonly timeoutMs?: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Takes spans, and sends them in batches. */
export interface TraceExport {
  readonly tracer: Tracer;
  /** Sends what is left, within the time that it has; what is not sent by then is dropped. May be called twice. */
  stop(): Promise<void>;
}

// Spans that wait for a collector that is away: more are dropped.
const maxQueueSize = 4096;
const maxExportBatchSize = 512;
const scheduledDelayMillis = 1000;

/**
 * Begins to send traces. A collector that is away costs nothing but the traces; that it is, is logged once until it is back.
 *
 * @throws SvcMonitorError `invalid-configuration` if the packages of OpenTelemetry are not installed
 */
export async function startTracing(options: TraceExportOptions): Promise<TraceExport> {
  const { endpoint, version, clock, logger, timeoutMs = 5000 } = options;
  const { sdk, otlp, resources } = await packages();
  const exporter = new ToldExporter(new otlp.OTLPTraceExporter({ url: endpoint, timeoutMillis: timeoutMs }), {
    endpoint,
    logger,
  });
  const processor = new sdk.BatchSpanProcessor(exporter, {
    maxQueueSize,
    maxExportBatchSize,
    scheduledDelayMillis,
    exportTimeoutMillis: timeoutMs,
  });
  // Not registered: nothing of the process but what is handed the tracer is traced.
  const provider = new sdk.NodeTracerProvider({
    spanProcessors: [processor],
    resource: resources.resourceFromAttributes({ 'service.name': 'opensdn-svc-monitor', 'service.version': version }),
  });
  let stopped: Promise<void> | undefined;
  return {
    tracer: provider.getTracer('opensdn-svc-monitor', version),
    stop: () => {
      stopped ??= withTimeout(clock, timeoutMs, new AbortController().signal, () => provider.shutdown()).catch(
        (error: unknown) => {
          logger.warn('the last traces were not sent', { endpoint, ...errorFields(error) });
        },
      );
      return stopped;
    },
  };
}

async function packages() {
  try {
    const [sdk, otlp, resources] = await Promise.all([
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
    return { sdk, otlp, resources };
  } catch (error) {
    const problem =
      'tracing.enabled: the packages of OpenTelemetry are not installed; npm leaves them out with --omit=optional';
    throw new SvcMonitorError('invalid-configuration', problem, { cause: error, details: { problems: [problem] } });
  }
}

/** What an exporter answers. */
type ExportResult = Parameters<Parameters<SpanExporter['export']>[1]>[0];

/** An exporter that tells when sending begins to fail, and when it is over. The SDK itself says nothing. */
class ToldExporter implements SpanExporter {
  private isFailing = false;

  public constructor(
    private readonly next: SpanExporter,
    private readonly parts: { readonly endpoint: string; readonly logger: Logger },
  ) {}

  public export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.next.export(spans, (result) => {
      this.tell(result);
      done(result);
    });
  }

  public shutdown(): Promise<void> {
    return this.next.shutdown();
  }

  public forceFlush(): Promise<void> {
    return this.next.forceFlush?.() ?? Promise.resolve();
  }

  private tell({ code, error }: ExportResult): void {
    const { endpoint, logger } = this.parts;
    const fails = !isSuccess(code);
    if (fails && !this.isFailing) {
      logger.warn('traces cannot be sent', { endpoint, ...(error === undefined ? {} : errorFields(error)) });
    }
    if (!fails && this.isFailing) logger.info('traces are sent again', { endpoint });
    this.isFailing = fails;
  }
}

// The enum that names it stands in a package of its own.
function isSuccess(code: number): boolean {
  return code === 0;
}
