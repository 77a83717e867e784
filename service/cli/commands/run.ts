import { SystemClock, type Logger, type MonitorStatus } from '../../../lib/index.js';
import type { ServiceConfig } from '../../config/index.js';
import type { TraceExport } from '../../tracing/index.js';
import type { AddCommand } from '../command.js';
import { Reloader } from '../../reload.js';
import type { RelayServiceStatus } from '../../relay-service.js';
import { runService, type ProcessHooks } from '../../run.js';
import { notifierOf, withNotifications } from '../../systemd/index.js';
import { packageVersion } from '../../version.js';
import { loadSettings, reportProblems, withSettings, type SettingsFlags } from '../settings.js';

type What = 'monitor' | 'relay' | 'gateway';

/** `run`, `relay` and `gateway`: what runs until a signal ends it. */
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
  withSettings(
    program
      .command('gateway')
      .description('be a Neutron gateway before the API servers, and nothing else, until SIGTERM or SIGINT'),
  ).action(async (flags: SettingsFlags) => {
    end(await run(flags, 'gateway'));
  });
};

async function run(flags: SettingsFlags, what: What): Promise<number> {
  const kind = { isRelay: what === 'relay', isGateway: what === 'gateway' };
  const loaded = loadSettings(flags, kind);
  if (!loaded.ok) return reportProblems(loaded);
  // Loaded here only: other commands and `--help` need neither the HTTP server nor the AMQP client.
  const { createRelayService, createService, SuppressedLines, WinstonLogger } = await import('../../index.js');
  const { config } = loaded;
  const suppressedLines = new SuppressedLines();
  const logger = new WinstonLogger({ ...config.log, suppressed: suppressedLines });
  const shared = { logger, suppressedLines };
  const isRelay = what === 'relay';
  logger.info('starting', {
    version: packageVersion(),
    ...(what === 'monitor' ? { dryRun: config.dryRun } : { what }),
  });
  for (const { key, origin, message } of loaded.warnings) {
    logger.warn('configuration', { setting: key, ...(origin === undefined ? {} : { origin }), warning: message });
  }
  const tracing = isRelay ? undefined : await tracesOf(config, logger);
  const tracer = tracing === undefined ? {} : { tracer: tracing.tracer };
  const isOnlooker = what === 'gateway';
  const service = isRelay
    ? createRelayService(config, shared)
    : createService(config, { ...shared, ...tracer, isOnlooker });
  const notifier = notifierOf(process.env, {
    // A process whose event loop does not run sends nothing.
    isAlive: () => true,
    status: () => statusLine(service.status()),
    clock: new SystemClock(),
    logger,
  });
  const reloader = new Reloader({
    started: loaded,
    load: () => loadSettings(flags, kind),
    apply: (changed) => {
      service.reload(changed);
      logger.setLevel(changed.log.level);
    },
    logger,
  });
  try {
    const hooks: ProcessHooks = {
      onReload: (action) => {
        process.on('SIGHUP', action);
      },
      onSignal: (action) => {
        for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, action);
      },
      onUncaught: (action) => {
        process.on('uncaughtException', action);
        process.on('unhandledRejection', action);
      },
      exit: (code) => {
        logger.saveLast();
        process.exit(code);
      },
    };
    return await runService(withNotifications(service, notifier), logger, hooks, reloader);
  } finally {
    await tracing?.stop();
    await logger.close();
  }
}

async function tracesOf({ tracing }: ServiceConfig, logger: Logger): Promise<TraceExport | undefined> {
  if (tracing === undefined) return undefined;
  const { startTracing } = await import('../../tracing/index.js');
  return startTracing({ ...tracing, version: packageVersion(), clock: new SystemClock(), logger });
}

function statusLine({ ready, health }: MonitorStatus | RelayServiceStatus): string {
  return ready ? `ready${health.role === 'standby' ? ', standing by' : ''}` : `not ready: ${health.reasons.join('; ')}`;
}
