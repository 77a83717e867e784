import { isAborted, silentLogger, SvcMonitorError, toSvcMonitorError, type Logger } from '../../lib/index.js';
import type { ServiceConfig } from '../config/index.js';
import { adviceOnConfigApi, VipMirror } from '../diagnosis/index.js';
import type { Output } from './output/index.js';

/**
 * Reads the running OpenSDN of the configuration once, and shows a terminal how far it is. Close what it resolves to.
 *
 * @throws SvcMonitorError as `VipMirror.read`, with the servers, the setting and what to do in the message
 */
export async function readMirror(
  config: ServiceConfig,
  { output, logger = silentLogger }: { readonly output: Output; readonly logger?: Logger },
  signal: AbortSignal,
): Promise<VipMirror> {
  try {
    return await VipMirror.read(
      config,
      {
        logger,
        onProgress: ({ done, total }) => {
          output.progress(`reading the config: ${done} of ${total} objects`);
        },
      },
      signal,
    );
  } catch (error) {
    const failure = toSvcMonitorError(error);
    if (isAborted(error) || failure.code === 'bug') throw error;
    const { setting, advice } = adviceOnConfigApi(failure, config);
    const message = `config API ${config.configApi.urls.join(', ')}: ${failure.message}. See ${setting}. ${advice}`;
    throw new SvcMonitorError(failure.code, message, { cause: error });
  }
}
