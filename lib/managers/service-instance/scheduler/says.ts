import { z } from 'zod';
import { optional } from '../../../model/index.js';
import type { Look } from './states.js';

/** A process of a node, as it tells of itself. */
export const processSchema = z.looseObject({
  module_id: optional(z.string()),
  instance_id: optional(z.coerce.string()),
  state: optional(z.string()),
});

/** What a vRouter says of itself, by analytics or by its agent. */
export interface VrouterSays {
  /** `VROUTER`, `TSN` or `TOR`. */
  readonly mode: string;
  readonly processes: readonly z.output<typeof processSchema>[];
}

/** Whether a vRouter works: an ordinary one, whose agent is functional (recording svc-monitor/81). */
export function lookOf({ mode, processes }: VrouterSays): Look {
  if (mode !== 'VROUTER') return 'bad';
  const works = processes.some(
    ({ module_id: module, instance_id: instance, state }) =>
      module === 'contrail-vrouter-agent' && instance === '0' && state === 'Functional',
  );
  return works ? 'up' : 'bad';
}
