import { exitCodes } from '../../exit-codes.js';
import type { ExplainedVip, Explanation } from '../../diagnosis/index.js';
import { serviceAddressOf, withJson, withService, withTimeoutFlag, type ServiceFlags } from '../arguments.js';
import type { AddCommand } from '../command.js';
import { interruptible } from '../interruptible.js';
import { Output, safeText, tableLines } from '../output/index.js';
import { loadSettings, reportProblems, withSettings, type SettingsFlags } from '../settings.js';

interface ExplainFlags extends SettingsFlags, ServiceFlags {
  readonly json?: true;
  readonly timeout: number;
}

const defaultTimeoutMs = 300_000;

/** `explain`: why is a floating ip dead? */
export const addExplainCommand: AddCommand = (program, end) => {
  const command = program
    .command('explain')
    .description(
      'tell all about a floating ip, an address, a port or a load balancer: who carries it, what is expected, what is there',
    )
    .argument(
      '<what>',
      'a uuid, an address, <network uuid>/<address>, the id of a load balancer, or the name of a port or virtual-ip',
    );
  withTimeoutFlag(withJson(withService(withSettings(command))), defaultTimeoutMs).action(
    async (what: string, flags: ExplainFlags) => {
      end(await run(what, flags));
    },
  );
};

async function run(what: string, flags: ExplainFlags): Promise<number> {
  const loaded = loadSettings(flags);
  if (!loaded.ok) return reportProblems(loaded);
  const { config } = loaded;
  const output = new Output();
  const { explain, RunningService } = await import('../../diagnosis/index.js');
  const { readMirror } = await import('../reading.js');
  return interruptible({ output, timeoutMs: flags.timeout }, async (signal) => {
    const service = new RunningService(serviceAddressOf(flags));
    const mirror = await readMirror(config, { output }, signal);
    try {
      const explanation = await explain(what, { mirror, config, service }, signal);
      if (flags.json === true) output.json(explanation);
      else output.lines(describe(explanation));
      return explanation.candidates.length === 1 ? exitCodes.stopped : exitCodes.failed;
    } finally {
      mirror.close();
      service.close();
    }
  });
}

function describe(explanation: Explanation): readonly string[] {
  const { asked, candidates, vips, foreign, service } = explanation;
  const [subject, ...others] = candidates;
  if (subject === undefined) {
    return [
      `there is nothing that ${safeText(asked)} names`,
      'It has to be a uuid, an address, <network uuid>/<address>, the id of a load balancer, or the name of a port or virtual-ip.',
      'What the account may not see is not found either: opensdn-svc-monitor check tells.',
    ];
  }
  if (others.length > 0) {
    return [
      `${safeText(asked)} is ambiguous; ask with one of these:`,
      ...tableLines(
        ['WHAT', 'ASK WITH', 'NAME'],
        candidates.map(({ what, id, name }) => [what, id, name ?? '']),
      ),
    ];
  }
  const title = `${subject.what} ${safeText(subject.name === undefined ? subject.id : `${subject.name} (${subject.id})`)}`;
  if (foreign !== undefined) {
    return [
      `${title}: ${foreign.is}`,
      ...(foreign.ports.length === 0 ? [] : ['']),
      ...foreign.ports.flatMap((port) => [
        `port ${safeText(port.name)} (${port.uuid}), owner ${safeText(port.owner === '' ? 'none' : port.owner)}, project ${port.projectUuid ?? 'none'}`,
        `  network ${port.networkUuid ?? 'none'}, addresses ${port.addresses.join(', ') || 'none'}`,
        `  no VIP of ours: ${port.because}`,
        ...port.rules.map(({ rule, table, says }) => `  rule ${rule} (${table ?? 'rules'}): ${says}`),
      ]),
      '',
      'What to do',
      `  ${foreign.advice}`,
    ];
  }
  return [title, ...vips.flatMap((vip) => ['', ...describeVip(vip)]), '', ...describeService(service)];
}

function describeService({ asked, error }: Explanation['service']): readonly string[] {
  return asked
    ? []
    : [`No running service was asked for what happened before${error === undefined ? '' : `: ${safeText(error)}`}`];
}

function describeVip(vip: ExplainedVip): readonly string[] {
  const heading = [
    `VIP ${vip.address} in network ${safeText(vip.networkName ?? '?')} (${vip.networkUuid})`,
    `  load balancer ${vip.loadBalancerId ?? 'unknown'}, tenant ${safeText(vip.tenant ?? 'unknown')}`,
  ];
  const ports = tableLines(
    ['ROLE', 'STATE', 'PORT', 'NAME', 'PROJECT'],
    vip.ports.map(({ role, state, uuid, name, projectUuid }) => [role, state ?? '', uuid, name, projectUuid ?? '']),
  );
  const floatingIps = vip.floatingIps.flatMap((one) => [
    `  ${one.address ?? '?'} (${one.uuid}): ${one.standing}`,
    `    actual:   ${describeState(one.actual)}`,
    ...(one.expected === undefined ? [] : [`    expected: ${describeState(one.expected)}`]),
    ...one.differences.map((difference) => `    differs:  ${safeText(difference)}`),
  ]);
  const rules = [...vip.ports, ...vip.virtualIps, ...vip.floatingIps].flatMap((object) =>
    object.rules.map(({ rule, table, says }) => [
      object.uuid === '' ? '(to be made)' : object.uuid,
      rule,
      table ?? '',
      says,
    ]),
  );
  return [
    ...heading,
    ...section('Ports', vip.ports.length === 0 ? [] : ports.map(indent)),
    ...section('Floating ips', floatingIps),
    ...section(
      'Rules that applied (docs/rules.md)',
      tableLines(['OBJECT', 'RULE', 'TABLE', 'SAYS'], rules).map(indent),
    ),
    ...section(
      'To be written',
      vip.writes.map((write) => indent(safeText(write))),
    ),
    ...section(
      'Last events',
      vip.events.map(({ at, says }) => indent(`${at} ${safeText(says)}`)),
    ),
    ...section(
      'What to do',
      vip.advice.map((advice) => indent(safeText(advice))),
    ),
  ];
}

function describeState(state: {
  readonly fixedIp?: string;
  readonly isVirtualIp: boolean;
  readonly references: readonly string[];
}): string {
  const { fixedIp, isVirtualIp, references } = state;
  return `fixed ip ${fixedIp ?? 'none'}, virtual ip flag ${isVirtualIp ? 'set' : 'not set'}, references ${references.join(', ') || 'none'}`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

function indent(line: string): string {
  return `  ${line}`;
}
