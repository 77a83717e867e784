import type { Figure } from './figures.js';
import type { BenchSettings } from './settings.js';
import type { Stage } from './stage.js';

/** What a subject has to work with. */
export interface BenchContext {
  readonly settings: BenchSettings;
  /** Starts the processes that it needs; all end with the subject. */
  readonly stage: Stage;
  /** Tells whoever watches what goes on. */
  readonly note: (text: string) => void;
}

/** What came of a subject. */
export type SubjectResult = { readonly figures: readonly Figure[] } | { readonly skipped: string };

/** One thing to measure. */
export interface Subject {
  /** For `--only`, for the table and for thresholds. */
  readonly name: string;
  /** What is measured, in a sentence. */
  readonly what: string;
  /** Measures it; rejects if that is not possible. */
  readonly run: (context: BenchContext) => Promise<SubjectResult>;
}
