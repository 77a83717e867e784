import { Command } from 'commander';
import { packageVersion } from '../version.js';
import type { AddCommand } from './command.js';
import { addConfigCommands } from './commands/config.js';
import { addRunCommands } from './commands/run.js';
import { addSchemaCommand } from './commands/schema.js';

/** All commands, in the order of the help. */
const commands: readonly AddCommand[] = [addRunCommands, addConfigCommands, addSchemaCommand];

/** The command line as a whole. */
export function createProgram(end: (code: number) => void): Command {
  const program = new Command('opensdn-svc-monitor')
    .description('Keeps floating ips working on the VIPs of Octavia load balancers in OpenSDN.')
    .version(packageVersion())
    .exitOverride()
    .addHelpText(
      'after',
      '\nSettings come from their defaults, the files of the original, the YAML file, the environment (SVC_MONITOR_<SECTION>_<KEY>) and the\n' +
        'flags, the last one counts.\n' +
        'Exit codes: 0 stopped in order, 1 failed, 2 bad configuration or usage.',
    );
  for (const add of commands) add(program, end);
  return program;
}
