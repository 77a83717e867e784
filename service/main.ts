#!/usr/bin/env node
import { CommanderError } from 'commander';
import { toSvcMonitorError } from '../lib/index.js';
import { createProgram } from './cli/index.js';
import { exitCodes } from './exit-codes.js';

async function main(): Promise<number> {
  let code: number = exitCodes.stopped;
  try {
    await createProgram((ended) => {
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
