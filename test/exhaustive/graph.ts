import { notQuiet, type Complaint, type Emit, type System } from './search.js';

/** A system of single numbers, for tests: where each leads of itself, where somebody can take it, which are wrong, what is forbidden there. */
export class Graph implements System {
  public readonly width = 1;

  public constructor(
    private readonly quiet: Readonly<Record<number, readonly number[]>>,
    private readonly acts: Readonly<Record<number, readonly number[]>> = {},
    private readonly wrong: readonly number[] = [],
    private readonly forbidden: Readonly<Record<number, readonly string[]>> = {},
  ) {}

  public initial(): readonly Int32Array[] {
    return [Int32Array.of(0)];
  }

  public expand(row: Int32Array, emit: Emit): readonly Complaint[] {
    const from = row[0] ?? 0;
    for (const [index, to] of (this.quiet[from] ?? []).entries())
      emit(Int32Array.of(to), index, () => [`falls to ${to}`]);
    for (const to of this.acts[from] ?? []) emit(Int32Array.of(to), notQuiet, () => [`goes to ${to}`]);
    return (this.forbidden[from] ?? []).map((says) => ({ says, next: Int32Array.of(from) }));
  }

  public judge(row: Int32Array): readonly string[] {
    return this.wrong.includes(row[0] ?? 0) ? ['wrong'] : [];
  }
}
