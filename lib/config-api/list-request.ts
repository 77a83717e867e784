import { SvcMonitorError } from '../base/errors/index.js';
import type { Kind } from '../model/index.js';
import type { ListOptions } from './reader.js';
import type { ApiRequest } from './request.js';

/** Longer lists of uuids go into the body of a POST, as the stock client does it: a request line has its limits. */
const mostUuidsInPath = 25;

/** What of the objects of a list is asked for. */
export type ListForm = 'names' | 'detail' | 'count';

/** Where to begin and how much to read; `marker` is empty to begin with. */
export interface PageRequest {
  readonly marker: string;
  readonly limit: number;
}

type Unanswered = Omit<ApiRequest<unknown>, 'answer'>;

/** The request for a list, or for one page of it. Paging wants `page_marker`: `page_limit` alone is ignored (recording 11). */
export function listRequest(kind: Kind, form: ListForm, options: ListOptions, page?: PageRequest): Unanswered {
  const conditions = conditionsOf(options, form);
  if ((options.uuids?.length ?? 0) > mostUuidsInPath) {
    const form_ = form === 'names' ? {} : { [form]: true };
    const body = { type: kind, ...conditions, ...form_, exclude_hrefs: true };
    return { operation: 'bulk-list', kind, method: 'POST', path: '/list-bulk-collection', body };
  }
  const query = {
    ...(form === 'names' ? {} : { [form]: 'True' }),
    ...conditions,
    exclude_hrefs: 'True',
    ...(page === undefined ? {} : { page_limit: String(page.limit), page_marker: page.marker }),
  };
  return { operation: 'list', kind, method: 'GET', path: `/${kind}s?${queryString(query)}` };
}

/** `a=b&c=d`, encoded; commas stay readable. */
export function queryString(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%2C', ',')}`)
    .join('&');
}

function conditionsOf(options: ListOptions, form: ListForm): Readonly<Record<string, string>> {
  const { fields, parentUuid, parentFqName, backRefUuid, uuids, filters } = options;
  return {
    ...(form === 'detail' && fields !== undefined && fields.length > 0 ? { fields: fields.join(',') } : {}),
    ...(parentUuid === undefined ? {} : { parent_id: parentUuid }),
    ...(parentFqName === undefined ? {} : { parent_fq_name_str: parentFqName.join(':') }),
    ...(backRefUuid === undefined ? {} : { back_ref_id: backRefUuid }),
    ...(uuids === undefined ? {} : { obj_uuids: uuids.join(',') }),
    ...(filters === undefined || Object.keys(filters).length === 0 ? {} : { filters: filterText(filters) }),
  };
}

/**
 * `field=="value",other==true`: JSON values, as recording 11 has them.
 *
 * The server splits the text at commas and at `==` before it reads the JSON (docs/opensdn.md, 9.6), so inside strings both are
 * written as JSON escapes. A structure of several parts cannot be sent that way: `bug`.
 */
function filterText(filters: Readonly<Record<string, unknown>>): string {
  return Object.entries(filters)
    .map(([field, value]) => `${field}==${filterValue(field, value)}`)
    .join(',');
}

function filterValue(field: string, value: unknown): string {
  const json = JSON.stringify(value).replace(/"(?:[^"\\]|\\.)*"/g, (text) =>
    text.replaceAll(',', '\\u002c').replaceAll('=', '\\u003d'),
  );
  if (json.includes(',')) {
    throw new SvcMonitorError('bug', 'a list cannot be filtered by a value of several parts', { details: { field } });
  }
  return json;
}
