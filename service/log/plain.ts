import { errorFields } from '../../lib/index.js';
import { isSecretName, masked, maskedBeginning } from '../mask.js';

const deepest = 6;
const longestText = 4096;
const longestList = 100;

/**
 * A field's value as JSON can hold it: secrets masked by their name, errors as their message and code, texts and depth bounded,
 * circles cut.
 */
export function plain(value: unknown, ancestors: readonly object[] = []): unknown {
  switch (typeof value) {
    case 'string':
      return maskedBeginning(value, longestText);
    case 'bigint':
    case 'symbol':
    case 'function':
      return String(value);
    case 'object':
      return value === null ? null : plainObject(value, ancestors);
    default:
      return value;
  }
}

function plainObject(value: object, ancestors: readonly object[]): unknown {
  if (ancestors.includes(value)) return '(circular)';
  if (ancestors.length >= deepest) return '(too deep)';
  const inner = [...ancestors, value];
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '(invalid date)' : value.toISOString();
  if (value instanceof Error) return plainFields(errorFields(value), inner);
  if (value instanceof Map) return plainMap(value, inner);
  if (value instanceof Set) return plainList([...value], inner);
  if (Array.isArray(value)) return plainList(value, inner);
  return plainFields(value, inner);
}

function plainMap(value: ReadonlyMap<unknown, unknown>, ancestors: readonly object[]): unknown {
  const entries = [...value].map(([name, entry]) => [String(name), entry] as const);
  return plainFields(Object.fromEntries(entries), ancestors);
}

function plainList(values: readonly unknown[], ancestors: readonly object[]): unknown {
  const shown = values.slice(0, longestList).map((entry) => plain(entry, ancestors));
  return values.length > longestList ? [...shown, `… ${values.length - longestList} more`] : shown;
}

/** The fields of an object, each by {@link plain}. */
export function plainFields(fields: object, ancestors: readonly object[] = []): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, isSecretName(name) ? masked : plain(value, ancestors)]),
  );
}
