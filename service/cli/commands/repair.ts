import { findSubjects, isAborted, toSvcMonitorError, vipsOf } from '../../../lib/index.js';
import type { VipKey } from '../../../lib/rules.js';
import type { ServiceConfig } from '../../config/index.js';
import type { PlannedVip, VipMirror } from '../../diagnosis/index.js';
import { exitCodes } from '../../exit-codes.js';
import { withJson, withService, withTimeoutFlag, type ServiceFlags } from '../arguments.js';
import type { AddCommand } from '../command.js';
import { interruptible } from '../interruptible.js';
import { confirm, counted, Output, safeText } from '../output/index.js';
import { loadSettings, reportProblems, withSettings, type SettingsFlags } from '../settings.js';

interface RepairFlags extends SettingsFlags, ServiceFlags {
  readonly json?: true;
  readonly yes?: true;
  readonly timeout: number;
}

/** What the command is run with. */
interface Run {
  readonly config: ServiceConfig;
  readonly flags: RepairFlags;
  readonly output: Output;
}

/** What has come of one VIP. */
interface Repaired {
  readonly vip: VipKey;
  readonly planned: readonly string[];
  /** Absent: nothing was written. */
  readonly writes?: number;
  readonly remaining: readonly string[];
  readonly error?: string;
}

const defaultTimeoutMs = 600_000;

/** `repair`: brings VIPs in order once. */
export const addRepairCommand: AddCommand = (program, end) => {
  const command = program
    .command('repair')
    .description('bring VIPs in order once, as a running service would: show what is to be written, ask, and write it')
    .argument('[what...]', 'what to repair, named as for explain; all VIPs if nothing is named')
    .option('--yes', 'do not ask');
  withTimeoutFlag(withJson(withService(withSettings(command))), defaultTimeoutMs).action(
    async (what: readonly string[], flags: RepairFlags) => {
      end(await run(what, flags));
    },
  );
};

async function run(what: readonly string[], flags: RepairFlags): Promise<number> {
  const loaded = loadSettings(flags);
  if (!loaded.ok) return reportProblems(loaded);
  const { config } = loaded;
  const output = new Output();
  const { readMirror } = await import('../reading.js');
  const { isServiceRunning } = await import('../writing.js');
  return interruptible({ output, timeoutMs: flags.timeout }, async (signal) => {
    if (await isServiceRunning(flags, signal)) {
      output.remark(`a service runs at ${flags.url}: it does this by itself, and what follows only comes in between`);
    }
    const mirror = await readMirror(config, { output }, signal);
    try {
      const keys = await keysOf(what, mirror, { config, flags, output });
      return keys === undefined ? exitCodes.failed : await repair(mirror, keys, { config, flags, output }, signal);
    } finally {
      mirror.close();
    }
  });
}

// Undefined: something of it names no VIP, or several things. That is told.
async function keysOf(
  what: readonly string[],
  mirror: VipMirror,
  { config, output }: Run,
): Promise<readonly VipKey[] | undefined> {
  if (what.length === 0) return mirror.keys();
  const { contextOf, named } = await import('../../diagnosis/index.js');
  const { cache } = mirror;
  const context = contextOf(config);
  const keys = new Set<VipKey>();
  let isClear = true;
  for (const text of what) {
    const subjects = findSubjects(cache, context, text);
    const [subject, ...others] = subjects;
    const found = subject === undefined || others.length > 0 ? [] : vipsOf(cache, context, subject);
    for (const key of found) keys.add(key);
    if (found.length > 0) continue;
    isClear = false;
    const ambiguous = others.length > 0 ? `: it may be ${subjects.map((one) => named(mirror, one).id).join(', ')}` : '';
    output.remark(`${text} names no one VIP${ambiguous}; opensdn-svc-monitor explain tells more`);
  }
  return isClear ? [...keys] : undefined;
}

async function repair(
  mirror: VipMirror,
  keys: readonly VipKey[],
  { config, flags, output }: Run,
  signal: AbortSignal,
): Promise<number> {
  const planned = await mirror.planAll(keys, signal, (done) => {
    output.progress(`looking at the VIPs: ${done} of ${keys.length}`);
  });
  const toDo = planned.filter(({ findings }) => findings.writes.length > 0);
  const isJson = flags.json === true;
  if (!isJson) output.lines(describePlans(planned.length, toDo));
  const mayWrite = toDo.length > 0 && !config.dryRun && (await isAgreed(toDo.length, { flags, output }, signal));
  if (!mayWrite) {
    const untouched = toDo.map(({ key, findings }) => ({
      vip: key,
      planned: findings.writes,
      remaining: findings.writes,
    }));
    if (isJson) output.json({ ok: toDo.length === 0, looked: planned.length, vips: untouched });
    else if (toDo.length > 0) output.line('nothing was written');
    return toDo.length === 0 ? exitCodes.stopped : exitCodes.failed;
  }
  const repaired: Repaired[] = [];
  for (const one of toDo) {
    repaired.push(await repairOne(mirror, one, signal));
    output.progress(`repairing: ${repaired.length} of ${toDo.length}`);
  }
  const isWell = repaired.every(({ remaining, error }) => remaining.length === 0 && error === undefined);
  if (isJson) output.json({ ok: isWell, looked: planned.length, vips: repaired });
  else output.lines(repaired.flatMap(describeRepaired));
  return isWell ? exitCodes.stopped : exitCodes.failed;
}

// One that fails keeps none of the others from being repaired.
async function repairOne(mirror: VipMirror, { key, findings }: PlannedVip, signal: AbortSignal): Promise<Repaired> {
  const planned = findings.writes;
  try {
    return { vip: key, planned, ...(await mirror.repair(key, signal)) };
  } catch (error) {
    const failure = toSvcMonitorError(error);
    if (isAborted(error) || failure.code === 'bug') throw error;
    return { vip: key, planned, remaining: planned, error: failure.message };
  }
}

async function isAgreed(
  count: number,
  { flags, output }: Pick<Run, 'flags' | 'output'>,
  signal: AbortSignal,
): Promise<boolean> {
  return flags.yes === true || (await confirm(`Write this for ${counted(count, 'VIP')}?`, output, signal));
}

function describePlans(looked: number, toDo: readonly PlannedVip[]): readonly string[] {
  if (toDo.length === 0) return [`${counted(looked, 'VIP')}, all as they should be: nothing to do`];
  return toDo.flatMap(({ key, findings }) => [
    `VIP ${key}, load balancer ${findings.loadBalancerId ?? 'unknown'}, tenant ${safeText(findings.tenant ?? 'unknown')}`,
    ...findings.writes.map((write) => `  ${safeText(write)}`),
  ]);
}

function describeRepaired({ vip, writes, remaining, error }: Repaired): readonly string[] {
  if (error !== undefined) return [`VIP ${vip}: failed: ${safeText(error)}`];
  if (remaining.length === 0) return [`VIP ${vip}: as it should be, ${counted(writes ?? 0, 'write')}`];
  return [
    `VIP ${vip}: ${counted(writes ?? 0, 'write')}, and there is still to do:`,
    ...remaining.map((line) => `  ${safeText(line)}`),
  ];
}
