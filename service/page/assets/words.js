// Words for what the service says, and how numbers and times are written.
import { h } from './dom.js';

/** @type {Readonly<Record<string, string>>} */
const words = {
  member: 'member',
  waiting: 'waiting',
  leaving: 'leaving',
  orphan: 'orphan',
  refused: 'refused',
  'left-behind': 'left behind',
  wired: 'wired',
  'being-wired': 'being wired',
  planned: 'planned',
  'being-restored': 'being restored',
  ending: 'ending',
  ok: 'well',
  busy: 'busy',
  wrong: 'problem',
  came: 'came',
  'let-go': 'let go',
  gone: 'gone',
  stripped: 'torn off',
  restored: 'back',
};

/**
 * How a state is seen: `good`, `busy`, `bad` or `quiet`.
 *
 * @type {Readonly<Record<string, string>>}
 */
const tones = {
  member: 'good',
  wired: 'good',
  ok: 'good',
  restored: 'good',
  waiting: 'busy',
  leaving: 'busy',
  busy: 'busy',
  planned: 'busy',
  'being-wired': 'busy',
  'being-restored': 'busy',
  ending: 'busy',
  refused: 'bad',
  wrong: 'bad',
  stripped: 'bad',
  orphan: 'bad',
  'left-behind': 'bad',
};

/** @param {string} name */
export function wordFor(name) {
  return words[name] ?? name;
}

/** @param {string} name */
export function toneOf(name) {
  return tones[name] ?? 'quiet';
}

/**
 * A state as a mark and a word: colour alone tells nothing to some.
 *
 * @param {string} state
 * @param {string} [text]
 */
export function stateOf(state, text = wordFor(state)) {
  return h('span', { class: 'state', 'data-tone': toneOf(state) }, text);
}

const grouped = new Intl.NumberFormat('en');

/** @param {number} value */
export function count(value) {
  return grouped.format(value);
}

/**
 * @param {number} value
 * @param {string} one
 * @param {string} [many]
 */
export function counted(value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** @param {number} ms */
export function duration(ms) {
  if (ms < 10) return `${Math.round(ms * 10) / 10} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return longDuration(ms);
}

/** @param {number} ms */
function longDuration(ms) {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) {
    const seconds = Math.floor((ms % 60_000) / 1_000);
    return seconds === 0 ? `${minutes} min` : `${minutes} min ${seconds} s`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/**
 * A time as people read it, with the whole of it for who asks.
 *
 * @param {string} iso
 */
export function timeOf(iso) {
  const date = new Date(iso);
  const isToday = date.toDateString() === new Date().toDateString();
  const clock = date.toLocaleTimeString('en-GB');
  const text = isToday ? clock : `${date.toLocaleDateString('en-CA')} ${clock}`;
  return h('time', { datetime: iso, title: iso }, text);
}

/**
 * How long ago something was. It goes on by itself: see {@link refreshAges}.
 *
 * @param {string} iso
 */
export function ageOf(iso) {
  return h('time', { datetime: iso, title: iso, class: 'age' }, ageText(iso));
}

/** Brings the ages on the page up to date. */
export function refreshAges() {
  for (const element of document.querySelectorAll('time.age')) {
    const text = ageText(element.getAttribute('datetime') ?? '');
    if (element.textContent !== text) element.textContent = text;
  }
}

/** @param {string} iso */
function ageText(iso) {
  const ms = Math.max(Date.now() - Date.parse(iso), 0);
  return ms < 1_000 ? 'just now' : ms < 60_000 ? `${Math.floor(ms / 1_000)} s ago` : `${longDuration(ms)} ago`;
}

/**
 * An id, which is selected as a whole.
 *
 * @param {string} id
 */
export function idOf(id) {
  return h('span', { class: 'id' }, id);
}
