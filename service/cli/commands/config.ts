import { formatProblem, type LoadedConfig } from '../../config/index.js';
import { exitCodes } from '../../exit-codes.js';
import type { AddCommand } from '../command.js';
import { counted, loadSettings, reportProblems, withSettings, type SettingsFlags } from '../settings.js';

type Loaded = LoadedConfig & { readonly ok: true };

/** `config check` and `config show`: is the configuration right, and what does it come to? */
export const addConfigCommands: AddCommand = (program, end) => {
  const config = program.command('config').description('validate the configuration, or show what it comes to');
  withSettings(config.command('check').description('validate the configuration and exit')).action(
    (flags: SettingsFlags) => {
      end(withConfig(flags, check));
    },
  );
  withSettings(
    config.command('show').description('print every key with its value and where it comes from, secrets hidden'),
  )
    .option('--json', 'print it as JSON')
    .action((flags: SettingsFlags & { readonly json?: true }) => {
      end(withConfig(flags, flags.json === true ? showJson : show));
    });
};

function withConfig(flags: SettingsFlags, describe: (loaded: Loaded) => string): number {
  const loaded = loadSettings(flags);
  if (!loaded.ok) return reportProblems(loaded);
  process.stdout.write(describe(loaded));
  return exitCodes.stopped;
}

function check({ warnings, unused }: Loaded): string {
  const options = unused.length === 0 ? '' : `, ${counted(unused.length, 'option')} of the original unused`;
  const lines = warnings.map((warning) => `  ${formatProblem(warning)}\n`).join('');
  return `the configuration is valid: ${counted(warnings.length, 'warning')}${options}\n${lines}`;
}

function show({ effective, unused, warnings }: Loaded): string {
  const settings = effective.map(({ key, value, origin }) =>
    value === undefined ? `${key} is unset` : `${key} = ${value}  (${origin})`,
  );
  return [
    ...settings,
    ...part(
      'unused options of the original:',
      unused.map(({ option, origin, reason }) => `${option}  (${origin}): ${reason}`),
    ),
    ...part('warnings:', warnings.map(formatProblem)),
    '',
  ].join('\n');
}

function part(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

function showJson({ effective, unused, warnings }: Loaded): string {
  const settings = effective.map(({ key, value, origin }) => ({ key, value: value ?? null, origin }));
  return `${JSON.stringify({ settings, unused, warnings }, null, 2)}\n`;
}
