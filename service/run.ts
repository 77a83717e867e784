import { errorFields, type Logger } from '../lib/index.js';
import type { ServiceConfig } from './config/index.js';
import { createService } from './create-service.js';
import { exitCodes } from './exit-codes.js';
import { WinstonLogger } from './log/index.js';
import type { Service } from './service.js';
import { packageVersion } from './version.js';

/** What the process needs of its surroundings; `main.ts` hands in those of Node.js. */
export interface ProcessHooks {
  /** Calls the function at each of the signals, and when something was thrown that nobody caught. */
  readonly onSignal: (action: (signal: string) => void) => void;
  readonly onUncaught: (action: (error: unknown) => void) => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
}

/**
 * Runs the service until a signal stops it or it fails for good.
 *
 * The first signal stops it in order, a second one at once.
 *
 * @returns the exit code
 */
export async function runService(config: ServiceConfig, hooks: ProcessHooks): Promise<number> {
  const logger = new WinstonLogger(config.log);
  hooks.onUncaught((error) => {
    logger.error('unexpected failure, exiting', errorFields(error));
    hooks.exit(exitCodes.failed);
  });
  const service = createService(config, { logger });
  const stopAsked = new Promise<void>((resolve) => {
    let signals = 0;
    hooks.onSignal((signal) => {
      signals += 1;
      logger.info(signals === 1 ? 'stopping' : 'stopping at once', { signal });
      if (signals > 1) hooks.exit(exitCodes.failed);
      resolve();
    });
  });
  logger.info('starting', { version: packageVersion(), dryRun: config.rules.dryRun });
  await service.start();
  const failure = await Promise.race([stopAsked, service.failure]);
  const stopped = await stop(service, logger);
  return failure === undefined && stopped ? exitCodes.stopped : exitCodes.failed;
}

async function stop(service: Service, logger: Logger): Promise<boolean> {
  try {
    await service.stop();
    logger.info('stopped');
    return true;
  } catch (error) {
    logger.error('did not stop cleanly', errorFields(error));
    return false;
  }
}
