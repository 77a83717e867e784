import type { BareRequest } from '../baselines/bare.js';
import type { JournalRequest } from '../world/journal.js';

/** A request as it was sent, to be sent again. */
export function bareRequest({ method, path, body }: JournalRequest): BareRequest {
  return {
    method: method as BareRequest['method'],
    path,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
}

/** Requests in the rounds in which they were made: what began before anything of a round had ended is of that round. */
export function roundsOf(requests: readonly JournalRequest[]): readonly (readonly BareRequest[])[] {
  const rounds: JournalRequest[][] = [];
  let roundEndsAt = -Infinity;
  for (const request of requests.toSorted((one, other) => one.startedAt - other.startedAt)) {
    const round = rounds.at(-1);
    if (round === undefined || request.startedAt >= roundEndsAt) {
      rounds.push([request]);
      roundEndsAt = request.endedAt;
    } else {
      round.push(request);
      roundEndsAt = Math.min(roundEndsAt, request.endedAt);
    }
  }
  return rounds.map((round) => round.map(bareRequest));
}
