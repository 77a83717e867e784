import { isDeepStrictEqual } from 'node:util';
import { ComparedServer } from './compared-server.js';
import { Dice } from './dice.js';
import { normalForm } from './normal-form.js';
import { outline, type ComparedRequest, type ServerAnswer } from './request.js';
import { Sequence } from './sequence.js';

/** What to compare. */
export interface ComparisonOptions {
  /** Base URLs of two config API servers. What is made there bears the name `comparison-<seed>-...`, and is deleted again as far as it can be. */
  readonly urls: readonly [string, string];
  /** What the requests follow from: the same seed makes the same requests. */
  readonly seed: number;
  readonly sequences: number;
  /** Requests of one sequence, besides those that begin and end it. */
  readonly requests: number;
  /** The share of choices that are made to be refused, 0 to 1; a request is some of them. Defaults to 0.06. */
  readonly wrong?: number;
  /** Time for one request, milliseconds. Defaults to 30000. */
  readonly timeoutMs?: number;
}

/** A request that the two servers answer differently. */
export interface Difference {
  readonly sequence: number;
  readonly request: ComparedRequest;
  readonly answers: readonly [ServerAnswer, ServerAnswer];
}

/** What came of a comparison. */
export interface ComparisonResult {
  /** How many requests were compared. */
  readonly requests: number;
  /** How many of them the first server answered with which status, by what they are about: `port CREATE`, `GET /virtual-ips`. */
  readonly statuses: ReadonlyMap<string, ReadonlyMap<number, number>>;
  readonly differences: readonly Difference[];
}

/** Makes the same random requests to two servers, one after the other, and compares what they answer. Rejects if one does not answer. */
export async function compare(options: ComparisonOptions): Promise<ComparisonResult> {
  const differences: Difference[] = [];
  const statuses = new Map<string, Map<number, number>>();
  let requests = 0;
  for (let number = 0; number < options.sequences; number += 1) {
    const name = `comparison-${options.seed}-${number}`;
    const sequence = new Sequence(new Dice(options.seed * 1_000 + number), name, options.wrong ?? 0.06);
    const servers = options.urls.map((url) => new ComparedServer(url, options.timeoutMs ?? 30_000));
    const ask = async (request: ComparedRequest): Promise<void> => {
      const answers = await Promise.all(servers.map(async (server) => [server, await server.send(request)] as const));
      const [left, right] = answers.map(([server, answer]) => normalForm(answer, server.names));
      requests += 1;
      if (left === undefined || right === undefined) return;
      if (left.status === 200) request.taken?.();
      const counts = statuses.get(outline(request)) ?? new Map<number, number>();
      statuses.set(outline(request), counts.set(left.status, (counts.get(left.status) ?? 0) + 1));
      if (isDeepStrictEqual(left, right)) return;
      differences.push({ sequence: number, request, answers: [left, right] });
    };
    for (const request of sequence.beginning()) await ask(request);
    for (let count = 0; count < options.requests; count += 1) await ask(sequence.next());
    for (const request of sequence.end()) await ask(request);
  }
  return { requests, statuses, differences };
}
