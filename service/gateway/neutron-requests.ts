import type { IncomingMessage } from 'node:http';
import { onAbort, SvcMonitorError, type NeutronRequest } from '../../lib/index.js';

/** The longest body that the front end is given. Bytes. */
export const longestLookedAt = 1_048_576;

const resources: Readonly<Record<string, NeutronRequest['resource']>> = {
  '/neutron/floatingip': 'floatingip',
  '/neutron/port': 'port',
};

/** Which resource a request is about, if it is one that the front end looks at. */
export function neutronResource(method: string, target: string): NeutronRequest['resource'] | undefined {
  if (method !== 'POST') return undefined;
  const [path = ''] = target.split('?', 1);
  return Object.hasOwn(resources, path) ? resources[path] : undefined;
}

/** A body, or as much of it as came before it was known to be too long; the rest waits in the request then. */
export interface ReadBody {
  readonly isWhole: boolean;
  readonly bytes: Buffer;
}

/**
 * Reads the body of a request, if it is no longer than that.
 *
 * @throws SvcMonitorError `aborted` if the client goes away before its end
 */
export function readBody(request: IncomingMessage, longest: number, signal: AbortSignal): Promise<ReadBody> {
  if (Number(request.headers['content-length'] ?? 0) > longest) {
    return Promise.resolve({ isWhole: false, bytes: Buffer.alloc(0) });
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (act: () => void): void => {
      release();
      request.off('data', take);
      request.off('end', ended);
      act();
    };
    const take = (chunk: Buffer): void => {
      chunks.push(chunk);
      length += chunk.length;
      if (length <= longest) return;
      request.pause();
      settle(() => {
        resolve({ isWhole: false, bytes: Buffer.concat(chunks) });
      });
    };
    const ended = (): void => {
      settle(() => {
        resolve({ isWhole: true, bytes: Buffer.concat(chunks) });
      });
    };
    const release = onAbort(signal, () => {
      settle(() => {
        reject(new SvcMonitorError('aborted', 'the client has gone', { cause: signal.reason }));
      });
    });
    request.on('data', take);
    request.once('end', ended);
  });
}

const readOperations: ReadonlySet<unknown> = new Set(['READ', 'READALL', 'READCOUNT']);

/** Whether a request changes nothing, so that it may be made again. */
export function isRead(method: string, path: string, body: Buffer | undefined): boolean {
  if (method === 'GET' || method === 'HEAD') return true;
  if (method !== 'POST' || !path.startsWith('/neutron/') || body === undefined) return false;
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    const context = fieldOf(parsed, 'context');
    return readOperations.has(fieldOf(context, 'operation'));
  } catch (error) {
    // What is no JSON is taken for a change.
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
