import type { LogFields, Logger } from '../../lib/index.js';

/** Keeps each line as JSON, of every level. */
export class RecordingLogger implements Logger {
  public readonly lines: string[] = [];

  public debug(message: string, fields?: LogFields): void {
    this.lines.push(JSON.stringify({ message, ...fields }));
  }

  public info(message: string, fields?: LogFields): void {
    this.debug(message, fields);
  }

  public warn(message: string, fields?: LogFields): void {
    this.debug(message, fields);
  }

  public error(message: string, fields?: LogFields): void {
    this.debug(message, fields);
  }

  public child(): Logger {
    return this;
  }

  public isDebugEnabled(): boolean {
    return true;
  }
}
