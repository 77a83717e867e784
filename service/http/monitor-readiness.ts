import type { MonitorStatus, SvcMonitorError } from '../../lib/index.js';

/** Why no work can be expected of the monitor now; empty if it can. */
export function monitorUnreadyReasons(status: MonitorStatus, failure: SvcMonitorError | undefined): readonly string[] {
  const { source, resync } = status;
  const because = (error: string | undefined): string => (error === undefined ? '' : `: ${error}`);
  return [
    ...(failure === undefined ? [] : [`the monitor has failed: ${failure.message}`]),
    ...(status.ready
      ? []
      : [`the monitor is ${status.state} and has not read everything yet${because(resync.lastError)}`]),
    ...(source.connected ? [] : [`the change stream ${source.name} is not connected${because(source.lastError)}`]),
  ];
}
