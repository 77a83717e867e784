import type { LogLevel } from '../config/index.js';
import type { SuppressedLines, SuppressionReason } from './suppressed.js';

interface Waiting {
  readonly text: string;
  readonly level: LogLevel;
}

/** How many bytes wait for a reader at most, besides what the stream itself has taken. */
export const longestWaiting = 262_144;

const bySeverity: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/**
 * Writes lines to a stream whose reader may be slow, hang, or be gone. So much waits for it and no more: then the least severe lines go first,
 * of these the oldest, and are counted. When the reader goes on, it is told how many it has missed.
 */
export class BoundedOutput {
  /** The oldest first. */
  private waiting: { readonly order: number; readonly line: Waiting }[] = [];
  private waitingBytes = 0;
  private order = 0;
  private isFull = false;
  private isGone = false;
  private missed = 0;

  /**
   * @param reason for which lines that are dropped here count
   * @param missedLine makes the line that tells how many were missed
   */
  public constructor(
    private readonly stream: NodeJS.WritableStream,
    private readonly suppressed: SuppressedLines,
    private readonly reason: SuppressionReason,
    private readonly missedLine: (count: number) => string,
  ) {
    stream.on('drain', () => {
      this.drain();
    });
    // Nobody can read any more, such as when the other end of a pipe was closed. Logging must not end the service.
    stream.on('error', () => {
      this.isGone = true;
      this.dropAll();
    });
  }

  /** Writes a line, which has no end yet, now or later. */
  public write(text: string, level: LogLevel): void {
    if (this.isGone) {
      this.drop();
      return;
    }
    if (!this.isFull) {
      this.send(text);
      return;
    }
    this.order += 1;
    this.waiting.push({ order: this.order, line: { text, level } });
    this.waitingBytes += text.length;
    if (this.waitingBytes > longestWaiting) this.makeRoom();
  }

  /** Whether all that was written has been taken. */
  public get isIdle(): boolean {
    return this.isGone || (!this.isFull && this.waiting.length === 0);
  }

  private send(text: string): void {
    this.isFull = !this.stream.write(`${text}\n`);
  }

  private drain(): void {
    this.isFull = false;
    const waiting = this.waiting;
    this.waiting = [];
    this.waitingBytes = 0;
    for (const [index, entry] of waiting.entries()) {
      if (this.isBacked()) {
        this.waiting = waiting.slice(index);
        this.waitingBytes = this.waiting.reduce((sum, { line }) => sum + line.text.length, 0);
        return;
      }
      this.send(entry.line.text);
    }
    if (this.missed === 0) return;
    const { missed } = this;
    this.missed = 0;
    this.write(this.missedLine(missed), 'warn');
  }

  private isBacked(): boolean {
    return this.isFull;
  }

  /** Half of the room is made at once, so that a flood of lines does not look through those that wait for each of its own. */
  private makeRoom(): void {
    const dropped = new Set<number>();
    for (const level of bySeverity) {
      for (const { order, line } of this.waiting) {
        if (this.waitingBytes <= longestWaiting / 2) break;
        if (line.level !== level) continue;
        dropped.add(order);
        this.waitingBytes -= line.text.length;
        this.drop();
      }
    }
    this.waiting = this.waiting.filter(({ order }) => !dropped.has(order));
  }

  private dropAll(): void {
    for (let count = this.waiting.length; count > 0; count -= 1) this.drop();
    this.waiting = [];
    this.waitingBytes = 0;
  }

  private drop(): void {
    this.missed += 1;
    this.suppressed.add(this.reason);
  }
}
