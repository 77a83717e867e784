import { isAborted, toSvcMonitorError } from '../../../lib/index.js';
import type { ServiceConfig } from '../../config/index.js';
import type { CheckRow, Drift } from '../../diagnosis/index.js';
import { exitCodes } from '../../exit-codes.js';
import { withJson, withTimeoutFlag } from '../arguments.js';
import type { AddCommand } from '../command.js';
import { interruptible } from '../interruptible.js';
import { bounded, counted, Output, safeText, tableLines } from '../output/index.js';
import { loadSettings, reportProblems, withSettings, type SettingsFlags } from '../settings.js';

interface CheckFlags extends SettingsFlags {
  readonly json?: true;
  readonly all?: true;
  readonly write: boolean;
  readonly timeout: number;
}

const defaultTimeoutMs = 600_000;
const shownAtMost = 20;

/** `check`: what is missing in the environment, and which VIPs are not as they should be? */
export const addCheckCommand: AddCommand = (program, end) => {
  const command = program
    .command('check')
    .description('tell what is missing in the environment, and which VIPs are not as they should be')
    .option('--no-write', 'only look: a schema that shows nothing by itself, and the round trip, stay unknown')
    .option('--all', `list all VIPs that drift, not only the first ${shownAtMost}`);
  withTimeoutFlag(withJson(withSettings(command)), defaultTimeoutMs).action(async (flags: CheckFlags) => {
    end(await run(flags));
  });
};

async function run(flags: CheckFlags): Promise<number> {
  const loaded = loadSettings(flags);
  if (!loaded.ok) return reportProblems(loaded);
  const output = new Output();
  return interruptible({ output, timeoutMs: flags.timeout }, (signal) =>
    check(loaded.config, { flags, output }, signal),
  );
}

/** What has come of looking at the VIPs. */
type Looked = Drift | { readonly error: string };

async function check(
  config: ServiceConfig,
  { flags, output }: { readonly flags: CheckFlags; readonly output: Output },
  signal: AbortSignal,
): Promise<number> {
  const { environmentRows } = await import('../../diagnosis/index.js');
  const environment: CheckRow[] = [];
  // A dry run writes nothing, here as anywhere.
  for await (const row of environmentRows(config, { mayWrite: flags.write && !config.dryRun }, signal)) {
    environment.push(row);
    output.progress(`${row.what}: ${row.state}`);
  }
  const drift = await look(config, output, signal);
  const isWell =
    environment.every(({ state }) => state !== 'missing') && !('error' in drift) && drift.drifting.length === 0;
  if (flags.json === true) output.json({ ok: isWell, environment, drift });
  else output.lines([...describeEnvironment(environment), '', ...describeDrift(drift, flags.all === true)]);
  return isWell ? exitCodes.stopped : exitCodes.failed;
}

// Of what cannot be read the rows above say why; the rest of the answer is worth having all the same.
async function look(config: ServiceConfig, output: Output, signal: AbortSignal): Promise<Looked> {
  const { findDrift } = await import('../../diagnosis/index.js');
  const { readMirror } = await import('../reading.js');
  try {
    const mirror = await readMirror(config, { output }, signal);
    try {
      const onPlanned = (done: number, total: number): void => {
        output.progress(`looking at the VIPs: ${done} of ${total}`);
      };
      return await findDrift(mirror, { onPlanned, readAgain: () => readMirror(config, { output }, signal) }, signal);
    } finally {
      mirror.close();
    }
  } catch (error) {
    const failure = toSvcMonitorError(error);
    if (isAborted(error) || failure.code === 'bug') throw error;
    return { error: failure.message };
  }
}

function describeEnvironment(rows: readonly CheckRow[]): readonly string[] {
  const missing = rows.filter(({ state }) => state === 'missing').length;
  return [
    ...tableLines(
      ['STATE', 'WHAT', 'SETTING', 'ANSWERED, AND WHAT TO DO'],
      rows.map(({ state, what, setting, answered, advice }) => [
        state,
        what,
        setting ?? '',
        advice === undefined ? answered : `${answered}. ${advice}`,
      ]),
    ),
    missing === 0 ? 'nothing is missing' : `${counted(missing, 'thing')} missing`,
  ];
}

function describeDrift(drift: Looked, all: boolean): readonly string[] {
  if ('error' in drift) return [`the VIPs cannot be looked at: ${safeText(drift.error)}`];
  const { vips, floatingIps, drifting, notes } = drift;
  const told = bounded(drifting, { all, atMost: shownAtMost });
  const noted = bounded(notes, { all, atMost: shownAtMost });
  const rows = told.shown.map((one) => [
    one.vip,
    one.loadBalancerId ?? '',
    one.tenant ?? '',
    one.floatingIps
      .flatMap(({ address, differences }) => differences.map((text) => `${address ?? '?'}: ${text}`))
      .join('; ') ||
      one.writes.join('; ') ||
      'not decided yet',
  ]);
  return [
    `${counted(vips, 'VIP')} with ${counted(floatingIps, 'floating ip')}, ${drifting.length === 0 ? 'all as they should be' : `${drifting.length} not as they should be`}`,
    ...(rows.length === 0 ? [] : tableLines(['VIP', 'LOAD BALANCER', 'TENANT', 'WHAT'], rows)),
    ...leftOut(told.leftOut),
    ...(noted.shown.length === 0 ? [] : ['', 'To be looked at']),
    ...noted.shown.map(({ vip, says }) => safeText(`  ${vip}: ${says}`)),
    ...leftOut(noted.leftOut),
    ...(drifting.length === 0
      ? []
      : [
          '',
          'More of one: opensdn-svc-monitor explain <VIP>. A running service mends it; without one: opensdn-svc-monitor repair',
        ]),
  ];
}

function leftOut(count: number): readonly string[] {
  return count === 0 ? [] : [`... and ${count} more: --all`];
}
