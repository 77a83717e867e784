// All that is known of one VIP.
import { fill, h } from './dom.js';
import { problemItem } from './health.js';
import { failoverItem } from './timeline.js';
import { counted, idOf, stateOf, timeOf } from './words.js';

/**
 * @typedef {import('./wire.js').Vip} Vip
 * @typedef {import('./wire.js').Port} Port
 * @typedef {import('./wire.js').FloatingIp} FloatingIp
 * @typedef {import('./wire.js').Incident} Incident
 */

/**
 * Asks for a VIP; undefined if it is gone.
 *
 * @param {string} key
 * @param {AbortSignal} signal
 * @returns {Promise<Vip | undefined>}
 */
export async function askForVip(key, signal) {
  const answer = await fetch(`/status/vips/${key.split('/').map(encodeURIComponent).join('/')}`, { signal });
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(`the service answers ${answer.status}`);
  return /** @type {Vip} */ (await answer.json());
}

/**
 * Shows a VIP.
 *
 * @param {Element} element
 * @param {Vip} vip
 */
export function showVip(element, vip) {
  fill(
    element,
    vip.problems.length === 0 ? null : h('ol', { class: 'problems' }, ...vip.problems.map(problemItem)),
    h(
      'div',
      { class: 'detail-columns' },
      h('div', {}, h('h3', {}, 'Whose it is'), facts(vip)),
      h('div', {}, h('h3', {}, 'Floating ips'), floatingIps(vip.floatingIps)),
    ),
    h('h3', {}, 'Amphora ports'),
    ports(vip.ports),
    vip.plan === undefined
      ? null
      : h('div', {}, h('h3', {}, 'To be written'), h('pre', { class: 'plan', tabindex: 0 }, vip.plan)),
    h('h3', {}, 'What happened'),
    happened(vip),
  );
}

/** @param {Vip} vip */
function facts({ loadBalancer, tenant, network, vipPort, addresses, key }) {
  return h(
    'dl',
    { class: 'facts' },
    ...named('Load balancer', loadBalancer),
    ...named('Tenant', tenant),
    ...named('VIP port', vipPort),
    ...named('Network', network),
    ...fact('Addresses', ...addresses.map((address) => h('span', { class: 'address' }, address))),
    ...fact('Key', idOf(key)),
  );
}

/**
 * @param {string} name
 * @param {{ readonly uuid: string, readonly name?: string } | undefined} object
 */
function named(name, object) {
  if (object === undefined) return fact(name, 'not known');
  const isTold = object.name === undefined || object.name.includes(object.uuid);
  return fact(name, ...(isTold ? [] : [h('span', { class: 'name' }, object.name)]), idOf(object.uuid));
}

/**
 * @param {string} name
 * @param {...(Node | string)} value
 */
function fact(name, ...value) {
  return [h('dt', {}, name), h('dd', {}, ...value)];
}

/** @param {readonly FloatingIp[]} all */
function floatingIps(all) {
  if (all.length === 0) return h('p', { class: 'muted' }, 'No floating ip is associated with it.');
  return h(
    'ul',
    { class: 'objects' },
    ...all.map(({ uuid, address, state, why, references, episode }) =>
      h(
        'li',
        {},
        h(
          'p',
          {},
          h('span', { class: 'address' }, address ?? uuid),
          ' ',
          stateOf(state),
          h('span', { class: 'muted' }, ` ${counted(references, 'reference')}`),
        ),
        h('p', {}, idOf(uuid)),
        h('p', { class: 'muted' }, sentence(why)),
        episode === undefined ? null : h('p', { class: 'muted episode' }, sentence(episode)),
      ),
    ),
  );
}

/** @param {readonly Port[]} all */
function ports(all) {
  if (all.length === 0) return h('p', { class: 'muted' }, 'No amphora carries the VIP.');
  return h(
    'ul',
    { class: 'objects ports' },
    ...all.map(({ uuid, name, state, why, addresses, instance, tenant }) =>
      h(
        'li',
        {},
        h('p', {}, stateOf(state), ' ', h('span', { class: 'address' }, addresses.join(', '))),
        name === undefined ? null : h('p', { class: 'name' }, name),
        h('p', {}, idOf(uuid)),
        h('p', { class: 'muted' }, sentence(why)),
        instance === undefined ? null : h('p', { class: 'muted' }, 'Instance ', idOf(instance)),
        tenant === undefined ? null : h('p', { class: 'muted' }, 'Project ', tenant.name ?? idOf(tenant.uuid)),
      ),
    ),
  );
}

/** @param {Vip} vip */
function happened({ failovers, incidents }) {
  if (failovers.length + incidents.length === 0) {
    return h('p', { class: 'muted' }, 'Nothing since the service was started.');
  }
  return h(
    'div',
    {},
    failovers.length === 0
      ? null
      : h('ol', { class: 'failovers' }, ...failovers.map((failover) => failoverItem(failover))),
    incidents.length === 0
      ? null
      : h(
          'ol',
          { class: 'incidents' },
          ...incidents.map(({ at, sentence: text }) => h('li', {}, timeOf(at), h('span', {}, text))),
        ),
  );
}

/** @param {string} text */
function sentence(text) {
  return text === '' ? '' : `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}
