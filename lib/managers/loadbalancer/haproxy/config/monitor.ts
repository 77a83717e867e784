import type { MonitorView, PoolView } from '../../view/index.js';
import type { SkippedParts } from './skipped.js';
import { joined, line, numeral, word, type Line, type Word } from './text.js';
import { largestInteger, mostSeconds, pathWord, wholeNumber } from './words.js';

/** How a pool's members are looked after. */
export interface Checks {
  /** Lines of the backend. */
  readonly lines: readonly Line[];
  /** What stands at each server. */
  readonly ofServer: Line;
}

const none: Checks = { lines: [], ofServer: [] };

const lowestCode = 100;
const highestCode = 599;

/** The checks of the first monitor of a pool that is up: haproxy has one kind of check for a backend. */
export function checksOf({ monitors, uuid }: PoolView, skipped: SkippedParts): Checks {
  const [first, ...more] = monitors.filter(({ isUp }) => isUp);
  if (more.length > 0) skipped.note('monitor', uuid, 'a pool is looked after by its first monitor only');
  return first === undefined ? none : (checksBy(first, skipped) ?? none);
}

function checksBy(monitor: MonitorView, skipped: SkippedParts): Checks | undefined {
  const timeout = wholeNumber(monitor.timeout, 0, mostSeconds);
  const delay = wholeNumber(monitor.delay, 1, mostSeconds);
  const fall = wholeNumber(monitor.maxRetries, 1, largestInteger);
  if (timeout === undefined || delay === undefined || fall === undefined) {
    skipped.note('monitor', monitor.uuid, 'delay, timeout and retries are not all numbers that haproxy takes');
    return undefined;
  }
  const isOfHttp = monitor.type === 'HTTP' || monitor.type === 'HTTPS';
  const request = isOfHttp ? requestLines(monitor, skipped) : [];
  if (request === undefined) return undefined;
  return {
    lines: [
      line('timeout', 'check', joined(timeout, 's')),
      ...request,
      ...(monitor.type === 'HTTPS' ? [line('option', 'ssl-hello-chk')] : []),
    ],
    ofServer: line('check', 'inter', joined(delay, 's'), 'fall', fall),
  };
}

// What is not said is what Neutron takes then.
function requestLines(monitor: MonitorView, skipped: SkippedParts): readonly Line[] | undefined {
  const method = /^[A-Z]{1,20}$/.test(monitor.httpMethod ?? 'GET') ? word(monitor.httpMethod ?? 'GET') : undefined;
  const path = pathWord(monitor.urlPath ?? '/');
  const codes = codesWord(monitor.expectedCodes ?? '200');
  if (method === undefined || path === undefined || codes === undefined) {
    skipped.note('monitor', monitor.uuid, 'method, path or expected codes are none that haproxy takes');
    return undefined;
  }
  return [line('option', 'httpchk', method, path), line('http-check', 'expect', 'rstatus', codes)];
}

/** Codes and ranges of them, separated by commas or blanks, in the order of numbers. What is none is left out. */
export function codesWord(codes: string): Word | undefined {
  const found = codes.split(/[ ,]+/).flatMap((code) => {
    const [, first = '', last = first] = /^(\d{3})(?:-(\d{3}))?$/.exec(code) ?? [];
    return first === '' ? [] : numbersOf(Number(first), Number(last));
  });
  const sorted = [...new Set(found)].toSorted((one, other) => one - other).map(numeral);
  return sorted.length === 0 ? undefined : word(sorted.join('|'));
}

function numbersOf(first: number, last: number): readonly number[] {
  if (first < lowestCode || last > highestCode || last < first) return [];
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
