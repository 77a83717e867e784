import { errorFields, type Logger } from '../lib/index.js';
import type { Reloader } from './reload.js';
import { exitCodes } from './exit-codes.js';
import type { Service } from './service.js';

/** What can be run: the monitor's service, or the relay's. */
export type RunnableService = Pick<Service, 'start' | 'stop' | 'failure'>;

/** What running a service needs of its process; `main.ts` hands in those of Node.js. */
export interface ProcessHooks {
  /** Calls the function at each signal to stop. */
  readonly onSignal: (action: (signal: string) => void) => void;
  /** Calls the function at each signal to read the configuration again. */
  readonly onReload?: (action: () => void) => void;
  /** Calls the function with what was thrown and nobody caught. */
  readonly onUncaught: (action: (error: unknown) => void) => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
}

/**
 * Runs the service until a signal stops it or it fails for good. The first signal stops it in order, a second one at once.
 *
 * @param reloader reads the configuration again when a signal asks for it; absent: such a signal does nothing
 * @returns the exit code
 * @throws SvcMonitorError as the service's `start` does
 */
export async function runService(
  service: RunnableService,
  logger: Logger,
  hooks: ProcessHooks,
  reloader?: Pick<Reloader, 'reload'>,
): Promise<number> {
  hooks.onUncaught((error) => {
    logger.error('unexpected failure, exiting', errorFields(error));
    hooks.exit(exitCodes.failed);
  });
  hooks.onReload?.(() => reloader?.reload());
  const stopAsked = new Promise<void>((resolve) => {
    let signals = 0;
    hooks.onSignal((signal) => {
      signals += 1;
      logger.info(signals === 1 ? 'stopping' : 'stopping at once', { signal });
      if (signals > 1) hooks.exit(exitCodes.failed);
      resolve();
    });
  });
  await service.start();
  const failure = await Promise.race([stopAsked, service.failure]);
  const stopped = await stop(service, logger);
  return failure === undefined && stopped ? exitCodes.stopped : exitCodes.failed;
}

async function stop(service: Pick<RunnableService, 'stop'>, logger: Logger): Promise<boolean> {
  try {
    await service.stop();
    logger.info('stopped');
    return true;
  } catch (error) {
    logger.error('did not stop cleanly', errorFields(error));
    return false;
  }
}
