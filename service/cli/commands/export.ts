import { writeFile } from 'node:fs/promises';
import { findSubjects, isAborted, SvcMonitorError, toSvcMonitorError } from '../../../lib/index.js';
import type { ServiceConfig } from '../../config/index.js';
import type { ServiceEvent, ServiceWrite } from '../../diagnosis/index.js';
import { exitCodes } from '../../exit-codes.js';
import { serviceAddressOf, withService, withTimeoutFlag, type ServiceFlags } from '../arguments.js';
import type { AddCommand } from '../command.js';
import { interruptible } from '../interruptible.js';
import { counted, Output } from '../output/index.js';
import { loadSettings, reportProblems, withSettings, type SettingsFlags } from '../settings.js';

interface ExportFlags extends SettingsFlags, ServiceFlags {
  readonly anonymise?: true;
  readonly output?: string;
  readonly timeout: number;
}

const defaultTimeoutMs = 300_000;

/** `export`: the objects of one load balancer, and the last writes of a service to them, as a recording that the fixtures play. */
export const addExportCommand: AddCommand = (program, end) => {
  const command = program
    .command('export')
    .description(
      'write the objects of one load balancer, and what a service has written to them last, as a recording that the fixtures play: for a report of a fault',
    )
    .argument('<what>', 'a load balancer, an address or a floating ip, named as for explain')
    .option('--anonymise', 'replace names, addresses, MACs and uuids, each by always the same')
    .option('--output <file>', 'write to that file, not to the standard output');
  withTimeoutFlag(withService(withSettings(command)), defaultTimeoutMs).action(
    async (what: string, flags: ExportFlags) => {
      end(await run(what, flags));
    },
  );
};

async function run(what: string, flags: ExportFlags): Promise<number> {
  const loaded = loadSettings(flags);
  if (!loaded.ok) return reportProblems(loaded);
  const output = new Output();
  return interruptible({ output, timeoutMs: flags.timeout }, (signal) =>
    exportTo(what, { config: loaded.config, flags, output }, signal),
  );
}

async function exportTo(
  what: string,
  { config, flags, output }: { readonly config: ServiceConfig; readonly flags: ExportFlags; readonly output: Output },
  signal: AbortSignal,
): Promise<number> {
  const { contextOf, exportRecording, named, RunningService } = await import('../../diagnosis/index.js');
  const { readMirror } = await import('../reading.js');
  const service = new RunningService(serviceAddressOf(flags));
  const missed = new Set<string>();
  const ifThere = async <T>(ask: () => Promise<readonly T[]>): Promise<readonly T[]> => {
    try {
      return await ask();
    } catch (error) {
      const { code, message } = toSvcMonitorError(error);
      if (isAborted(error) || code === 'bug') throw error;
      // Without a service there is nothing that it remembers: what there is is exported, and the reason told.
      missed.add(message);
      return [];
    }
  };
  const eventsOf = (vip: string): Promise<readonly ServiceEvent[]> => ifThere(() => service.events(vip, signal));
  const writesOf = (uuids: readonly string[]): Promise<readonly ServiceWrite[]> =>
    ifThere(() => service.writes(uuids, signal));
  const mirror = await readMirror(config, { output }, signal);
  try {
    const subjects = findSubjects(mirror.cache, contextOf(config), what);
    const [subject, ...others] = subjects;
    if (subject === undefined || others.length > 0) {
      const which = subjects.map((one) => named(mirror, one).id).join(', ');
      output.remark(subject === undefined ? `there is nothing that ${what} names` : `${what} is ambiguous: ${which}`);
      return exitCodes.failed;
    }
    const options = { isAnonymised: flags.anonymise === true, eventsOf, writesOf };
    const recording = await exportRecording(subject, { mirror, config, options }, signal);
    for (const reason of missed) output.remark(`what a running service remembers is left out: ${reason}`);
    if (flags.output === undefined) output.json(recording);
    else {
      await writeTo(flags.output, `${JSON.stringify(recording, undefined, 2)}\n`);
      output.remark(`${counted(recording.events.length, 'event')} of ${what} written to ${flags.output}`);
    }
    return exitCodes.stopped;
  } finally {
    mirror.close();
    service.close();
  }
}

async function writeTo(path: string, text: string): Promise<void> {
  try {
    // What others may not read in the config they are not to read here.
    await writeFile(path, text, { mode: 0o600 });
  } catch (error) {
    const message = `the file cannot be written: ${error instanceof Error ? error.message : String(error)}`;
    throw new SvcMonitorError('invalid-configuration', message, { cause: error, details: { problems: [message] } });
  }
}
