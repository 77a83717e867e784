import type { EffectiveSetting } from '../../config/index.js';
import { exitCodes } from '../../exit-codes.js';
import type { AddCommand } from '../command.js';
import { loadSettings, reportProblems, withSettings, type SettingsFlags } from '../settings.js';

/** `check-config`: is the configuration right, and what does it come to? */
export const addConfigCommands: AddCommand = (program, end) => {
  withSettings(program.command('check-config').description('validate the configuration and exit'))
    .option('--show', 'print every key with its value and where it comes from, secrets masked')
    .action((flags: SettingsFlags & { readonly show?: true }) => {
      end(checkConfig(flags));
    });
};

function checkConfig(flags: SettingsFlags & { readonly show?: true }): number {
  const loaded = loadSettings(flags);
  if (!loaded.ok) return reportProblems(loaded);
  if (flags.show === true) process.stdout.write(`${loaded.effective.map(describe).join('\n')}\n`);
  else process.stdout.write('the configuration is valid\n');
  return exitCodes.stopped;
}

function describe({ key, value, origin }: EffectiveSetting): string {
  return `${key} = ${value}${origin === 'default' ? '' : `  (${origin})`}`;
}
