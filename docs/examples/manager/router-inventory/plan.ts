import { decide, verdictOf, type Plan, type Stage } from '../../planning/index.js';
import { inventoryRules } from './rules.js';

/** The annotation that says what is on a router. */
export const inventoryKey = 'opensdn-svc-monitor/inventory';

/** What was seen of a router. */
export interface RouterSeen {
  readonly uuid: string;
  readonly vrouters: number;
  /** What its annotation says; undefined if it has none. */
  readonly said?: string;
}

/** Plans the note on a router. Pure: this is where the rules are, and what unit tests are written for. */
export function planRouter({ uuid, vrouters, said }: RouterSeen, rules: { readonly manyVrouters: number }): Plan {
  const isMany = vrouters > rules.manyVrouters;
  const wanted = vrouters === 0 ? undefined : `${vrouters}${isMany ? ' (many)' : ''}`;
  const rule = decide(inventoryRules, {
    vrouters: vrouters === 0 ? 'none' : isMany ? 'many' : 'some',
    said: said === undefined ? 'nothing' : said === wanted ? 'right' : 'wrong',
  });
  const on = { kind: 'physical-router', uuid } as const;
  const set: Readonly<Record<string, string>> =
    rule.stands === 'write' && wanted !== undefined ? { [inventoryKey]: wanted } : {};
  const remove = rule.stands === 'remove' ? [inventoryKey] : [];
  const stage: Stage = { name: 'note', writes: [{ do: 'set-entries', on, field: 'annotations', set, remove }] };
  return {
    stages: rule.stands === 'leave' ? [] : [stage],
    verdicts: [verdictOf(on, rule)],
    heeds: [],
    verify: [],
  };
}
