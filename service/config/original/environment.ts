import type { PlacedEntry } from '../ini/index.js';
import type { ConfigProblem } from '../problems.js';

const prefix = 'SVC_MONITOR__';

/**
 * The variables `SVC_MONITOR__<SECTION>__<option>`, as the original's container appends them to its file: in the order of their names,
 * and with `DASH` for a dash.
 */
export function readOptionVariables(environment: Readonly<Record<string, string | undefined>>): {
  readonly entries: readonly PlacedEntry[];
  readonly warnings: readonly ConfigProblem[];
} {
  const entries: PlacedEntry[] = [];
  const warnings: ConfigProblem[] = [];
  for (const variable of Object.keys(environment).sort()) {
    const value = environment[variable];
    if (!variable.startsWith(prefix) || value === undefined) continue;
    const place = variable.slice(prefix.length).replaceAll('DASH', '-');
    const end = place.lastIndexOf('__');
    const [section, name] = [place.slice(0, Math.max(end, 0)), place.slice(end + 2)];
    if (end > 0 && name !== '') entries.push({ section, name, value: value.trim(), origin: variable });
    else warnings.push({ key: variable, message: 'has no effect: it is not SVC_MONITOR__<SECTION>__<option>' });
  }
  return { entries, warnings };
}
