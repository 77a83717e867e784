import { Outages, silentLogger, silentMetrics, SystemClock } from '../../lib/index.js';
import { Gateway } from '../../service/gateway/index.js';
import { serve } from '../processes/serve.js';

let gateway: Gateway | undefined;

const commands = {
  /** Starts a gateway before an API server; resolves to its URL. Its front end looks at what it is given and lets all pass. */
  start: async ({ url }: { readonly url: string }): Promise<string> => {
    const clock = new SystemClock();
    gateway = new Gateway({
      ...{
        host: '127.0.0.1',
        port: 0,
        maxRequests: 2_000,
        maxHeld: 500,
        changeTimeoutMs: 5_000,
        idleTimeoutMs: 600_000,
      },
      ...{ stopTimeoutMs: 0, clock, logger: silentLogger, metrics: silentMetrics, outages: new Outages(clock) },
      configApi: { urls: [url] },
      use: () => 'fresh',
      frontEnd: { handle: () => Promise.resolve(undefined) },
    });
    await gateway.start();
    return gateway.url ?? '';
  },
  /** Resident memory now. MB. */
  rssMb: (): number => {
    globalThis.gc?.();
    return process.memoryUsage.rss() / 1_048_576;
  },
  /** The most resident memory that it ever had. MB. */
  maxRssMb: (): number => process.resourceUsage().maxRSS / 1_024,
  /** Requests under way. */
  underWay: (): number => gateway?.status().underWay ?? 0,
};

/** What the process with the gateway can be asked to do. */
export type GatewayCommands = typeof commands;

serve(commands, async () => {
  await gateway?.stop();
});
