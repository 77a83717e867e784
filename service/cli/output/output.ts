import { safeJson, safeText } from './safe-text.js';

/** Where a command writes to: what it found to the standard output, progress and remarks to the standard error. */
export class Output {
  private isProgressShown = false;

  public constructor(
    private readonly out: NodeJS.WriteStream = process.stdout,
    private readonly err: NodeJS.WriteStream = process.stderr,
  ) {}

  /** Whether somebody can be asked. */
  public get isInteractive(): boolean {
    return process.stdin.isTTY && this.err.isTTY;
  }

  /** A line of what was found. What comes from others has gone through `safeText` already. */
  public line(text = ''): void {
    this.clearProgress();
    this.out.write(`${text}\n`);
  }

  /** Several of them. */
  public lines(texts: readonly string[]): void {
    for (const text of texts) this.line(text);
  }

  /** The one answer of a command with `--json`. */
  public json(value: unknown): void {
    this.clearProgress();
    this.out.write(`${safeJson(value)}\n`);
  }

  /** A line for people besides what was found. */
  public remark(text: string): void {
    this.clearProgress();
    this.err.write(`${safeText(text)}\n`);
  }

  /** What is under way, in one line that the next one replaces. Only a terminal gets to see it. */
  public progress(text: string): void {
    if (!this.err.isTTY) return;
    this.err.write(`\r\u001b[2K${safeText(text)}`);
    this.isProgressShown = true;
  }

  private clearProgress(): void {
    if (!this.isProgressShown) return;
    this.err.write('\r\u001b[2K');
    this.isProgressShown = false;
  }
}
