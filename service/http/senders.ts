import type { ServerResponse } from 'node:http';
import type { StreamAnswer, WholeAnswer } from './answer.js';

/**
 * What every answer says to browsers: to take it for nothing but what its type says, to let no page of another site show, read or keep it, and
 * to load nothing for it. A page of our own says more closely what it loads.
 */
const commonHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

const longestUnread = 1_048_576;

/** Sends an answer as a whole. Resolves when it is sent, or the client is gone. */
export function sendWhole(response: ServerResponse, { code, type, body, headers }: WholeAnswer): Promise<void> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return sent(response, () => {
    response.writeHead(code, { ...commonHeaders, 'content-type': type, 'content-length': bytes.length, ...headers });
    response.end(bytes);
  });
}

/** Sends answers that go on, and ends them all at once. */
export class StreamSender {
  private readonly open = new Set<ServerResponse>();

  public constructor(private readonly most: number) {}

  /** Whether another one may begin. */
  public get hasRoom(): boolean {
    return this.open.size < this.most;
  }

  /** Sends one. Resolves when it has ended, whoever ended it. Rejects with what `begin` throws. */
  public send(response: ServerResponse, { type, begin, headers }: StreamAnswer, headOnly: boolean): Promise<void> {
    return sent(response, () => {
      response.writeHead(200, { ...commonHeaders, 'content-type': type, ...headers });
      if (headOnly) {
        response.end();
        return;
      }
      this.open.add(response);
      response.flushHeaders();
      const over = begin({
        write: (text) => {
          if (response.destroyed || response.writableEnded) return;
          response.write(text);
          // Whoever does not read would make us keep all that is written.
          if (response.writableLength > longestUnread) response.destroy();
        },
        end: () => response.end(),
      });
      response.once('close', () => {
        this.open.delete(response);
        over();
      });
    });
  }

  /** Ends all. */
  public endAll(): void {
    for (const response of this.open) response.end();
  }
}

function sent(response: ServerResponse, send: () => void): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve);
    send();
  });
}
