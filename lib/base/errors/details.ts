import type { Remedy } from './remedy.js';

/** An object that another one's delete or create ran into. `kind` is dashed, and may be one that the library does not know. */
export interface ConflictingObject {
  readonly kind: string;
  readonly uuid: string;
}

/**
 * The details that callers may rely on, by code; `errorCodes` says what they are. One that is not optional here has to be given by whoever
 * throws the code, else it does not compile. What else an error has among its details is for people to read, and may change.
 */
export interface DocumentedDetails {
  readonly conflict: {
    readonly referrers?: readonly ConflictingObject[];
    readonly children?: readonly ConflictingObject[];
    readonly existingUuid?: string;
  };
  readonly 'invalid-object': {
    readonly kind: string;
    readonly uuid: string | undefined;
    readonly problems: readonly string[];
  };
  readonly 'invalid-configuration': { readonly problems: readonly string[] };
  readonly 'not-synced': {
    readonly kinds: readonly string[];
    readonly lastError: string | undefined;
    readonly timeoutMs: number;
  };
  readonly unauthorized: Remedy;
  readonly forbidden: Remedy;
  readonly unavailable: Remedy;
  readonly timeout: Omit<Remedy, 'answer'>;
  readonly 'bad-answer': Remedy;
  readonly 'source-failed': Omit<Remedy, 'answer'> & { readonly reason?: string };
  readonly 'leadership-failed': { readonly setting: string; readonly reason?: string };
}

/** What else is known about a failure; plain values only, never a secret. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** The details of an error with one of these codes: what is documented of it, and whatever else. */
export type DetailsOf<C> = C extends keyof DocumentedDetails ? DocumentedDetails[C] & ErrorDetails : ErrorDetails;
