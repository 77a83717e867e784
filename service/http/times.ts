/** The names of what is a time by the wall clock, in the library's statuses and views as in what is sent. */
export type TimeName = 'at' | 'since' | `${string}At`;

/**
 * A value as it is sent: its times in ISO 8601. The library has them as milliseconds since 1970; here, at the edge, is the one place where they
 * become text.
 */
export type Wire<T> = T extends readonly (infer E)[]
  ? readonly Wire<E>[]
  : T extends object
    ? {
        readonly [K in keyof T]: K extends TimeName
          ? T[K] extends number | undefined
            ? WireTime<T[K]>
            : Wire<T[K]>
          : Wire<T[K]>;
      }
    : T;

type WireTime<T> = T extends number ? string : T;

const timeName = /^(?:at|since)$|At$/;
const latest = 8.64e15;

/** What is sent for a field: a number of the name of a time becomes ISO 8601, all else stays. */
export function timeAsText(name: string, value: unknown): unknown {
  if (typeof value !== 'number' || !timeName.test(name) || !(Math.abs(value) <= latest)) return value;
  return new Date(value).toISOString();
}
