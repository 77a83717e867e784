import { Command } from 'commander';
import { exitCodesOf } from '../exit-codes.js';
import { maskCredentials } from '../mask.js';
import { packageVersion } from '../version.js';
import type { AddCommand } from './command.js';
import { addCheckCommand } from './commands/check.js';
import { addCleanupCommand } from './commands/cleanup.js';
import { addConfigCommands } from './commands/config.js';
import { addExplainCommand } from './commands/explain.js';
import { addExportCommand } from './commands/export.js';
import { addRepairCommand } from './commands/repair.js';
import { addRunCommands } from './commands/run.js';
import { addStatusCommand } from './commands/status.js';

/** All commands, in the order of the help. */
const commands: readonly AddCommand[] = [
  addRunCommands,
  addConfigCommands,
  addStatusCommand,
  addExplainCommand,
  addCheckCommand,
  addRepairCommand,
  addCleanupCommand,
  addExportCommand,
];

/** The command line as a whole. */
export function createProgram(end: (code: number) => void): Command {
  const program = new Command('opensdn-svc-monitor')
    .description('Keeps floating ips working on the VIPs of Octavia load balancers in OpenSDN.')
    .version(packageVersion())
    .exitOverride()
    // Who types a password into a URL is told what is wrong with it, and not the password once more.
    .configureOutput({
      outputError: (text, write) => {
        write(maskCredentials(text));
      },
    })
    .addHelpText(
      'after',
      '\nSettings come from their defaults, the files of the original, the YAML file, the environment (SVC_MONITOR_<SECTION>_<KEY>) and the\n' +
        'flags, the last one counts.\n' +
        'Exit codes: 0 stopped in order, or all is well, 1 failed, or not well, 2 bad configuration or usage; each command has its own help.',
    );
  for (const add of commands) add(program, end);
  addExitCodes(program, []);
  return program;
}

/** What each exit code says stands in the help of each command. */
function addExitCodes(parent: Command, path: readonly string[]): void {
  for (const command of parent.commands) {
    const names = [...path, command.name()];
    const codes = Object.entries(exitCodesOf).find(([name]) => name === names.join(' '))?.[1];
    if (codes !== undefined) {
      const lines = Object.entries(codes).map(([code, says]) => `  ${code.padEnd(4)}${says}`);
      command.addHelpText('after', ['', 'Exit codes:', ...lines].join('\n'));
    }
    addExitCodes(command, names);
  }
}
