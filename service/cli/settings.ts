import { createRequire } from 'node:module';
import { networkInterfaces } from 'node:os';
import { Option, type Command } from 'commander';
import { formatProblem, loadConfig, readTextFile, type ConfigProblem, type LoadedConfig } from '../config/index.js';
import { exitCodes } from '../exit-codes.js';

/** The flags of every command that reads the configuration. */
export interface SettingsFlags {
  readonly config?: string;
  /** The original's name for the flag has an underscore. */
  readonly conf_file: readonly string[];
  readonly set: readonly string[];
  readonly dryRun?: true;
  readonly logLevel?: string;
  readonly logFormat?: string;
}

/** Adds the {@link SettingsFlags} to a command. */
export function withSettings(command: Command): Command {
  // Both spellings fill one list, as the order counts.
  const confFiles: string[] = [];
  const addConfFile = (path: string): readonly string[] => {
    confFiles.push(path);
    return confFiles;
  };
  return command
    .option('--config <file>', 'the YAML file of the configuration')
    .addOption(
      new Option(
        '-c, --conf_file <file>',
        'a file of the original: contrail-svc-monitor.conf, contrail-keystone-auth.conf or vnc_api_lib.ini; may be repeated',
      )
        .default(confFiles, 'none')
        .argParser(addConfFile),
    )
    .addOption(new Option('--conf-file <file>').hideHelp().argParser(addConfFile))
    .addOption(
      new Option('--set <key=value>', 'set one key, such as rabbitmq.port=5673; may be repeated')
        .default([], 'none')
        .argParser((value: string, previous: readonly string[]) => [...previous, value]),
    )
    .option('--dry-run', 'plan and report, and write nothing (dry_run)')
    .option('--log-level <level>', 'debug, info, warn or error (log.level)')
    .option('--log-format <format>', 'json, text or contrail (log.format)');
}

/** The configuration that flags, files and environment give, or all that is wrong with it. */
export function loadSettings(
  flags: SettingsFlags,
  options: { readonly isRelay?: boolean; readonly isGateway?: boolean } = {},
): LoadedConfig {
  return loadConfig({
    ...(flags.config === undefined ? {} : { file: flags.config }),
    confFiles: flags.conf_file,
    environment: process.env,
    assignments: [
      ...flags.set,
      ...(flags.dryRun === undefined ? [] : ['dry_run=true']),
      ...(flags.logLevel === undefined ? [] : [`log.level=${flags.logLevel}`]),
      ...(flags.logFormat === undefined ? [] : [`log.format=${flags.logFormat}`]),
    ],
    readFile: readTextFile,
    isInstalled,
    isRelay: options.isRelay === true,
    isGateway: options.isGateway === true,
    localAddresses: Object.values(networkInterfaces()).flatMap((entries) =>
      (entries ?? []).map(({ address }) => address),
    ),
    now: new Date(),
  });
}

/** Writes all problems and warnings of a configuration to the standard error, and returns the exit code for that. */
export function reportProblems(loaded: LoadedConfig & { readonly ok: false }): number {
  const { problems, warnings } = loaded;
  process.stderr.write(`the configuration has ${counted(problems.length, 'problem')}:\n${indented(problems)}`);
  if (warnings.length > 0) {
    process.stderr.write(
      `and there ${warnings.length === 1 ? 'is' : 'are'} ${counted(warnings.length, 'warning')}:\n${indented(warnings)}`,
    );
  }
  return exitCodes.badConfiguration;
}

/** A number of things, in words. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}

function indented(problems: readonly ConfigProblem[]): string {
  return problems.map((problem) => `  ${formatProblem(problem)}\n`).join('');
}

function isInstalled(packageName: string): boolean {
  try {
    createRequire(import.meta.url).resolve(packageName);
    return true;
  } catch {
    return false;
  }
}
