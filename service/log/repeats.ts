import type { Clock, LogFields } from '../../lib/index.js';
import type { LogLevel } from '../config/index.js';
import type { SuppressedLines } from './suppressed.js';

/** How long a window of {@link RepeatFilter} is. Milliseconds. */
export const repeatWindowMs = 60_000;

/**
 * How many lines of one message are written in a window, by level. What warns tells of a state, and the first lines show it; what informs
 * tells of events, of which each counts, up to what a failure of a whole host makes. Debug lines are asked for, all of them.
 */
export const linesInWindow: Readonly<Record<LogLevel, number>> = { error: 60, warn: 60, info: 5_000, debug: Infinity };

interface Window {
  /** Monotonic, milliseconds. */
  readonly begunAt: number;
  /** Whether it ends by itself: as soon as there is something to tell then. */
  isTimed: boolean;
  readonly level: LogLevel;
  readonly message: string;
  /** What was written, by what it is about. Only of warnings and errors. */
  readonly written: Set<string>;
  lines: number;
  repeated: number;
  tooMany: number;
}

const longestValue = 200;

/**
 * Keeps a line back that was written already, with the same values, less than a minute ago, and more lines of one message than
 * anybody reads. What is kept back is counted, and told by one line when the minute is over. Values that are numbers may differ: they
 * are durations, attempts and sizes.
 */
export class RepeatFilter {
  private readonly windows = new Map<string, Window>();

  /** @param tell writes the line about those that were kept back */
  public constructor(
    private readonly clock: Clock,
    private readonly suppressed: SuppressedLines,
    private readonly tell: (level: LogLevel, message: string, fields: LogFields) => void,
  ) {}

  /** Whether the line is to be written now. */
  public admits(level: LogLevel, message: string, fields: LogFields): boolean {
    if (level === 'debug') return true;
    const window = this.windowOf(level, message);
    if (level !== 'info') {
      const about = aboutOf(fields);
      if (window.written.has(about)) return this.keepBack(window, 'repeated');
      if (window.lines < linesInWindow[level]) window.written.add(about);
    }
    if (window.lines >= linesInWindow[level]) return this.keepBack(window, 'too-many');
    window.lines += 1;
    return true;
  }

  /** Tells what was kept back so far, and begins anew. */
  public flush(): void {
    for (const [name, window] of [...this.windows]) this.end(name, window);
  }

  private windowOf(level: LogLevel, message: string): Window {
    const name = `${level} ${message}`;
    const now = this.clock.monotonic();
    const known = this.windows.get(name);
    if (known !== undefined && now - known.begunAt < repeatWindowMs) return known;
    if (known !== undefined) this.end(name, known);
    const counts = { lines: 0, repeated: 0, tooMany: 0 };
    const window = { begunAt: now, isTimed: false, level, message, written: new Set<string>(), ...counts };
    this.windows.set(name, window);
    return window;
  }

  private keepBack(window: Window, reason: 'repeated' | 'too-many'): false {
    if (reason === 'repeated') window.repeated += 1;
    else window.tooMany += 1;
    this.suppressed.add(reason);
    if (window.isTimed) return false;
    window.isTimed = true;
    // So that it is told though nothing follows.
    this.clock.schedule(repeatWindowMs - (this.clock.monotonic() - window.begunAt), () => {
      this.end(`${window.level} ${window.message}`, window);
    });
    return false;
  }

  private end(name: string, window: Window): void {
    if (this.windows.get(name) !== window) return;
    this.windows.delete(name);
    const { level, message, repeated, tooMany } = window;
    if (repeated + tooMany === 0) return;
    this.tell(level, 'log lines kept back', { line: message, repeated, tooMany, windowMs: repeatWindowMs });
  }
}

/** What a line is about: its values that are texts, each up to a bound. */
function aboutOf(fields: LogFields): string {
  return Object.entries(fields)
    .flatMap(([name, value]) => (typeof value === 'string' ? [`${name}=${value.slice(0, longestValue)}`] : []))
    .join('\n');
}
