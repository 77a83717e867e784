import { readFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { formatProblem, loadConfig, type LoadedConfig } from '../config/index.js';
import { exitCodes } from '../exit-codes.js';

/** The flags of every command that reads the configuration. */
export interface SettingsFlags {
  readonly config?: string;
  readonly set: readonly string[];
  readonly dryRun?: true;
  readonly logLevel?: string;
  readonly logFormat?: string;
}

/** Adds the {@link SettingsFlags} to a command. */
export function withSettings(command: Command): Command {
  return command
    .option('--config <file>', 'the YAML file of the configuration')
    .addOption(
      new Option('--set <key=value>', 'set one key, such as rabbitmq.port=5673; may be repeated')
        .default([], 'none')
        .argParser((value: string, previous: readonly string[]) => [...previous, value]),
    )
    .option('--dry-run', 'plan and report, and write nothing (dry_run)')
    .option('--log-level <level>', 'debug, info, warn or error (log.level)')
    .option('--log-format <format>', 'json or text (log.format)');
}

/** The configuration that flags, file and environment give, or all that is wrong with it. */
export function loadSettings(flags: SettingsFlags): LoadedConfig {
  const assignments = [
    ...flags.set,
    ...(flags.dryRun === undefined ? [] : ['dry_run=true']),
    ...(flags.logLevel === undefined ? [] : [`log.level=${flags.logLevel}`]),
    ...(flags.logFormat === undefined ? [] : [`log.format=${flags.logFormat}`]),
  ];
  const sources = { environment: process.env, assignments, readFile: readText };
  if (flags.config === undefined) return loadConfig(sources);
  let fileText: string;
  try {
    fileText = readText(flags.config);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, problems: [{ key: '--config', message: `the file cannot be read: ${message}` }] };
  }
  return loadConfig({ ...sources, fileText });
}

/** Writes all problems of a configuration to the standard error, and returns the exit code for that. */
export function reportProblems(loaded: LoadedConfig & { readonly ok: false }): number {
  const count = loaded.problems.length;
  process.stderr.write(`the configuration has ${count} ${count === 1 ? 'problem' : 'problems'}:\n`);
  for (const problem of loaded.problems) process.stderr.write(`  ${formatProblem(problem)}\n`);
  return exitCodes.badConfiguration;
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}
