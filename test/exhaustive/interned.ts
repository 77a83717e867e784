const texts = new WeakMap<object, string>();
const shared = new Map<string, object>();

/**
 * The one object that stands for all equal ones: the same for equal plain values, whatever the order of their fields, down to their parts.
 * Fields that are undefined count as absent. Values are never changed once they were handed in.
 */
export function unique<T>(value: T): T {
  return typeof value === 'object' && value !== null ? (uniqueObject(value) as T) : value;
}

/** A short text that is the same for equal plain values and for no others. */
export function canonicalText(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return texts.get(value) ?? texts.get(uniqueObject(value)) ?? '';
}

function uniqueObject(value: object): object {
  if (texts.has(value)) return value;
  const parts: unknown[] | Record<string, unknown> = Array.isArray(value) ? value.map(unique) : uniqueFields(value);
  const text = Array.isArray(parts) ? `[${parts.map(canonicalText).join()}]` : textOfFields(parts);
  const known = shared.get(text);
  if (known !== undefined) return known;
  // No other text begins so.
  texts.set(parts, `#${shared.size}`);
  shared.set(text, parts);
  return parts;
}

function uniqueFields(value: object): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) if (field !== undefined) fields[name] = unique<unknown>(field);
  return fields;
}

function textOfFields(fields: Readonly<Record<string, unknown>>): string {
  let text = '{';
  for (const name of Object.keys(fields).sort()) text += `${name}:${canonicalText(fields[name])},`;
  return text;
}

/** The same in full, for people. */
export function fullText(value: unknown): string {
  return JSON.stringify(value, (_name, field: unknown) =>
    typeof field !== 'object' || field === null || Array.isArray(field)
      ? field
      : Object.fromEntries(Object.entries(field).toSorted(([one], [other]) => (one < other ? -1 : 1))),
  );
}

/** Numbers for plain values: equal values have the same one. A state of the search is a row of them. */
export class Interned<T> {
  private readonly values: T[] = [];
  private readonly numbers = new Map<T, number>();

  /** How many different values there are. */
  public get size(): number {
    return this.values.length;
  }

  /** The number of a value. */
  public numberOf(value: T): number {
    const one = unique(value);
    const known = this.numbers.get(one);
    if (known !== undefined) return known;
    const number = this.values.push(one) - 1;
    this.numbers.set(one, number);
    return number;
  }

  /** The value of a number that was given out. */
  public valueOf(number: number): T {
    if (number < 0 || number >= this.values.length) throw new RangeError(`nothing has the number ${number}`);
    return this.values[number] as T;
  }
}

const columns = 2 ** 26;

/** What follows from two numbers, worked out once. */
export class Memo<T> {
  private readonly known = new Map<number, T>();

  public constructor(private readonly work: (one: number, other: number) => T) {}

  public of(one: number, other = 0): T {
    const key = one * columns + other;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const made = this.work(one, other);
    this.known.set(key, made);
    return made;
  }
}
