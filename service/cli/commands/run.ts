import type { AddCommand } from '../command.js';
import { runService } from '../../run.js';
import { packageVersion } from '../../version.js';
import { loadSettings, reportProblems, withSettings, type SettingsFlags } from '../settings.js';

/** `run` and `relay`: what runs until a signal ends it. */
export const addRunCommands: AddCommand = (program, end) => {
  withSettings(program.command('run').description('run until SIGTERM or SIGINT')).action(
    async (flags: SettingsFlags) => {
      end(await run(flags, 'monitor'));
    },
  );
  withSettings(
    program.command('relay').description('carry the changes from RabbitMQ to Kafka until SIGTERM or SIGINT'),
  ).action(async (flags: SettingsFlags) => {
    end(await run(flags, 'relay'));
  });
};

async function run(flags: SettingsFlags, what: 'monitor' | 'relay'): Promise<number> {
  const loaded = loadSettings(flags, { isRelay: what === 'relay' });
  if (!loaded.ok) return reportProblems(loaded);
  // Loaded here only: other commands and `--help` need neither the HTTP server nor the AMQP client.
  const { createRelayService, createService, WinstonLogger } = await import('../../index.js');
  const { config } = loaded;
  const logger = new WinstonLogger(config.log);
  const isRelay = what === 'relay';
  logger.info('starting', { version: packageVersion(), ...(isRelay ? { what } : { dryRun: config.dryRun }) });
  for (const { key, origin, message } of loaded.warnings) {
    logger.warn('configuration', { setting: key, ...(origin === undefined ? {} : { origin }), warning: message });
  }
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
