import fc from 'fast-check';

/** Commands, and how often they come. */
export interface Weighted<T> {
  readonly weight: number;
  readonly arbitrary: fc.Arbitrary<T>;
}

/** Chooses among what is there at that moment. */
export const small = fc.nat({ max: 3 });
