// A failover, its times drawn on a line.
import { h, s } from './dom.js';
import { duration, timeOf, toneOf, wordFor } from './words.js';

/**
 * @typedef {import('./wire.js').Failover} Failover
 */

/**
 * A failover: the line, and the same in words.
 *
 * @param {Failover} failover
 * @param {...(Node | string)} heading what stands before it
 */
export function failoverItem(failover, ...heading) {
  const { startedAt, sentence } = failover;
  return h(
    'li',
    { class: 'failover' },
    h('div', { class: 'failover-head' }, timeOf(startedAt), ...heading),
    timeline(failover),
    h('p', { class: 'failover-total' }, totalOf(failover)),
    h('p', { class: 'failover-text' }, sentence),
  );
}

/**
 * The line. Milliseconds and minutes are on it side by side, so a gap is as long as the logarithm of its time.
 *
 * @param {Failover} failover
 */
function timeline({ steps, over: isOver, what, sentence }) {
  const over = isOver || what === 'joined';
  const gaps = steps.map(({ afterMs }, index) => afterMs - (steps[index - 1]?.afterMs ?? 0));
  const lengths = gaps.map((gap, index) => (index === 0 ? 0 : Math.log10(1 + gap) + 1.2));
  const whole = lengths.reduce((sum, length) => sum + length, 0) + (over ? 0 : 1.2);
  let sum = 0;
  const places = lengths.map((length) => {
    sum += length;
    return whole === 0 ? 6 : 6 + (sum / whole) * 88;
  });
  const end = over || steps.length === 0 ? (places.at(-1) ?? 6) : 94;
  return s(
    'svg',
    { class: 'timeline', width: '100%', height: 46, role: 'img', 'aria-label': sentence },
    s('line', { class: 'timeline-line', x1: '6%', x2: `${places.at(-1) ?? 6}%`, y1: 20, y2: 20 }),
    ...(over
      ? []
      : [s('line', { class: 'timeline-open', x1: `${places.at(-1) ?? 6}%`, x2: `${end}%`, y1: 20, y2: 20 })]),
    ...steps.flatMap(({ step, at, afterMs }, index) => {
      const place = places[index] ?? 6;
      const before = places[index - 1];
      const title = `${wordFor(step)} at ${at}, ${duration(afterMs)} after the first step`;
      return [
        before === undefined
          ? null
          : s('text', { class: 'timeline-gap', x: `${(place + before) / 2}%`, y: 12 }, duration(gaps[index] ?? 0)),
        s(
          'circle',
          { class: 'timeline-dot', 'data-tone': dotTone(step), cx: `${place}%`, cy: 20, r: 5 },
          s('title', {}, title),
        ),
        s('text', { class: 'timeline-step', x: `${place}%`, y: 40 }, wordFor(step)),
      ];
    }),
  );
}

/** @param {Failover} failover */
function totalOf({ what, over, durationMs }) {
  if (what === 'joined') return 'joined';
  return over ? duration(durationMs) : 'under way';
}

/** @param {string} step */
function dotTone(step) {
  return step === 'wired' || step === 'let-go' ? 'good' : toneOf(step);
}
