import { exitCodes } from '../../exit-codes.js';
import type { RunningService, ServiceReport } from '../../diagnosis/index.js';
import { serviceAddressOf, withJson, withService, withTimeoutFlag, type ServiceFlags } from '../arguments.js';
import type { AddCommand } from '../command.js';
import { interruptible } from '../interruptible.js';
import { counted, Output, safeText, tableLines } from '../output/index.js';

interface StatusFlags extends ServiceFlags {
  readonly json?: true;
  readonly timeout: number;
}

const defaultTimeoutMs = 15_000;

/** `status`: is the running service well? */
export const addStatusCommand: AddCommand = (program, end) => {
  const command = program.command('status').description('ask a running service whether it is ready, and what is wrong');
  withTimeoutFlag(withJson(withService(command)), defaultTimeoutMs).action(async (flags: StatusFlags) => {
    const output = new Output();
    const { RunningService } = await import('../../diagnosis/index.js');
    const service = new RunningService(serviceAddressOf(flags));
    end(
      await interruptible({ output, timeoutMs: flags.timeout }, (signal) => status(service, { flags, output }, signal)),
    );
    service.close();
  });
};

async function status(
  service: RunningService,
  { flags, output }: { readonly flags: StatusFlags; readonly output: Output },
  signal: AbortSignal,
): Promise<number> {
  const report = await service.report(signal);
  if (flags.json === true) output.json(report);
  else output.lines(describe(report));
  return report.ready ? exitCodes.stopped : exitCodes.failed;
}

function describe(report: ServiceReport): readonly string[] {
  const { url, ready, reasons, state, role, source, servers, lastFullReadAt, objects, counts, problems } = report;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['service', url],
    ['ready', ready ? 'yes' : 'no'],
    ...reasons.map((reason) => ['because', reason] as const),
    ['state', state],
    ['role', role],
    [
      'source',
      source && `${source.name}, ${source.connected ? 'connected' : `not connected${because(source.lastError)}`}`,
    ],
    ...servers.map((server) => ['config API', `${server.url}${server.current ? ' (in use)' : ''}`] as const),
    ['last full read', lastFullReadAt],
    [
      'objects',
      Object.entries(objects)
        .map(([kind, count]) => `${kind} ${count}`)
        .join(', ') || undefined,
    ],
    [
      'counts',
      Object.entries(counts)
        .map(([name, count]) => `${name} ${count}`)
        .join(', ') || undefined,
    ],
  ];
  const shown = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [`${`${name}:`.padEnd(16)}${safeText(value)}`],
  );
  if (problems.length === 0) return [...shown, '', 'no problems'];
  const rows = problems.map(({ type, uuid, key, since, setting, message, answer, advice }) => [
    type,
    since ?? '',
    setting ?? '',
    uuid ?? key ?? '',
    [message, ...(answer === undefined ? [] : [`answered: ${answer}`]), ...(advice === undefined ? [] : [advice])].join(
      '; ',
    ),
  ]);
  return [
    ...shown,
    '',
    counted(problems.length, 'problem'),
    ...tableLines(['PROBLEM', 'SINCE', 'SETTING', 'OBJECT', 'WHAT, AND WHAT TO DO'], rows),
  ];
}

function because(error: string | undefined): string {
  return error === undefined ? '' : `: ${error}`;
}
