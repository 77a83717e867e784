#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { toSvcMonitorError } from '../lib/index.js';
import { formatProblem, loadConfig, type EffectiveSetting, type LoadedConfig } from './config/index.js';
import { exitCodes } from './exit-codes.js';
import { runService } from './run.js';
import { packageVersion } from './version.js';

interface Flags {
  readonly config?: string;
  readonly set: readonly string[];
  readonly dryRun?: true;
  readonly logLevel?: string;
  readonly logFormat?: string;
}

function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

function load(flags: Flags): LoadedConfig {
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

function reportProblems(loaded: LoadedConfig & { readonly ok: false }): number {
  const count = loaded.problems.length;
  process.stderr.write(`the configuration has ${count} ${count === 1 ? 'problem' : 'problems'}:\n`);
  for (const problem of loaded.problems) process.stderr.write(`  ${formatProblem(problem)}\n`);
  return exitCodes.badConfiguration;
}

function describe({ key, value, origin }: EffectiveSetting): string {
  return `${key} = ${value}${origin === 'default' ? '' : `  (${origin})`}`;
}

async function run(flags: Flags, what: 'monitor' | 'relay'): Promise<number> {
  const loaded = load(flags);
  if (!loaded.ok) return reportProblems(loaded);
  // Loaded here only: `check-config` and `--help` need neither the HTTP server nor the AMQP client.
  const { createRelayService, createService, WinstonLogger } = await import('./index.js');
  const { config } = loaded;
  const logger = new WinstonLogger(config.log);
  const isRelay = what === 'relay';
  logger.info('starting', { version: packageVersion(), ...(isRelay ? { what } : { dryRun: config.dryRun }) });
  const service = isRelay ? createRelayService(config, { logger }) : createService(config, { logger });
  return runService(service, logger, {
    onSignal: (action) => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, action);
    },
    onUncaught: (action) => {
      process.on('uncaughtException', action);
      process.on('unhandledRejection', action);
    },
    exit: (code) => process.exit(code),
  });
}

function checkConfig(flags: Flags & { readonly show?: true }): number {
  const loaded = load(flags);
  if (!loaded.ok) return reportProblems(loaded);
  if (flags.show === true) process.stdout.write(`${loaded.effective.map(describe).join('\n')}\n`);
  else process.stdout.write('the configuration is valid\n');
  return exitCodes.stopped;
}

async function checkSchema(flags: Flags & { readonly trial: boolean }): Promise<number> {
  const loaded = load(flags);
  if (!loaded.ok) return reportProblems(loaded);
  const { checkApiServers, describeCheck, WinstonLogger } = await import('./index.js');
  const logger = new WinstonLogger({ ...loaded.config.log, level: 'error' });
  let areAllKnown = true;
  for await (const check of checkApiServers(loaded.config, { trial: flags.trial, logger })) {
    process.stdout.write(`${describeCheck(check)}\n`);
    if (check.schema === 'unknown' || check.schema === 'failed') areAllKnown = false;
  }
  return areAllKnown ? exitCodes.stopped : exitCodes.failed;
}

function withConfigOptions(command: Command): Command {
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

function program(end: (code: number) => void): Command {
  const command = new Command('opensdn-svc-monitor')
    .description('Keeps floating ips working on the VIPs of Octavia load balancers in OpenSDN.')
    .version(packageVersion())
    .exitOverride()
    .addHelpText(
      'after',
      '\nSettings come from their defaults, the file, the environment (SVC_MONITOR_<SECTION>_<KEY>) and the flags, the last one counts.\n' +
        'Exit codes: 0 stopped in order, 1 failed, 2 bad configuration or usage.',
    );
  withConfigOptions(command.command('run').description('run until SIGTERM or SIGINT')).action(async (flags: Flags) => {
    end(await run(flags, 'monitor'));
  });
  withConfigOptions(
    command.command('relay').description('carry the changes from RabbitMQ to Kafka until SIGTERM or SIGINT'),
  ).action(async (flags: Flags) => {
    end(await run(flags, 'relay'));
  });
  withConfigOptions(command.command('check-config').description('validate the configuration and exit'))
    .option('--show', 'print every key with its value and where it comes from, secrets masked')
    .action((flags: Flags & { readonly show?: true }) => {
      end(checkConfig(flags));
    });
  withConfigOptions(
    command
      .command('check-schema')
      .description(
        'tell whether the API servers keep references from virtual-ip to floating-ip (native) or not (stock)',
      ),
  )
    .option('--no-trial', 'only look, and write nothing: an extended server without any such reference is unknown then')
    .action(async (flags: Flags & { readonly trial: boolean }) => {
      end(await checkSchema(flags));
    });
  return command;
}

async function main(): Promise<number> {
  let code: number = exitCodes.stopped;
  try {
    await program((ended) => {
      code = ended;
    }).parseAsync();
    return code;
  } catch (error) {
    // Commander has printed its own message; help and version end this way, too.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.stopped : exitCodes.badConfiguration;
    const { code: errorCode, message, cause } = toSvcMonitorError(error);
    const stack = errorCode === 'bug' && cause instanceof Error ? `\n${cause.stack ?? ''}` : '';
    process.stderr.write(`opensdn-svc-monitor: ${message}${stack}\n`);
    return exitCodes.failed;
  }
}

// Ends the process though something may still be open: what had to be stopped has been.
process.exit(await main());
