import { hasCode, isAborted, SystemClock, toSvcMonitorError, withTimeout } from '../../lib/index.js';
import { exitCodes } from '../exit-codes.js';
import type { Output } from './output/index.js';

/** How a command that asks others is run. */
export interface InterruptibleOptions {
  readonly output: Output;
  /** Time for all of it. Milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Runs what a command does until it ends, its time is over, or a signal calls it off; a second signal ends the process at once.
 *
 * @returns the exit code: that of the work, `failed` after a failure, which is told, or `calledOff`
 */
export async function interruptible(
  { output, timeoutMs }: InterruptibleOptions,
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const calledOff = new AbortController();
  const onSignal = (): void => {
    if (calledOff.signal.aborted) process.exit(exitCodes.calledOff);
    calledOff.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  ignoreClosedPipes();
  try {
    return await withTimeout(new SystemClock(), timeoutMs, calledOff.signal, work);
  } catch (error) {
    if (isAborted(error) && calledOff.signal.aborted) {
      output.remark('called off');
      return exitCodes.calledOff;
    }
    const failure = toSvcMonitorError(error);
    if (failure.code === 'bug') throw error;
    output.remark(
      `opensdn-svc-monitor: ${hasCode(error, 'timeout') ? 'no result in time; see --timeout' : failure.message}`,
    );
    return exitCodes.failed;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
  }
}

/** Whoever reads the output may stop before its end, as `head` does: what is left to say is said to nobody. */
function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
    });
  }
}
