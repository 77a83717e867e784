import type { Command } from 'commander';
import { createProgram } from '../../service/cli/index.js';
import { jsonFieldsOf } from '../../service/cli/json-fields.js';
import { exitCodesOf } from '../../service/exit-codes.js';
import { code, table } from './markdown.js';

/** A command, and its name with those that it is part of, such as `config show`. */
export interface NamedCommand {
  readonly name: string;
  readonly command: Command;
}

/** The commands of the program that do something, in the order of its help. */
export function allCommands(): readonly NamedCommand[] {
  return leavesOf(
    createProgram(() => undefined),
    [],
  );
}

function leavesOf(parent: Command, path: readonly string[]): readonly NamedCommand[] {
  return parent.commands.flatMap((command) => {
    const names = [...path, command.name()];
    return command.commands.length > 0 ? leavesOf(command, names) : [{ name: names.join(' '), command }];
  });
}

/** What each command is for, beyond its one line of help. */
const texts: Readonly<Record<string, string>> = {
  run: 'Runs the service: follows the changes, and keeps every floating ip on its VIP. Stops in order at SIGTERM or SIGINT, at once at a second one.',
  relay:
    'Runs the relay, which carries the changes from RabbitMQ to a Kafka topic. It writes nothing to the config API.',
  gateway:
    'Runs the Neutron gateway and nothing else: an HTTP proxy before the API servers ([gateway.md](../deploy/gateway.md)), which `gateway.listen` has to name a place for. Beside it a monitor stands by for ever: it follows the changes, with a queue of its own that goes with it, and never writes.',
  'config check':
    'Reads the configuration as `run` would, and tells all that is wrong with it. It connects to nothing: `check` does.',
  'config show': 'Prints every key with its value and where that came from; secrets are hidden.',
  status:
    'Asks a running service by its endpoint (`http.host`, `http.port`). For people at a glance, and for scripts: the exit code tells whether it is ready. It needs no configuration.',
  explain:
    'Reads the running OpenSDN once, with the configuration of `run`, and puts the rules on top, without writing anything: who owns the thing, its VIP, the ports that carry it and what each counts as, each floating ip as it is and as it should be, the rows of the tables ([rules.md](rules.md)) that applied, what would be written, and what to do next. Of what no VIP has to do with it says what it is, and why. An address that several networks have is ambiguous: all that it may mean are listed, each with what to ask with. Where a service runs (`--url`), what that one remembers comes with it; that none can be asked is no failure.',
  check:
    'Looks at all that the service needs, and at all VIPs, in one go. First what is missing in the environment: each config API server, the login and the role of the account, the schema of each server, the source of changes with its login, exchange or topic, whether a change comes back as a notification, and ZooKeeper where it decides who leads. Each row says what was answered, which setting it is about, and what to do. Then each VIP that is not as it should be. What drifts is read once more after a moment, as a service that runs may just be at work on it.\n\nTo tell a stock schema from an extended one, and to see a notification come back, it makes a virtual-ip with a name of its own (`opensdn-svc-monitor-schema-check-...`), and removes it again: with `--no-write` it writes nothing, and these rows may stay unknown. It listens on a queue of its own, and takes no message from a service that runs.',
  repair:
    'Brings VIPs in order once, as a service would, and ends. It shows what it is going to write, and asks; without a terminal it needs `--yes`. A running service does that by itself: it warns if it finds one.',
  cleanup:
    'Takes away what this service keeps in the config: its virtual-ips with their annotations, and what a check may have left behind. Every floating ip stays as it is, with its references, its fixed ip and its flag, and goes on working: for the way back to a script or a plugin. A service that runs would make all anew: stop it first. Twice is once.',
  export:
    'Writes the objects of one load balancer as a recording that the fixtures play (`loadExport` of `opensdn-svc-monitor/fixtures`, [fixtures.md](fixtures.md)): the form of a report of a fault. It holds a read of each object. Where a service runs (`--url`: ask the one that acts), its last writes to these objects come before that, as it keeps them (`/status/writes`, [status.md](status.md)): method, path, what was sent, request id and the status of the answer, in between what has happened as sentences; a remark says so if none can be asked. Only properties that the rules ask for are in it, and no secret. With `--anonymise` names, addresses, MACs and uuids are replaced, each by always the same, so that all that hangs together still does; texts of annotations that are not ours, sentences, and what the config API has answered in words are left out.',
};

/** The page of the commands. */
export function commandsPage(note: string): string {
  const commands = allCommands().map((one) => `## ${one.name}\n\n${sectionOf(one)}`);
  return `# Commands

${note}

    opensdn-svc-monitor <command> [options]

Commands that read the configuration take it as \`run\` does: see [settings.md](settings.md). What was found goes to the standard output, progress (only to a terminal) and remarks to the standard error. Nothing that is printed holds a secret, and names of others can do nothing to the terminal. Ctrl-C calls a command off; a second one ends it at once. Whoever reads the output may stop early, as \`head\` does.

${commands.join('\n')}`;
}

function sectionOf({ name, command }: NamedCommand): string {
  const usage = [`opensdn-svc-monitor ${name}`, command.usage()].join(' ');
  const operands = command.registeredArguments.map((argument) => [code(`<${argument.name()}>`), argument.description]);
  const options = command.options
    .filter(({ hidden }) => !hidden)
    .map((option) => [code(option.flags), option.description]);
  const exits = Object.entries(exitCodesIn(name)).map(([exit, says]) => [exit, says]);
  const fields = Object.entries(jsonFieldsIn(name)).map(([field, says]) => [code(field), says]);
  return [
    texts[name] ?? '',
    `    ${usage}`,
    ...(operands.length === 0 ? [] : [table(['argument', 'meaning'], operands)]),
    table(['option', 'meaning'], options),
    table(['exit code', 'when'], exits),
    ...(fields.length === 0 ? [] : ['With `--json`, one object:', table(['field', 'holds'], fields)]),
    '',
  ].join('\n\n');
}

/** The exit codes of a command: none if they are not told. */
export function exitCodesIn(command: string): Readonly<Record<string, string>> {
  return (exitCodesOf as Readonly<Record<string, Readonly<Record<string, string>>>>)[command] ?? {};
}

/** The fields of a command's JSON: none if it has none, or they are not told. */
export function jsonFieldsIn(command: string): Readonly<Record<string, string>> {
  return (jsonFieldsOf as Readonly<Record<string, Readonly<Record<string, string>>>>)[command] ?? {};
}

/** The commands that have a text of their own on the page. */
export const describedCommands: readonly string[] = Object.keys(texts);
