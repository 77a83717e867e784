// The page: follows the service, and shows what it tells.
import { drawFigures } from './charts.js';
import { announce, byId, fill, h } from './dom.js';
import { showHealth, showLost } from './health.js';
import { VipTable } from './list.js';
import { follow } from './live.js';
import { failoverItem } from './timeline.js';
import { refreshAges } from './words.js';

/**
 * @typedef {import('./wire.js').PageState} PageState
 * @typedef {import('./wire.js').LatestFailover} LatestFailover
 */

const table = new VipTable();
const search = /** @type {HTMLInputElement} */ (byId('search'));
const shownFailovers = 6;
/** @type {string | undefined} */
let failoversText;
let isLost = false;

follow({
  told: (state) => {
    if (isLost) {
      isLost = false;
      table.restart();
      announce('The service answers again');
    }
    showHealth(state);
    drawFigures(byId('figures'), state);
    showFailovers(state.failovers.slice(0, shownFailovers));
    table.heard(state.revision);
  },
  lost: (since) => {
    isLost = true;
    showLost(since);
  },
});

/** @param {readonly LatestFailover[]} failovers */
function showFailovers(failovers) {
  const text = JSON.stringify(failovers);
  if (text === failoversText) return;
  failoversText = text;
  const list = byId('failovers');
  if (failovers.length === 0) {
    fill(list, h('li', { class: 'muted' }, 'None since the service was started.'));
    return;
  }
  fill(
    list,
    ...failovers.map((failover) =>
      failoverItem(
        failover,
        h(
          'button',
          {
            class: 'link address',
            type: 'button',
            click: () => {
              showVip(failover.key);
            },
          },
          failover.address,
        ),
      ),
    ),
  );
}

/** @param {string} key */
function showVip(key) {
  search.value = key;
  table.show(key);
}

search.addEventListener('input', () => {
  table.search(search.value.trim());
});
byId('search-form').addEventListener('submit', (event) => {
  event.preventDefault();
  table.focus();
});

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = event.target === search;
  if (event.key === '/' && !isTyping) {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === 'ArrowDown' && isTyping) {
    event.preventDefault();
    table.focus();
  } else if (event.key === 'Escape') {
    if (!isTyping && table.close()) return;
    if (search.value === '') return;
    search.value = '';
    table.search('');
    search.focus();
  }
});

const theme = byId('theme');
const dark = matchMedia('(prefers-color-scheme: dark)');
function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen === undefined ? dark.matches : chosen === 'dark';
}
function showTheme() {
  fill(theme, isDark() ? 'Light' : 'Dark');
  theme.setAttribute('aria-label', isDark() ? 'Use light colours' : 'Use dark colours');
}
theme.addEventListener('click', () => {
  const next = isDark() ? 'light' : 'dark';
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem('theme', next);
  } catch {
    // It counts for this page only, then.
  }
  showTheme();
});
dark.addEventListener('change', showTheme);
showTheme();
setInterval(refreshAges, 1_000);
