import type { Journal, JournalRequest } from './journal.js';

/** A change of a reference to a port that is waited for. */
export interface WantedReference {
  readonly operation: 'ADD' | 'DELETE';
  /** Uuid of the floating ip, or of the virtual-ip. */
  readonly referrerId: string;
  readonly portId: string;
}

/** `<operation> <referrer> <port>`. */
export function referenceKey({ operation, referrerId, portId }: WantedReference): string {
  return `${operation} ${referrerId} ${portId}`;
}

/** The {@link referenceKey} of a request that has changed a reference; undefined for any other. */
export function writtenReference(request: JournalRequest): string | undefined {
  if (request.operation !== 'ref-update' || request.status !== 200) return undefined;
  const body = request.body as Readonly<Record<string, unknown>>;
  return `${String(body['operation'])} ${String(body['uuid'])} ${String(body['ref-uuid'])}`;
}

/** Resolves to the request that has changed the reference, now or before; rejects if none comes in time. */
export async function untilWritten(
  wanted: WantedReference,
  journal: Journal,
  timeoutMs = 60_000,
): Promise<JournalRequest> {
  const key = referenceKey(wanted);
  const known = journal.requests.find((request) => writtenReference(request) === key);
  if (known !== undefined) return known;
  return new Promise((resolve, reject) => {
    const stop = journal.onRequest((request) => {
      if (writtenReference(request) !== key) return;
      stop();
      clearTimeout(timer);
      resolve(request);
    });
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`no ${key} within ${timeoutMs} ms`));
    }, timeoutMs);
  });
}

/** When the first notification of an object was sent that is not older than `since`. Milliseconds; throws if there was none. */
export function publishedAt(uuid: string, since: number, journal: Journal): number {
  const found = journal.notifications.find((notification) => notification.uuid === uuid && notification.at >= since);
  if (found === undefined) throw new Error(`nothing was published of ${uuid}`);
  return found.at;
}
