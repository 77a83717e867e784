import type { ApiAnswer, ApiMiddleware, ApiRequest, EmbeddedOpenSdn } from '../../../fixtures/index.js';

/** A write of a measured process that the server has answered. */
export interface WatchedWrite {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
  /** Uuid of what it has made; undefined if it has made nothing. */
  readonly created: string | undefined;
  /** Whether the object that it is about is another one after it, times of changes aside. A refused one changes nothing. */
  readonly isUseful: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/** What a write is about; without a kind it is known by its uuid alone. */
interface Subject {
  readonly kind?: string;
  readonly uuid: string;
}

const reads = new Set(['/fqname-to-id', '/id-to-fqname', '/list-bulk-collection']);

/** The writes of one client, each with whether it has changed anything: the object is compared before and after. */
export class WriteWatch {
  private watched: WatchedWrite[] = [];

  public constructor(
    private readonly server: EmbeddedOpenSdn,
    private readonly userAgent: string,
  ) {
    server.use(this.middleware());
  }

  /** The writes since the last call, in the order in which they were answered. */
  public take(): readonly WatchedWrite[] {
    const { watched } = this;
    this.watched = [];
    return watched;
  }

  private middleware(): ApiMiddleware {
    return async (request, next) => {
      const { method, path, userAgent } = request;
      if (userAgent !== this.userAgent || method === 'GET' || reads.has(path)) return next();
      return this.watch(request, next);
    };
  }

  private async watch({ method, path, body: text }: ApiRequest, next: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const subject = subjectOf(method, path, (body ?? {}) as Fields);
    const before = subject === undefined ? undefined : await this.stateOf(subject);
    const answer = await next();
    const created = subject === undefined ? createdBy(answer) : undefined;
    const isDone = answer.status === 200;
    const isUseful = isDone && (subject === undefined || before !== (await this.stateOf(subject)));
    this.watched.push({ method, path, body, status: answer.status, created, isUseful });
    return answer;
  }

  // Undefined: there is none.
  private async stateOf({ kind, uuid }: Subject): Promise<string | undefined> {
    const known = kind ?? (await this.kindOf(uuid));
    const object = known === undefined ? undefined : this.server.read(known, uuid);
    return object === undefined ? undefined : JSON.stringify(object, withoutTimes);
  }

  private async kindOf(uuid: string): Promise<string | undefined> {
    const { status, body } = await this.server.ask({ method: 'POST', path: '/id-to-fqname', body: { uuid } });
    return status === 200 ? textOf((body as Fields)['type'])?.replaceAll('_', '-') : undefined;
  }
}

// Undefined: it makes something new.
function subjectOf(method: string, path: string, body: Fields): Subject | undefined {
  const [, kind = '', uuid] = path.split('/');
  if (uuid !== undefined) return { kind, uuid };
  if (method !== 'POST') return undefined;
  const about = textOf(body['uuid']) ?? textOf(body['obj_uuid']);
  if (about === undefined) return undefined;
  const type = textOf(body['type']) ?? textOf(body['obj_type']);
  return { ...(type === undefined ? {} : { kind: type.replaceAll('_', '-') }), uuid: about };
}

function createdBy({ status, body }: ApiAnswer): string | undefined {
  if (status !== 200 || typeof body !== 'object' || body === null) return undefined;
  const [object] = Object.values(body as Fields);
  return textOf((object as Fields | undefined)?.['uuid']);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function withoutTimes(key: string, value: unknown): unknown {
  return key === 'last_modified' || key === 'created' ? undefined : value;
}
