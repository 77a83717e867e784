import { isJson } from '../../fixtures/opensdn/json.js';
import type { ServerAnswer } from './request.js';

/**
 * An answer without what belongs to one server alone: times, hosts, uuids that it made by itself, what follows from uuids (MAC addresses,
 * halves, the order of lists), numbers that depend on what else is on the server.
 *
 * @param names names for the uuids that both servers know
 */
export function normalForm(answer: ServerAnswer, names: ReadonlyMap<string, string>): ServerAnswer {
  const text = JSON.stringify(answer.body);
  const named = text
    .replaceAll(/[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}/g, (uuid) => names.get(uuid) ?? '<uuid>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}/g, '<time>')
    .replaceAll(/https?:\/\/[^/"' ]+/g, 'http://<host>')
    .replaceAll(/02(:[0-9a-f]{2}){5}/g, '<mac>')
    .replaceAll(/"(tag_id|tag_type_id)":"0x[0-9a-f]+"/g, '"$1":"<id>"')
    .replaceAll(/"(uuid_[ml]slong|virtual_network_network_id|security_group_id)":\d+/g, '"$1":0')
    .replaceAll(/uvh_vif_tap[0-9a-f-]{11}/g, 'uvh_vif_tap<uuid>')
    // Hrefs in a text stand in the order of uuids.
    .replaceAll(/\['http:[^\]]*\]/g, (list) => `[${list.slice(1, -1).split(', ').toSorted().join(', ')}]`);
  return { status: answer.status, body: inOneOrder(JSON.parse(named)) };
}

function inOneOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    const entries = (value as readonly unknown[]).map(inOneOrder);
    // Lists of objects stand in the order of uuids; other lists have an order of their own.
    return entries.every(isJson)
      ? entries.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
      : entries;
  }
  if (!isJson(value)) return value;
  const entries = Object.entries(value).map(([key, entry]): [string, unknown] => [key, inOneOrder(entry)]);
  return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
