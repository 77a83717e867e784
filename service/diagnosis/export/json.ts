/** A value as JSON has it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [field: string]: Json };

/** All texts of a value. */
export function* textsOf(value: Json): Generator<string, void, void> {
  if (typeof value === 'string') yield value;
  else if (typeof value === 'object' && value !== null) {
    if (isList(value)) for (const entry of value) yield* textsOf(entry);
    else for (const entry of Object.values(value)) yield* textsOf(entry);
  }
}

/** Whether it is a list. */
export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
