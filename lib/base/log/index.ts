/**
 * Logging as an interface: a constant message and fields. The service adapts winston to it; the library ships only the silent one.
 * Secrets never go into a field.
 */
import { SvcMonitorError } from '../errors/index.js';

/** What a line says besides its message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where log lines go. One line per failure, written where the failure is handled. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to each line. */
  child(fields: LogFields): Logger;
  /** Whether debug lines are kept: ask before building costly fields. */
  isDebugEnabled(): boolean;
}

/** A logger that keeps nothing. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
  isDebugEnabled: () => false,
};

/**
 * An error as log fields: code, message, details and the messages of its causes. The stack only where it helps: of a bug, that is of
 * whatever is neither one of the library's other failures nor one that the operating system reports.
 */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: String(error) };
  const causes: string[] = [];
  for (let cause = error.cause; cause instanceof Error && causes.length < 5; cause = cause.cause)
    causes.push(textOf(cause));
  return {
    error: textOf(error),
    ...('code' in error ? { code: error.code } : {}),
    ...(SvcMonitorError.is(error) && Object.keys(error.details).length > 0 ? { details: error.details } : {}),
    ...(causes.length > 0 ? { causes } : {}),
    ...(isKnown(error) ? {} : { stack: stackOf(error) }),
  };
}

/** Node leaves the message empty when it tried several addresses of a host: then the code says it. */
function textOf(error: Error): string {
  if (error.message !== '') return error.message;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** Where it went wrong: of a failure that was wrapped as `bug`, the place of the failure, not of the wrapping. */
function stackOf(error: Error): string | undefined {
  return SvcMonitorError.is(error) && error.cause instanceof Error ? error.cause.stack : error.stack;
}

function isKnown(error: Error): boolean {
  if (SvcMonitorError.is(error)) return error.code !== 'bug';
  // Of Node's own codes `ECONNREFUSED` and the like are the world's doing, `ERR_INVALID_ARG_TYPE` and the like are ours.
  return 'code' in error && typeof error.code === 'string' && !error.code.startsWith('ERR_');
}
