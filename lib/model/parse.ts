import type { z } from 'zod';
import { SvcMonitorError } from '../base/errors/index.js';
import { definitionOf, type ConfigObject, type Kind } from './kinds.js';

/**
 * Parses an object of the config API.
 *
 * @param raw the object without its wrapper (`{"uuid", "fq_name", ...}`)
 * @throws SvcMonitorError `invalid-object` with kind, uuid (if there is one) and every problem, each with its path
 */
export function parseObject<K extends Kind>(kind: K, raw: unknown): ConfigObject<K> {
  const result = definitionOf(kind).schema.safeParse(raw);
  if (result.success) return result.data as unknown as ConfigObject<K>;
  throw new SvcMonitorError('invalid-object', `the ${kind} does not have the shape of its kind`, {
    details: { kind, uuid: uuidOf(raw), problems: problemsOf(result.error) },
  });
}

/** The problems that zod found, one text each: where, and what is wrong. The values themselves are left out. */
export function problemsOf(error: z.ZodError): readonly string[] {
  return error.issues.map((issue) => `${issue.path.length === 0 ? '(top)' : issue.path.join('.')}: ${issue.message}`);
}

/** The `uuid` of something that may be an object, as text for a log line. */
export function uuidOf(raw: unknown): string | undefined {
  if (typeof raw !== 'object' || raw === null || !('uuid' in raw)) return undefined;
  return typeof raw.uuid === 'string' ? raw.uuid : undefined;
}
