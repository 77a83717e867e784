import { expect } from 'chai';
import { ManualClock } from '../../lib/index.js';
import { EmbeddedCloud, neutronReleases, type NeutronRelease } from '../../fixtures/index.js';
import type { FirstPort } from '../support/counted-uuids.js';
import { playActorsScript, scriptServer, scriptTenant, type ActorsScriptResult } from './actors-script.js';
import { GatewayedMonitor } from './support/gatewayed-monitor.js';

async function play(
  release: NeutronRelease,
  first: FirstPort,
  how: 'single reference' | 'through a gateway' | 'through a gateway, in a hurry',
): Promise<ActorsScriptResult> {
  const cloud = await new EmbeddedCloud({ clock: new ManualClock(), server: scriptServer(release, first) }).start();
  try {
    const tenant = await cloud.createTenant(scriptTenant);
    if (how === 'single reference') return await playActorsScript({ tenant, url: cloud.url });
    const gatewayed = await GatewayedMonitor.start(cloud);
    const { url, log } = gatewayed;
    try {
      const result = await playActorsScript({
        ...{ tenant, url },
        ...(how === 'through a gateway' ? { afterStep: () => cloud.settled() } : {}),
      });
      expect(log.of('floating ip stripped by a port delete, restoring it')).to.deep.equal([]);
      return result;
    } finally {
      await cloud.during(gatewayed.stop());
    }
  } finally {
    await cloud.stop();
  }
}

describe('floating ips on VIPs, as the controllers of Kubernetes and users see them through a gateway', () => {
  for (const release of neutronReleases) {
    for (const first of ['vip', 'newest amphora'] as const) {
      describe(`when Neutron is that of ${release}, and the uuid of the ${first} is the first`, () => {
        for (const how of ['through a gateway', 'through a gateway, in a hurry'] as const) {
          it(`should be what they see with a single reference, byte for byte, through failovers (${how})`, async () => {
            const reference = await play(release, first, 'single reference');
            const seen = await play(release, first, how);
            expect(seen.cloudProvider).to.deep.equal(reference.cloudProvider);
            expect(seen.clusterApi).to.deep.equal(reference.clusterApi);
            expect(seen.user).to.deep.equal(reference.user);
          }).timeout(0);
        }
      });
    }
  }
});
