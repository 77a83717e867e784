import { isSecretName, maskCredentials, masked } from '../mask.js';
import { timeAsText } from './times.js';

/** What is answered at once, as a whole. */
export interface WholeAnswer {
  readonly code: number;
  /** The `Content-Type`. */
  readonly type: string;
  readonly body: string | Uint8Array;
  /** Besides, or instead of, those that every answer has. Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where an answer that goes on is written. */
export interface AnswerStream {
  /** Sends a piece. Does nothing once the client is gone; a client that does not read is cut after about a megabyte. */
  write(text: string): void;
  /** Ends the answer. */
  end(): void;
}

/** What is answered bit by bit for as long as the client wants it, such as server-sent events. */
export interface StreamAnswer {
  readonly type: string;
  /** Begins to write; what it returns is called once, when the answer has ended, whoever ended it. */
  readonly begin: (stream: AnswerStream) => () => void;
  /** As of {@link WholeAnswer}. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a route answers. */
export type Answer = WholeAnswer | StreamAnswer;

/** One line of text, without credentials. */
export function textAnswer(code: number, line: string, headers: Readonly<Record<string, string>> = {}): WholeAnswer {
  return { code, type: 'text/plain; charset=utf-8', body: `${maskCredentials(line)}\n`, headers };
}

/** A value as JSON, with its times in ISO 8601, and without secrets: nothing should hold one, but a broker's error text that quotes its URL could. */
export function jsonAnswer(code: number, value: object): WholeAnswer {
  const mask = (name: string, inner: unknown): unknown => {
    if (isSecretName(name)) return masked;
    return typeof inner === 'string' ? maskCredentials(inner) : timeAsText(name, inner);
  };
  return { code, type: 'application/json; charset=utf-8', body: JSON.stringify(value, mask) };
}
