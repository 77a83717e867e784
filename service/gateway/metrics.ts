import { latencyBuckets, type MetricTable } from '../../lib/index.js';

/** How a request through the gateway has ended, and what that says. */
export const outcomes = {
  passed: 'passed on as it is',
  changed: 'the front end has answered it',
  'passed-unchanged': 'the front end was to look at it and could not',
  failed: 'it was sent, and no answer came: 502',
  unserved: 'no API server could be reached: 503',
  refused: 'too many are under way: 503',
  aborted: 'the client has gone',
} as const;

/** One of the names of {@link outcomes}. */
export type Outcome = keyof typeof outcomes;

/** Why a request was passed on unchanged that the front end was to look at, and what that says. */
export const passReasons = {
  busy: 'as many as may be are looked at already',
  'too-large': 'its body is longer than what is looked at',
  failed: 'the front end has failed',
  timeout: 'the front end took too long',
} as const;

/** One of the names of {@link passReasons}. */
export type PassReason = keyof typeof passReasons;

/** What the gateway counts. */
export const gatewayMetrics = {
  gateway_requests_total: {
    type: 'counter',
    help: `Requests that came to the gateway, by how they ended: ${inWords(outcomes)}`,
    labels: ['outcome'],
  },
  gateway_passed_unchanged_total: {
    type: 'counter',
    help: `Neutron requests that the gateway passed on unchanged though it was to look at them, by reason: ${inWords(passReasons)}`,
    labels: ['reason'],
  },
  gateway_requests_under_way: { type: 'gauge', help: 'Requests that the gateway has not answered yet', labels: [] },
  gateway_added_seconds: {
    type: 'histogram',
    help: 'Time that a request spent in the gateway before it was on its way to the API server; for one that was changed, all of it that was not spent in waiting for the API server',
    labels: [],
    buckets: [0.00025, 0.0005, ...latencyBuckets],
  },
} as const satisfies MetricTable;

function inWords(texts: Readonly<Record<string, string>>): string {
  return Object.entries(texts)
    .map(([name, text]) => `\`${name}\` (${text})`)
    .join(', ');
}
