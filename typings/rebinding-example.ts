import { createContainer, managers, octaviaVip, tokens, type Monitor, type MonitorOptions } from 'opensdn-svc-monitor';

/** A monitor that looks at each VIP of one network only, and tells of each request that it writes with. */
export function monitorOfOneNetwork(options: MonitorOptions, network: string, tell: (what: string) => void): Monitor {
  const container = createContainer({
    ...options,
    // A manager in the place of another: the others stay as they are.
    managers: managers.map((manager) =>
      manager === octaviaVip
        ? {
            ...octaviaVip,
            create: (context, settings) => {
              tell(`watching ${network}`);
              return octaviaVip.create(context, settings);
            },
          }
        : manager,
    ),
  });
  const ownership = container.get(tokens.ownership);
  container.rebind(tokens.ownership).toConstantValue({ ...ownership, owns: (key) => key.startsWith(`${network}/`) });
  return container.get(tokens.monitor);
}
