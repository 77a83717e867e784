// The list of VIPs: searched and turned over at the server, of which only one page is ever here.
import { askForVip, showVip } from './detail.js';
import { announce, byId, fill, h } from './dom.js';
import { count, counted, stateOf, toneOf, wordFor } from './words.js';

/**
 * @typedef {import('./wire.js').VipRow} VipRow
 * @typedef {import('./wire.js').VipList} VipList
 * @typedef {{ row: HTMLTableRowElement, button: HTMLButtonElement, text: string }} Line
 */

const limit = 50;
/** The list is asked for again no sooner than this. Milliseconds. */
const rest = 1_000;
const columns = 6;

/** The list, and the one VIP that is open in it. */
export class VipTable {
  /** @type {Map<string, Line>} */
  #lines = new Map();
  #search = '';
  #page = 1;
  #pages = 1;
  /** @type {number | undefined} */
  #revision;
  /** @type {string | undefined} */
  #open;
  /** @type {string} */
  #openText = '';
  #wasOpened = false;
  /** @type {HTMLTableRowElement | undefined} */
  #detail;
  /** @type {AbortController | undefined} */
  #asking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #later;
  #askedAt = 0;
  /** There was news while an answer was waited for. */
  #isStale = false;

  constructor() {
    byId('rows').addEventListener('keydown', (event) => {
      this.#pressed(event);
    });
    byId('page-before').addEventListener('click', () => {
      this.turn(-1);
    });
    byId('page-after').addEventListener('click', () => {
      this.turn(1);
    });
  }

  /**
   * Something that is shown has changed, perhaps.
   *
   * @param {number} revision
   */
  heard(revision) {
    if (revision === this.#revision) return;
    this.#askSoon();
  }

  /** The service was away: all is asked for again. */
  restart() {
    this.#revision = undefined;
  }

  /** @param {string} text */
  search(text) {
    if (text === this.#search) return;
    this.#search = text;
    this.#page = 1;
    void this.#ask('search');
  }

  /** @param {number} by */
  turn(by) {
    const page = Math.min(Math.max(this.#page + by, 1), this.#pages);
    if (page === this.#page) return;
    this.#page = page;
    void this.#ask(by > 0 ? 'first' : 'last');
  }

  /** Goes into the list. */
  focus() {
    this.#buttons()[0]?.focus();
  }

  /**
   * Opens a VIP, wherever it is in the list.
   *
   * @param {string} key
   */
  show(key) {
    this.#search = key;
    this.#page = 1;
    this.#open = key;
    this.#openText = '';
    void this.#ask('first');
  }

  /** Closes the one that is open. @returns {boolean} whether there was one */
  close() {
    const key = this.#open;
    if (key === undefined) return false;
    this.#toggle(key);
    this.#lines.get(key)?.button.focus();
    return true;
  }

  #rest() {
    if (this.#isStale) this.#askSoon();
  }

  #askSoon() {
    // What is under way is waited for: news that come faster than answers would else call off each one.
    if (this.#asking !== undefined) {
      this.#isStale = true;
      return;
    }
    if (this.#later !== undefined) return;
    const wait = Math.max(this.#askedAt + rest - performance.now(), 0);
    this.#later = setTimeout(() => {
      this.#later = undefined;
      void this.#ask();
    }, wait);
  }

  /** @param {'search' | 'first' | 'last'} [then] what is done when the list is there */
  async #ask(then) {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.#isStale = false;
    this.#askedAt = performance.now();
    const query = new URLSearchParams({ search: this.#search, page: String(this.#page), limit: String(limit) });
    try {
      const answer = await fetch(`/status/vips?${query.toString()}`, { signal: asking.signal });
      if (!answer.ok) throw new Error(`the service answers ${answer.status}`);
      this.#show(/** @type {VipList} */ (await answer.json()));
      if (this.#open !== undefined) await this.#askForOpen(this.#open, asking.signal);
    } catch (error) {
      // What was overtaken is no failure. Else it is asked for again with the next news.
      if (asking.signal.aborted) return;
      this.#revision = undefined;
      fill(byId('found'), `The list could not be read: ${error instanceof Error ? error.message : String(error)}`);
      return;
    } finally {
      if (this.#asking === asking) {
        this.#asking = undefined;
        this.#rest();
      }
    }
    if (then === 'first') this.#buttons()[0]?.focus();
    if (then === 'last') this.#buttons().at(-1)?.focus();
  }

  /** @param {VipList} list */
  #show(list) {
    const { vips, found, total, page, pages, revision } = list;
    this.#revision = revision;
    this.#pages = pages;
    if (page > pages) {
      this.#page = pages;
      void this.#ask();
      return;
    }
    const rows = byId('rows');
    const keys = new Set(vips.map(({ key }) => key));
    for (const [key, { row }] of this.#lines) {
      if (keys.has(key)) continue;
      row.remove();
      this.#lines.delete(key);
      if (key === this.#open) this.#closeDetail();
    }
    // A single one needs no choice.
    const [only] = vips;
    if (total === 1 && only !== undefined && !this.#wasOpened) {
      this.#wasOpened = true;
      this.#open = only.key;
    }
    /** @type {Element | null} */
    let place = rows.firstElementChild;
    for (const vip of vips) {
      const { row } = this.#line(vip);
      if (row === place) place = row.nextElementSibling;
      else rows.insertBefore(row, place);
      if (vip.key !== this.#open) continue;
      const detail = this.#detailRow();
      if (detail === place) place = detail.nextElementSibling;
      else rows.insertBefore(detail, place);
    }
    this.#tell(list);
    byId('vip-table').hidden = vips.length === 0;
    const empty = byId('empty');
    empty.hidden = vips.length > 0;
    fill(
      empty,
      total === 0
        ? 'There is no VIP with an amphora yet. One that Octavia makes shows up here at once.'
        : `Nothing of ${counted(total, 'VIP')} has “${this.#search}”.`,
    );
    byId('pages').hidden = pages === 1;
    fill(byId('page-now'), `${count(page)} of ${count(pages)}`);
    byId('page-before').toggleAttribute('disabled', page === 1);
    byId('page-after').toggleAttribute('disabled', page === pages);
    fill(byId('found'), found === total ? counted(total, 'VIP') : `${count(found)} of ${counted(total, 'VIP')}`);
  }

  /** @param {VipList} list */
  #tell({ found, total, search }) {
    if (search !== '') announce(`${count(found)} of ${counted(total, 'VIP')} found`);
  }

  /**
   * @param {VipRow} vip
   * @returns {Line}
   */
  #line(vip) {
    const text = JSON.stringify(vip);
    const known = this.#lines.get(vip.key);
    if (known?.text === text) return known;
    const button =
      known?.button ??
      h('button', {
        type: 'button',
        class: 'open',
        'aria-expanded': 'false',
        click: () => {
          this.#toggle(vip.key);
        },
      });
    fill(button, vip.address);
    button.setAttribute('aria-expanded', String(vip.key === this.#open));
    const row = known?.row ?? h('tr', { 'data-key': vip.key });
    const cells = cellsOf(vip);
    if (known === undefined) row.append(h('th', { scope: 'row' }, button), ...cells);
    else {
      // The button stays where it is: it may have the focus.
      while (row.children.length > 1) row.lastElementChild?.remove();
      row.append(...cells);
    }
    row.dataset.tone = toneOf(vip.state);
    const line = { row, button, text };
    this.#lines.set(vip.key, line);
    return line;
  }

  /** @param {string} key */
  #toggle(key) {
    const before = this.#open;
    this.#wasOpened = true;
    this.#closeDetail();
    if (before === key) return;
    const line = this.#lines.get(key);
    if (line === undefined) return;
    this.#open = key;
    line.button.setAttribute('aria-expanded', 'true');
    line.row.after(this.#detailRow());
    void this.#askForOpen(key, new AbortController().signal).catch(() => {
      this.#askSoon();
    });
  }

  #closeDetail() {
    if (this.#open !== undefined) this.#lines.get(this.#open)?.button.setAttribute('aria-expanded', 'false');
    this.#open = undefined;
    this.#openText = '';
    this.#detail?.remove();
    this.#detail = undefined;
  }

  #detailRow() {
    this.#detail ??= h(
      'tr',
      { class: 'detail' },
      h('td', { colspan: columns }, h('p', { class: 'muted' }, 'One moment.')),
    );
    return this.#detail;
  }

  /**
   * @param {string} key
   * @param {AbortSignal} signal
   */
  async #askForOpen(key, signal) {
    const vip = await askForVip(key, signal);
    if (vip === undefined || this.#open !== key) return;
    const text = JSON.stringify(vip);
    if (text === this.#openText) return;
    this.#openText = text;
    const cell = this.#detailRow().firstElementChild;
    if (cell !== null) showVip(cell, vip);
  }

  #buttons() {
    return [...byId('rows').querySelectorAll('button.open')].filter((one) => one instanceof HTMLButtonElement);
  }

  /**
   * Goes on to a line, or, where there is none, to another page.
   *
   * @param {HTMLButtonElement | undefined} button
   * @param {number} by
   */
  #goTo(button, by) {
    if (button === undefined) this.turn(by);
    else button.focus();
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const buttons = this.#buttons();
    const at = buttons.findIndex((button) => button === document.activeElement);
    if (at < 0) return;
    /** @type {Readonly<Record<string, () => void>>} */
    const keys = {
      ArrowDown: () => {
        this.#goTo(buttons[at + 1], 1);
      },
      ArrowUp: () => {
        this.#goTo(buttons[at - 1], -1);
      },
      Home: () => buttons[0]?.focus(),
      End: () => buttons.at(-1)?.focus(),
      PageDown: () => {
        this.turn(1);
      },
      PageUp: () => {
        this.turn(-1);
      },
    };
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  }
}

/** @param {VipRow} vip */
function cellsOf({
  loadBalancer,
  tenant,
  ports,
  portCount,
  floatingIps,
  floatingIpCount,
  state,
  problems,
  addresses,
  address,
}) {
  const others = addresses.filter((one) => one !== address);
  return [
    cell(
      'Load balancer',
      h('span', { class: 'id' }, loadBalancer?.uuid ?? 'not known'),
      ...others.map((one) => h('span', { class: 'also address' }, `also ${one}`)),
    ),
    cell('Tenant', h('span', { class: 'name', title: tenant?.uuid }, tenantName(tenant))),
    cell('Amphora ports', ...portsText(ports, portCount)),
    cell('Floating ips', ...floatingIpsText(floatingIps, floatingIpCount)),
    cell('State', stateOf(state, problems > 0 ? counted(problems, 'problem') : wordFor(state))),
  ];
}

/** @param {VipRow['tenant']} tenant */
function tenantName(tenant) {
  if (tenant === undefined) return 'not known';
  return tenant.name?.replace(/^default-domain:/, '') ?? tenant.uuid;
}

/**
 * @param {string} label
 * @param {...Node} children
 */
function cell(label, ...children) {
  return h('td', { 'data-label': label }, ...children);
}

/**
 * @param {VipRow['ports']} ports
 * @param {number} total
 */
function portsText(ports, total) {
  /** @type {Map<string, number>} */
  const states = new Map();
  for (const { state } of ports) states.set(state, (states.get(state) ?? 0) + 1);
  if (total === 0) return [h('span', { class: 'muted' }, 'none')];
  const texts = [...states].map(([state, number]) =>
    stateOf(state, state === 'member' ? counted(number, 'member') : `${number} ${wordFor(state)}`),
  );
  return total > ports.length
    ? [...texts, h('span', { class: 'muted' }, `${count(total - ports.length)} more`)]
    : texts;
}

/**
 * @param {VipRow['floatingIps']} floatingIps
 * @param {number} total
 */
function floatingIpsText(floatingIps, total) {
  if (total === 0) return [h('span', { class: 'muted' }, 'none')];
  const texts = floatingIps.map(({ address, uuid, state }) =>
    h(
      'span',
      { class: 'floating-ip' },
      h('span', { class: 'address' }, address ?? uuid),
      state === 'wired' ? null : stateOf(state),
    ),
  );
  return total > floatingIps.length
    ? [...texts, h('span', { class: 'muted' }, `${count(total - floatingIps.length)} more`)]
    : texts;
}
