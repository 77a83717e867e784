/**
 * Logging as an interface: a constant message and fields. The service adapts winston to it; the library ships only the silent one.
 * Secrets never go into a field.
 */
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

/** An error as log fields: code, message and the messages of its causes, no stack of known failures. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: String(error) };
  const code = 'code' in error ? { code: error.code } : {};
  const causes: string[] = [];
  for (let cause = error.cause; cause instanceof Error && causes.length < 5; cause = cause.cause) causes.push(cause.message);
  return {
    error: error.message,
    ...code,
    ...(causes.length > 0 ? { causes } : {}),
    ...('code' in error && error.code !== 'bug' ? {} : { stack: error.stack }),
  };
}
