import { z } from 'zod';
import { kinds, type Kind } from '../model/index.js';

type RawObject = Readonly<Record<string, unknown>>;

function perKind<T>(make: (kind: Kind) => T): Readonly<Record<Kind, T>> {
  return Object.fromEntries(kinds.map((kind) => [kind, make(kind)])) as Record<Kind, T>;
}

const rawObject = z.record(z.string(), z.unknown());

/** `{"<kind>": {...}}` → the object, not parsed any further: what is wrong inside it is not the answer's fault. */
export const objectAnswers: Readonly<Record<Kind, z.ZodType<RawObject>>> = perKind((kind) =>
  z.looseObject({ [kind]: rawObject }).transform((answer) => answer[kind] ?? {}),
);

/** A page of a list, its entries as they came. `marker` is where the next page begins; undefined if there is none. */
export interface RawPage {
  readonly entries: readonly unknown[];
  readonly marker: string | undefined;
}

/**
 * `{"<kind>s": [...], "marker": ...}` → the page. A server that pages sends a marker, null at the end (docs/opensdn.md, 5.1);
 * one that does not has sent everything.
 */
export const pageAnswers: Readonly<Record<Kind, z.ZodType<RawPage>>> = perKind((kind) =>
  z
    .looseObject({ [`${kind}s`]: z.array(z.unknown()) })
    .and(z.looseObject({ marker: z.string().nullish() }))
    .transform((answer) => ({ entries: entriesOf(answer[`${kind}s`]), marker: answer.marker ?? undefined })),
);

function entriesOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** `{"<kind>s": {"count": n}}` → n. */
export const countAnswers: Readonly<Record<Kind, z.ZodType<number>>> = perKind((kind) =>
  z
    .looseObject({ [`${kind}s`]: z.looseObject({ count: z.number() }) })
    .transform((answer) => answer[`${kind}s`]?.count ?? 0),
);

/** `{"uuid": ...}`, the answer to a reference update. */
export const uuidAnswer = z.looseObject({ uuid: z.string() });

/** Any JSON, or nothing: deletes and map updates are answered with an empty body (recordings 09 and 11). */
export const anyAnswer = z.unknown();
