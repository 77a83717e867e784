import { meetsAim, ratioOf, type Figure } from './figures.js';
import type { Machine } from './machine.js';
import type { BenchSettings } from './settings.js';
import type { SubjectResult } from './subject.js';

/** What came of one subject of a run. */
export interface SubjectReport {
  readonly name: string;
  readonly what: string;
  readonly seconds: number;
  readonly result: SubjectResult | { readonly failed: string };
}

/** A whole run. */
export interface RunReport {
  /** ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  readonly settings: Pick<BenchSettings, 'quick' | 'latencyMs'>;
  readonly subjects: readonly SubjectReport[];
}

const header = ['subject', 'figure', 'measured', 'aim', 'met', 'in the same run'] as const;

/** The run as a table in plain text. */
export function asText(report: RunReport): string {
  const rows = [header, ...report.subjects.flatMap(rowsOf)];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [heading(report), '', ...lines, ''].join('\n');
}

/** The run as Markdown, as it stands in docs/benchmarks.md. */
export function asMarkdown(report: RunReport): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rows = report.subjects.flatMap(rowsOf).map(line);
  return [heading(report), '', line(header), line(header.map(() => '---')), ...rows, ''].join('\n');
}

/** The run as JSON, with the ratios and whether the aims are met. */
export function asJson(report: RunReport): string {
  const subjects = report.subjects.map((subject) => ({
    ...subject,
    result:
      'figures' in subject.result
        ? {
            figures: subject.result.figures.map((figure) => ({
              ...figure,
              ratio: ratioOf(figure),
              met: meetsAim(figure),
            })),
          }
        : subject.result,
  }));
  return `${JSON.stringify({ ...report, subjects }, undefined, 2)}\n`;
}

function heading({ date, machine, settings }: RunReport): string {
  const { cpu, cores, memoryGb, system, node, dependencies } = machine;
  const versions = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`);
  return [
    `Measured ${date.slice(0, 10)}${settings.quick ? ', quick form' : ''}: ${cpu}, ${cores} cores, ${memoryGb} GB, ${system};`,
    `Node.js ${node}, ${versions.join(', ')}; config API ${settings.latencyMs} ms a request.`,
  ].join('\n');
}

function rowsOf({ name, result }: SubjectReport): readonly (readonly string[])[] {
  if ('skipped' in result) return [[name, '', `skipped: ${result.skipped}`, '', '', '']];
  if ('failed' in result) return [[name, '', 'FAILED', '', 'no', '']];
  return result.figures.map((figure) => [
    name,
    figure.name,
    quantity(figure.value, figure.unit),
    aimOf(figure),
    { true: 'yes', false: 'no', undefined: '' }[String(meetsAim(figure))] ?? '',
    baselinesOf(figure),
  ]);
}

function aimOf({ aim, unit }: Figure): string {
  if (aim === undefined) return '';
  return 'atMost' in aim ? `≤ ${quantity(aim.atMost, unit)}` : `≥ ${quantity(aim.atLeast, unit)}`;
}

function baselinesOf({ value, unit, baselines = [] }: Figure): string {
  return baselines
    .map((baseline) => `${baseline.what} ${quantity(baseline.value, unit)} (${number(value / baseline.value)}×)`)
    .join('; ');
}

function quantity(value: number, unit: string): string {
  return unit === '' ? number(value) : `${number(value)} ${unit}`;
}

function number(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
