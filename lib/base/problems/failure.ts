import type { SvcMonitorError } from '../errors/index.js';
import type { Problem } from './problem.js';
import { problemTypes, type ProblemType, type ProblemTypes } from './types.js';

/** A problem whose beginning is not known to whoever tells of it. */
export type PartFailure = Omit<Problem<ProblemType>, 'since'>;

/** The details of an error that say what an operator has to know of it. */
export interface OperatorDetails {
  readonly problem?: ProblemType;
  readonly setting?: string;
  readonly answer?: string;
  readonly advice?: string;
}

/**
 * An error as a problem: what its details tell an operator, and else what holds for all of the type. This is the one place where an
 * error becomes a problem.
 *
 * @param type what it is if the error itself does not say
 */
export function failureOf(error: SvcMonitorError, type: ProblemType): PartFailure {
  const { problem, setting, answer, advice } = error.details as Readonly<Record<string, unknown>>;
  const own = typeof problem === 'string' && problem in problemTypes ? (problem as ProblemType) : type;
  return {
    type: own,
    message: error.message,
    ...(typeof setting === 'string' ? { setting } : {}),
    ...(typeof answer === 'string' ? { answer } : {}),
    advice: typeof advice === 'string' ? advice : problemTypes[own].advice,
  };
}

/**
 * A problem of a documented type, with the advice that holds for all of the type where it has none of its own, and with the setting where
 * the type has just one.
 */
export function problemOf<T extends string>(
  types: Readonly<Record<T, ProblemTypes[string]>>,
  type: T,
  fields: Omit<Problem<T>, 'type'>,
): Problem<T> {
  const { advice, settings = [] } = types[type];
  const [setting] = settings;
  return { type, advice, ...(setting !== undefined && settings.length === 1 ? { setting } : {}), ...fields };
}
