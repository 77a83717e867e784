import { exitCodes } from '../../exit-codes.js';
import type { AddCommand } from '../command.js';
import { loadSettings, reportProblems, withSettings, type SettingsFlags } from '../settings.js';

/** `check-schema`: do the API servers keep references from virtual-ip to floating-ip? */
export const addSchemaCommand: AddCommand = (program, end) => {
  withSettings(
    program
      .command('check-schema')
      .description(
        'tell whether the API servers keep references from virtual-ip to floating-ip (native) or not (stock)',
      ),
  )
    .option('--no-trial', 'only look, and write nothing: an extended server without any such reference is unknown then')
    .action(async (flags: SettingsFlags & { readonly trial: boolean }) => {
      end(await checkSchema(flags));
    });
};

async function checkSchema(flags: SettingsFlags & { readonly trial: boolean }): Promise<number> {
  const loaded = loadSettings(flags);
  if (!loaded.ok) return reportProblems(loaded);
  const { checkApiServers, describeCheck, WinstonLogger } = await import('../../index.js');
  const logger = new WinstonLogger({ ...loaded.config.log, level: 'error' });
  let areAllKnown = true;
  for await (const check of checkApiServers(loaded.config, { trial: flags.trial, logger })) {
    process.stdout.write(`${describeCheck(check)}\n`);
    if (check.schema === 'unknown' || check.schema === 'failed') areAllKnown = false;
  }
  return areAllKnown ? exitCodes.stopped : exitCodes.failed;
}
