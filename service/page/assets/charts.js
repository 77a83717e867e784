// Small charts of the last ten minutes.
import { fill, h, s } from './dom.js';
import { count, counted, duration } from './words.js';

/**
 * @typedef {import('./wire.js').PageState} PageState
 * @typedef {import('./wire.js').Sample} Sample
 */

const width = 120;
const height = 28;

/**
 * The figures, with what they were.
 *
 * @param {Element} element
 * @param {PageState} state
 */
export function drawFigures(element, state) {
  const { samples } = state;
  const vips = state.controllers['octavia-vip'];
  const latest = samples.at(-1);
  const queue = Object.values(state.controllers).reduce((sum, one) => sum + one.queue.length, 0);
  fill(
    element,
    figure('VIPs', count(Number(vips?.vips ?? 0))),
    figure('Floating ips', count(Number(vips?.associations ?? 0))),
    figure(
      'Queue',
      count(queue),
      chart(samples, ({ queue: waiting }) => waiting, 'VIPs that wait'),
    ),
    figure(
      'Changes',
      rate(latest?.changes),
      chart(samples, ({ changes }) => changes, 'changes a second'),
    ),
    figure(
      'Writes',
      rate(latest?.writes),
      chart(samples, ({ writes }) => writes, 'writes a second'),
    ),
    figure(
      'Reaction',
      last(samples, ({ reactionMs }) => reactionMs),
      chart(samples, ({ reactionMs }) => reactionMs, 'ms from change to write, the longest'),
    ),
    figure(
      'Config API',
      last(samples, ({ requestMs }) => requestMs),
      chart(samples, ({ requestMs }) => requestMs, 'ms a request'),
    ),
  );
}

/**
 * @param {string} name
 * @param {string} value
 * @param {Element} [drawing]
 */
function figure(name, value, drawing) {
  return h(
    'div',
    { class: 'figure' },
    h('p', { class: 'figure-name' }, name),
    h('p', { class: 'figure-value' }, value),
    drawing,
  );
}

/** @param {number | undefined} perSecond */
function rate(perSecond = 0) {
  return `${perSecond >= 10 ? count(Math.round(perSecond)) : Math.round(perSecond * 10) / 10} /s`;
}

/**
 * @param {readonly Sample[]} samples
 * @param {(sample: Sample) => number | null} of
 */
function last(samples, of) {
  const value = samples.map(of).findLast((one) => one !== null);
  return typeof value === 'number' ? duration(value) : '–';
}

/**
 * A line of values; what was not measured is left open.
 *
 * @param {readonly Sample[]} samples
 * @param {(sample: Sample) => number | null} of
 * @param {string} what
 */
function chart(samples, of, what) {
  const values = samples.map(of);
  const most = Math.max(...values.map((value) => value ?? 0), 0);
  const step = width / Math.max(values.length - 1, 1);
  /** @param {number} value */
  const heightOf = (value) => (most === 0 ? height - 1 : height - 1 - (value / most) * (height - 4));
  /** @type {string[]} */
  const path = [];
  /** @type {Element[]} */
  const dots = [];
  values.forEach((value, index) => {
    if (value === null) return;
    const before = values[index - 1] ?? null;
    const after = values[index + 1] ?? null;
    const x = (index * step).toFixed(1);
    const y = heightOf(value).toFixed(1);
    path.push(`${before === null ? 'M' : 'L'}${x} ${y}`);
    if (before === null && after === null) dots.push(s('circle', { cx: x, cy: y, r: 1.5 }));
  });
  const label = `${what}, at most ${Math.round(most * 10) / 10} in the last ${counted(Math.max(Math.round((samples.length * 5) / 60), 1), 'minute')}`;
  return s(
    'svg',
    {
      class: 'spark',
      viewBox: `0 0 ${width} ${height}`,
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': label,
    },
    s('title', {}, label),
    s('line', { class: 'spark-base', x1: 0, x2: width, y1: height - 1, y2: height - 1 }),
    s('path', { class: 'spark-line', d: path.join('') }),
    ...dots,
  );
}
