import type { ServiceConfig } from '../../config/index.js';
import type { Cleaned, CleanupFindings } from '../../diagnosis/index.js';
import { exitCodes } from '../../exit-codes.js';
import { withJson, withService, withTimeoutFlag, type ServiceFlags } from '../arguments.js';
import type { AddCommand } from '../command.js';
import { interruptible } from '../interruptible.js';
import { bounded, confirm, counted, Output, safeText } from '../output/index.js';
import { loadSettings, reportProblems, withSettings, type SettingsFlags } from '../settings.js';

interface CleanupFlags extends SettingsFlags, ServiceFlags {
  readonly json?: true;
  readonly yes?: true;
  readonly all?: true;
  readonly timeout: number;
}

const defaultTimeoutMs = 600_000;
const shownAtMost = 20;

/** `cleanup`: takes away what this service keeps in the config. */
export const addCleanupCommand: AddCommand = (program, end) => {
  const command = program
    .command('cleanup')
    .description('take away what this service keeps in the config, and leave every floating ip working as it is')
    .option('--yes', 'do not ask')
    .option('--all', `list all that is to be taken away, not only the first ${shownAtMost}`);
  withTimeoutFlag(withJson(withService(withSettings(command))), defaultTimeoutMs).action(
    async (flags: CleanupFlags) => {
      end(await run(flags));
    },
  );
};

async function run(flags: CleanupFlags): Promise<number> {
  const loaded = loadSettings(flags);
  if (!loaded.ok) return reportProblems(loaded);
  const { config } = loaded;
  const output = new Output();
  const { isServiceRunning } = await import('../writing.js');
  return interruptible({ output, timeoutMs: flags.timeout }, async (signal) => {
    if (await isServiceRunning(flags, signal)) {
      output.remark(
        `a service runs at ${flags.url}: it would make all of it anew. Stop it first, and those on other hosts.`,
      );
      return exitCodes.failed;
    }
    return cleanup(config, { flags, output }, signal);
  });
}

async function cleanup(
  config: ServiceConfig,
  { flags, output }: { readonly flags: CleanupFlags; readonly output: Output },
  signal: AbortSignal,
): Promise<number> {
  const { cleanUp, cleanupFindings } = await import('../../diagnosis/index.js');
  const { readMirror } = await import('../reading.js');
  const mirror = await readMirror(config, { output }, signal);
  try {
    const findings = cleanupFindings(mirror);
    const count = findings.virtualIps.length;
    const isJson = flags.json === true;
    if (!isJson) output.lines(describe(findings, flags.all === true));
    const isAgreed =
      count > 0 &&
      !config.dryRun &&
      (flags.yes === true || (await confirm(`Delete ${counted(count, 'virtual-ip')}?`, output, signal)));
    if (!isAgreed) {
      if (isJson) output.json({ ok: count === 0, ...findings, deleted: 0, remaining: findings.virtualIps });
      else if (count > 0) output.line('nothing was deleted');
      return count === 0 ? exitCodes.stopped : exitCodes.failed;
    }
    const cleaned = await cleanUp(mirror, () => readMirror(config, { output }, signal), signal);
    const isWell = cleaned.remaining.length === 0;
    if (isJson) output.json({ ok: isWell, ...findings, ...cleaned });
    else output.lines(describeCleaned(cleaned));
    return isWell ? exitCodes.stopped : exitCodes.failed;
  } finally {
    mirror.close();
  }
}

function describe({ virtualIps, floatingIps, left }: CleanupFindings, all: boolean): readonly string[] {
  const { shown, leftOut } = bounded(virtualIps, { all, atMost: shownAtMost });
  return [
    virtualIps.length === 0
      ? 'there is nothing of this service in the config'
      : `${counted(virtualIps.length, 'virtual-ip')} to be deleted, with annotations and references:`,
    ...shown.map(({ uuid, name }) => `  ${safeText(name)} (${uuid})`),
    ...(leftOut === 0 ? [] : [`  ... and ${leftOut} more: --all`]),
    ...(virtualIps.length === 0
      ? []
      : [
          `${counted(floatingIps.length, 'floating ip')} recorded there: they stay as they are, with references, fixed ip and flag`,
        ]),
    ...left.map(({ uuid, rule, says }) => safeText(`left as it is: virtual-ip ${uuid} (${rule}: ${says})`)),
  ];
}

function describeCleaned({ deleted, remaining }: Cleaned): readonly string[] {
  return [
    `${counted(deleted, 'virtual-ip')} deleted`,
    ...(remaining.length === 0
      ? [
          'nothing of this service is left in the config; floating ips keep their references, which nobody looks after from now on',
        ]
      : [
          `${counted(remaining.length, 'virtual-ip')} there again: a service still runs somewhere`,
          ...remaining.map(({ uuid, name }) => `  ${safeText(name)} (${uuid})`),
        ]),
  ];
}
