import { safeText } from './safe-text.js';

/** Lines of a table for people, columns as wide as they need to be, the last one as it is. Nothing in a cell can do anything to a terminal. */
export function tableLines(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [head, ...rows].map((row) => row.map(safeText));
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** The first entries, and how many were left out; with `all` every one. */
export function bounded<T>(
  entries: readonly T[],
  { all, atMost }: { readonly all: boolean; readonly atMost: number },
): { readonly shown: readonly T[]; readonly leftOut: number } {
  const shown = all ? entries : entries.slice(0, atMost);
  return { shown, leftOut: entries.length - shown.length };
}

/** `1 VIP`, `2 VIPs`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
