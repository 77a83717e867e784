import { isAborted, toSvcMonitorError, type SvcMonitorError } from '../../../lib/index.js';

/**
 * How one thing that the service needs is: `ok`; `missing`, it cannot work so; `warning`, it can, and should not stay so; `skipped`, it was not
 * looked at.
 */
export type CheckState = 'ok' | 'missing' | 'warning' | 'skipped';

/** One thing that the service needs, as it was found. */
export interface CheckRow {
  readonly what: string;
  readonly state: CheckState;
  /** What was answered, in words. */
  readonly answered: string;
  /** The key of the setting to look at. */
  readonly setting?: string;
  /** What to do. */
  readonly advice?: string;
}

/** The row of something that failed. What the error itself knows of setting and advice goes before. Throws bugs, and what was called off. */
export function failedRow(what: string, error: unknown, known: Pick<CheckRow, 'setting' | 'advice'>): CheckRow {
  const failure = toSvcMonitorError(error);
  if (isAborted(error) || failure.code === 'bug') throw error;
  return { what, state: 'missing', answered: saidBy(failure), ...known, ...remedyIn(failure) };
}

/** What an error says, and the failure that it comes from, where that says more. */
export function saidBy(error: SvcMonitorError): string {
  const cause = error.cause instanceof Error ? error.cause.message : undefined;
  return cause === undefined || cause === '' || error.message.includes(cause)
    ? error.message
    : `${error.message}: ${cause}`;
}

function remedyIn({ details }: SvcMonitorError): Pick<CheckRow, 'setting' | 'advice'> {
  const { setting, advice } = details as Readonly<Record<string, unknown>>;
  return {
    ...(typeof setting === 'string' ? { setting } : {}),
    ...(typeof advice === 'string' ? { advice } : {}),
  };
}
