import { AmqpSource, createMonitor } from 'opensdn-svc-monitor';

/** Follows OpenSDN until the signal fires; tells once, when it is ready, what is not in order. */
export async function followOpenSdn(signal: AbortSignal, tell: (what: string) => void): Promise<void> {
  const monitor = createMonitor({
    configApi: { urls: ['http://10.0.0.1:8082', 'http://10.0.0.2:8082'] },
    source: new AmqpSource({ brokers: ['10.0.0.1:5673', '10.0.0.2:5673'] }),
    settings: { amphoraProjects: ['service'] },
  });
  await monitor.start(signal);
  for (const { type, message } of monitor.status().problems) tell(`${type}: ${message}`);
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true });
  });
  await monitor.stop();
}
