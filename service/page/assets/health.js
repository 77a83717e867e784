// Whether all is well: the banner, the problems, and the parts of the service.
import { announce, byId, fill, h } from './dom.js';
import { ageOf, count, counted, idOf, timeOf } from './words.js';

/**
 * @typedef {import('./wire.js').PageState} PageState
 * @typedef {import('./wire.js').Problem} Problem
 */

const shownAtFirst = 4;
let showsAll = false;

/**
 * Shows the state of the service.
 *
 * @param {PageState} state
 */
export function showHealth(state) {
  showBanner(state);
  showDryRun(state);
  showProblems(state);
  showParts(state);
  fill(byId('version'), state.version);
  fill(byId('chips'), ...chips(state).map(([tone, text]) => h('span', { class: 'chip', 'data-tone': tone }, text)));
}

/**
 * The page has no connection to the service.
 *
 * @param {string | undefined} since
 */
export function showLost(since) {
  const text =
    since === undefined
      ? [h('p', {}, 'It does not answer. This page tries again by itself.')]
      : [
          h(
            'p',
            {},
            'The connection was lost ',
            ageOf(since),
            '. What is shown is from then; this page tries again by itself.',
          ),
        ];
  banner('lost', 'The service does not answer', ...text);
  document.body.dataset.lost = '';
}

/** @param {PageState} state */
function showBanner(state) {
  delete document.body.dataset.lost;
  const { reasons, problemCount } = state;
  const vips = state.controllers['octavia-vip'];
  if (state.state === 'starting' && state.resync.lastFinishedAt === undefined) {
    banner('waiting', 'Starting: everything is read for the first time', ...reasonList(reasons));
    return;
  }
  if (reasons.length > 0) {
    banner('bad', 'Not ready', ...reasonList(reasons), ...sinceText(state));
    return;
  }
  if (state.role === 'standby') {
    banner('standby', 'Standing by', h('p', {}, ...leaderText(state)));
    return;
  }
  if (problemCount > 0) {
    banner(
      'warn',
      `Working, with ${counted(problemCount, 'problem')}`,
      h('p', {}, `${watched(vips)} What is wrong stands below.`),
    );
    return;
  }
  banner('good', 'All is well', h('p', {}, watched(vips)), ...sinceText(state));
}

/** @param {PageState} state */
function sinceText({ health }) {
  return [h('p', { class: 'muted' }, 'Since ', timeOf(health.since), ', ', ageOf(health.since))];
}

/**
 * Who leads instead of this one. What he calls himself is his own text.
 *
 * @param {PageState} state
 */
function leaderText({ ownership }) {
  const name = ownership?.mode === 'zookeeper' ? ownership.leaderName : undefined;
  const who = name ? [h('strong', {}, name), ' leads.'] : ['Another instance leads.'];
  return [...who, ' This one knows all that it knows, and takes over when it is gone.'];
}

/** @param {readonly string[]} reasons */
function reasonList(reasons) {
  return reasons.length === 0 ? [] : [h('ul', { class: 'reasons' }, ...reasons.map((reason) => h('li', {}, reason)))];
}

/** @param {Readonly<Record<string, unknown>> | undefined} vips */
function watched(vips) {
  const vipCount = Number(vips?.['vips'] ?? 0);
  const floatingIps = Number(vips?.['associations'] ?? 0);
  if (vipCount === 0) return 'There is no load balancer yet.';
  return `${counted(vipCount, 'VIP')} with ${counted(floatingIps, 'floating ip')} ${vipCount === 1 ? 'is' : 'are'} looked after.`;
}

/**
 * @param {string} state
 * @param {string} title
 * @param {...Node} text
 */
function banner(state, title, ...text) {
  const element = byId('banner');
  if (element.dataset.state !== state || byId('banner-title').textContent !== title) announce(title);
  element.dataset.state = state;
  fill(byId('banner-title'), title);
  fill(byId('banner-text'), ...text);
  document.title = state === 'good' ? 'svc-monitor' : `${title} – svc-monitor`;
}

/** @param {PageState} state */
function showDryRun(state) {
  const element = byId('dry-run');
  element.hidden = !state.dryRun;
  if (!state.dryRun) return;
  const planned = Number(state.controllers['octavia-vip']?.['planned'] ?? 0);
  fill(
    element,
    h('strong', {}, 'Dry run: nothing is written. '),
    planned === 0
      ? 'There is nothing that would be.'
      : `${counted(planned, 'VIP')} would be changed. Open one to see what would be written.`,
  );
}

/** @param {Pick<PageState, 'problems' | 'problemCount'>} state */
function showProblems({ problems, problemCount }) {
  byId('problems').hidden = problemCount === 0;
  const shown = showsAll ? problems : problems.slice(0, shownAtFirst);
  fill(byId('problem-list'), ...shown.map(problemItem));
  const more = byId('problems-more');
  more.hidden = problemCount <= shownAtFirst;
  const left = problemCount - problems.length;
  fill(
    more,
    showsAll
      ? `Show fewer${left > 0 ? `; ${count(left)} more are in /status` : ''}`
      : `Show ${count(problemCount - shown.length)} more`,
  );
  more.onclick = () => {
    showsAll = !showsAll;
    showProblems({ problems, problemCount });
  };
}

/**
 * A problem: what is wrong, since when, what was answered, what to do.
 *
 * @param {Problem} problem
 */
export function problemItem({ type, kind, uuid, key, message, since, setting, answer, advice }) {
  return h(
    'li',
    { class: 'problem' },
    h(
      'p',
      { class: 'problem-head' },
      h('span', { class: 'problem-type' }, type),
      ' since ',
      timeOf(since),
      ', ',
      ageOf(since),
    ),
    h('p', {}, message),
    answer === undefined ? null : h('p', { class: 'answer' }, answer),
    advice === undefined ? null : h('p', { class: 'advice' }, advice),
    h(
      'p',
      { class: 'problem-objects muted' },
      setting === undefined ? null : h('span', {}, 'Setting ', h('code', {}, setting)),
      key === undefined ? null : h('span', {}, 'VIP ', idOf(key)),
      uuid === undefined ? null : h('span', {}, `${kind ?? 'object'} `, idOf(uuid)),
    ),
  );
}

/** @param {PageState} state */
function showParts(state) {
  const { source, configApi, resync, startedAt } = state;
  const servers = configApi.servers;
  fill(
    byId('parts'),
    ...part('Changes from', source.name, source.connected ? ', connected' : ', not connected'),
    ...part(
      'Config API',
      ...servers
        .slice(0, 4)
        .flatMap(({ url, current }) => [h('span', { class: current ? 'server current' : 'server' }, url)]),
    ),
    ...part(
      'Last full read',
      resync.lastFinishedAt === undefined ? 'none yet' : ageOf(resync.lastFinishedAt),
      resync.running ? ', one under way' : '',
    ),
    ...part('Known', `${count(Object.values(state.cache).reduce((sum, one) => sum + one, 0))} objects`),
    ...part('Started', ageOf(startedAt)),
  );
}

/**
 * @param {string} name
 * @param {...(Node | string)} value
 */
function part(name, ...value) {
  return [h('div', {}, h('dt', {}, name), h('dd', {}, ...value))];
}

/**
 * @param {PageState} state
 * @returns {readonly (readonly [string, string])[]}
 */
function chips(state) {
  return [
    /** @type {const} */ ([state.role === 'standby' ? 'busy' : 'good', state.role]),
    ...(state.dryRun ? [/** @type {const} */ (['busy', 'dry run'])] : []),
  ];
}
