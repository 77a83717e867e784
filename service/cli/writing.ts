import { isAborted, toSvcMonitorError } from '../../lib/index.js';
import { RunningService } from '../diagnosis/index.js';
import { serviceAddressOf, type ServiceFlags } from './arguments.js';

/** Whether a service answers there that is ready: it does by itself what a command would. Rejects with `aborted`. */
export async function isServiceRunning(flags: ServiceFlags, signal: AbortSignal): Promise<boolean> {
  const service = new RunningService({ ...serviceAddressOf(flags), timeoutMs: 2_000 });
  try {
    return (await service.report(signal)).ready;
  } catch (error) {
    // Nothing answers, or something else does.
    if (isAborted(error) || toSvcMonitorError(error).code === 'bug') throw error;
    return false;
  } finally {
    service.close();
  }
}
