import { z } from 'zod';
import { AxiosTransport, SvcMonitorError, SystemClock, toSvcMonitorError, withTimeout } from '../../lib/index.js';

/** Where the status endpoint of a running service is, and how long it may take to answer. */
export interface ServiceAddress {
  /** Such as `http://127.0.0.1:9097`. */
  readonly url: string;
  /** PEM texts. Absent: those of the machine. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Milliseconds. */
  readonly timeoutMs: number;
}

// Times came as numbers first, and come as ISO texts by now: both are taken, and told as the latter.
const timeSchema = z.union([z.number(), z.string()]).transform((time) => {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
});

const problemSchema = z.looseObject({
  type: z.string(),
  kind: z.string().optional(),
  uuid: z.string().optional(),
  key: z.string().optional(),
  message: z.string(),
  since: timeSchema.optional(),
  setting: z.string().optional(),
  answer: z.string().optional(),
  advice: z.string().optional(),
});

const statusSchema = z.looseObject({
  state: z.string().optional(),
  role: z.string().optional(),
  shares: z.looseObject({ role: z.string().optional() }).optional(),
  source: z
    .looseObject({ name: z.string().optional(), connected: z.boolean().optional(), lastError: z.string().optional() })
    .optional(),
  configApi: z
    .looseObject({ servers: z.array(z.looseObject({ url: z.string(), current: z.boolean().optional() })).optional() })
    .optional(),
  resync: z
    .looseObject({
      running: z.boolean().optional(),
      lastFinishedAt: timeSchema.optional(),
      lastError: z.string().optional(),
    })
    .optional(),
  cache: z.record(z.string(), z.number()).optional(),
  controllers: z.record(z.string(), z.looseObject({})).optional(),
  problems: z.array(problemSchema).optional(),
});

// What has happened to a VIP, in words. A version that does not tell answers 404.
const storySchema = z.looseObject({
  failovers: z.array(z.looseObject({ startedAt: timeSchema, sentence: z.string() })).default([]),
  incidents: z.array(z.looseObject({ at: timeSchema, sentence: z.string() })).default([]),
});

// A version that does not tell answers 404. Its texts are looked at where they are used.
const writesSchema = z.looseObject({
  writes: z.array(
    z.object({
      number: z.number(),
      at: timeSchema,
      requestId: z.string(),
      method: z.enum(['GET', 'POST', 'PUT', 'DELETE']),
      path: z.string(),
      body: z.unknown().optional(),
      bodyLength: z.number().optional(),
      object: z.string().optional(),
      status: z.number().optional(),
      outcome: z.string(),
      answer: z.string().optional(),
      tookMs: z.number(),
    }),
  ),
});

const readinessSchema = z.looseObject({ ready: z.boolean(), reasons: z.array(z.string()).optional() });

/** Something that is not in order, as the service tells it. Times are ISO. @useDeclaredType */
export type ServiceProblem = Pick<
  z.infer<typeof problemSchema>,
  'type' | 'kind' | 'uuid' | 'key' | 'message' | 'since' | 'setting' | 'answer' | 'advice'
>;

/** What a running service says of itself. */
export interface ServiceReport {
  readonly url: string;
  readonly ready: boolean;
  /** Why it is not ready. */
  readonly reasons: readonly string[];
  readonly state?: string;
  /** Whether it leads, or stands by, where several instances share the work. */
  readonly role?: string;
  readonly source?: { readonly name: string; readonly connected: boolean; readonly lastError?: string };
  readonly servers: readonly { readonly url: string; readonly current: boolean }[];
  /** When everything was read in full last. ISO. */
  readonly lastFullReadAt?: string;
  /** How many objects it holds of each kind. */
  readonly objects: Readonly<Record<string, number>>;
  /** Figures of its controllers by `<controller>.<name>`: VIPs, associations, keys that wait. */
  readonly counts: Readonly<Record<string, number>>;
  readonly problems: readonly ServiceProblem[];
}

/** An event of a VIP that a running service remembers: when, and what, in words. */
export interface ServiceEvent {
  /** ISO. */
  readonly at: string;
  readonly says: string;
}

/** A request by which a running service has written, as its status endpoint tells it. Times are ISO. @useDeclaredType */
export type ServiceWrite = z.output<typeof writesSchema>['writes'][number];

// As many as the service takes at once, and gives at once.
const uuidsPerRequest = 100;
const writesPerRequest = 500;

/** Asks a running service by its status endpoint. It only reads. */
export class RunningService {
  private readonly transport: AxiosTransport;

  public constructor(private readonly address: ServiceAddress) {
    this.transport = new AxiosTransport({ keepAlive: false, tls: address.tls });
  }

  /** What it says of itself. Rejects with `unavailable`, `timeout`, `bad-answer` or `aborted`. */
  public async report(signal: AbortSignal): Promise<ServiceReport> {
    const { ready, reasons = [] } = await this.get('/readyz', readinessSchema, signal);
    const status = await this.get('/status', statusSchema, signal);
    const { source, configApi, resync, cache, controllers, problems } = status;
    const role = status.role ?? status.shares?.role;
    return {
      url: this.address.url,
      ready,
      reasons,
      ...(status.state === undefined ? {} : { state: status.state }),
      ...(role === undefined ? {} : { role }),
      ...(source === undefined
        ? {}
        : {
            source: {
              name: source.name ?? 'unknown',
              connected: source.connected === true,
              ...(source.lastError === undefined ? {} : { lastError: source.lastError }),
            },
          }),
      servers: (configApi?.servers ?? []).map(({ url, current }) => ({ url, current: current === true })),
      ...(resync?.lastFinishedAt === undefined ? {} : { lastFullReadAt: resync.lastFinishedAt }),
      objects: cache ?? {},
      counts: countsOf(controllers ?? {}),
      problems: (problems ?? []).map(problemOf),
    };
  }

  /**
   * What it remembers of a VIP, the latest last. Empty if it remembers nothing, or its version does not tell. Rejects as `report` does.
   */
  public async events(vip: string, signal: AbortSignal): Promise<readonly ServiceEvent[]> {
    const [network = '', address = ''] = vip.split('/').map(encodeURIComponent);
    const parsed = storySchema.safeParse(await this.send(`/status/vips/${network}/${address}`, signal));
    if (!parsed.success) return [];
    const { failovers, incidents } = parsed.data;
    return [
      ...failovers.map(({ startedAt, sentence }) => ({ at: startedAt, says: sentence })),
      ...incidents.map(({ at, sentence }) => ({ at, says: sentence })),
    ].sort((one, other) => (one.at < other.at ? -1 : Number(one.at > other.at)));
  }

  /**
   * The last requests by which it has written and that have to do with some objects, the latest last. Empty if there are none, or its version does
   * not tell. Rejects as `report` does.
   */
  public async writes(uuids: readonly string[], signal: AbortSignal): Promise<readonly ServiceWrite[]> {
    const found = new Map<number, ServiceWrite>();
    // The id of a load balancer is what the name of a port says.
    const wellFormed = uuids.filter((uuid) => z.guid().safeParse(uuid).success);
    for (let first = 0; first < wellFormed.length; first += uuidsPerRequest) {
      const about = wellFormed.slice(first, first + uuidsPerRequest).join(',');
      const path = `/status/writes?limit=${writesPerRequest}&about=${about}`;
      const answer = await this.send(path, signal);
      if (answer === undefined) return [];
      for (const write of this.parsed(path, answer, writesSchema).writes) found.set(write.number, write);
    }
    return [...found.values()].sort((one, other) => one.number - other.number);
  }

  /** Closes all connections. */
  public close(): void {
    this.transport.close();
  }

  private async get<T>(path: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    return this.parsed(path, await this.send(path, signal), schema);
  }

  private parsed<T>(path: string, answer: unknown, schema: z.ZodType<T>): T {
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    const message = `${this.address.url}${pathOf(path)} does not answer as the status endpoint of this service does`;
    throw new SvcMonitorError('bad-answer', message, {
      details: { problems: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) },
    });
  }

  // Undefined: it has no such page.
  private async send(path: string, signal: AbortSignal): Promise<unknown> {
    const url = `${this.address.url.replace(/\/+$/, '')}${path}`;
    try {
      return await withTimeout(new SystemClock(), this.address.timeoutMs, signal, async (inner) => {
        const { status, body } = await this.transport.send(
          { method: 'GET', url, headers: { accept: 'application/json' } },
          inner,
        );
        if (status === 404) return undefined;
        return JSON.parse(body) as unknown;
      });
    } catch (error) {
      const asked = pathOf(url);
      if (error instanceof SyntaxError) {
        const message = `${asked} does not answer with JSON: is that the status endpoint of this service?`;
        throw new SvcMonitorError('bad-answer', message, { cause: error });
      }
      const { code, message } = toSvcMonitorError(error);
      if (code === 'aborted') throw error;
      throw new SvcMonitorError(code, `${asked}: ${message}`, { cause: error });
    }
  }
}

// What is asked about can be long.
function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}

function problemOf(problem: z.infer<typeof problemSchema>): ServiceProblem {
  const { type, kind, uuid, key, message, since, setting, answer, advice } = problem;
  return {
    type,
    message,
    ...(kind === undefined ? {} : { kind }),
    ...(uuid === undefined ? {} : { uuid }),
    ...(key === undefined ? {} : { key }),
    ...(since === undefined ? {} : { since }),
    ...(setting === undefined ? {} : { setting }),
    ...(answer === undefined ? {} : { answer }),
    ...(advice === undefined ? {} : { advice }),
  };
}

function countsOf(controllers: Readonly<Record<string, object>>): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [controller, sections] of Object.entries(controllers)) {
    for (const [name, value] of Object.entries(sections) as [string, unknown][]) {
      if (typeof value === 'number') counts[`${controller}.${name}`] = value;
      else if (typeof value === 'object' && value !== null && 'length' in value && typeof value.length === 'number') {
        counts[`${controller}.${name}`] = value.length;
      }
    }
  }
  return counts;
}
