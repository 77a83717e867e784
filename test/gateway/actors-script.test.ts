import { expect } from 'chai';
import { ManualClock } from '../../lib/index.js';
import { EmbeddedCloud, neutronReleases, type NeutronRelease } from '../../fixtures/index.js';
import type { FirstPort } from '../support/counted-uuids.js';
import { playActorsScript, scriptServer, scriptTenant, type ActorsScriptResult } from './actors-script.js';

/** Plays the script on the server itself. */
async function play(release: NeutronRelease, first: FirstPort, hasMonitor = false): Promise<ActorsScriptResult> {
  const cloud = await new EmbeddedCloud({ clock: new ManualClock(), server: scriptServer(release, first) }).start();
  try {
    const tenant = await cloud.createTenant(scriptTenant);
    if (hasMonitor) await cloud.startMonitor();
    const afterStep = hasMonitor ? () => cloud.settled() : undefined;
    const result = await playActorsScript({
      tenant,
      url: cloud.url,
      ...(afterStep === undefined ? {} : { afterStep }),
    });
    // What is left is the user's own.
    if (!hasMonitor) expect(cloud.server.list('floating-ip')).to.have.lengthOf(1);
    return result;
  } finally {
    await cloud.stop();
  }
}

const notesOf = (lines: readonly string[], note: string): readonly string[] =>
  lines.filter((line) => line.startsWith(`{"note":"${note}"`));

describe('the script of the controllers', () => {
  describe('when floating ips have the reference that Neutron gave them', () => {
    it('should be seen alike on all releases, whichever port is first', async () => {
      const reference = await play('R24.1', 'vip');
      for (const release of neutronReleases) {
        expect(await play(release, 'newest amphora'), release).to.deep.equal(reference);
      }
    });

    it('should keep each association, and refuse nothing but what is in use', async () => {
      const { cloudProvider, clusterApi, user } = await play('master', 'newest amphora');
      const errors = notesOf(cloudProvider, 'error');
      expect(errors).to.have.lengthOf(1);
      expect(errors[0]).to.match(/floating IP 100\.64\.200\.\d+ is not available/);
      expect(notesOf(clusterApi, 'error')).to.deep.equal([]);
      expect(user.filter((line) => line.includes('"refused"'))).to.deep.equal([]);
      const updates = clusterApi.filter((line) => line.includes('"operation":"UPDATE"'));
      expect(updates).to.have.lengthOf(2);
      const addresses = new Set(notesOf(cloudProvider, 'result').filter((line) => line.includes('"GetLoadBalancer"')));
      expect(addresses).to.have.lengthOf(1);
    });
  });

  for (const release of neutronReleases) {
    describe(`when a monitor wires them, and no gateway helps (${release})`, () => {
      it('should be seen otherwise by all of them', async () => {
        const reference = await play(release, 'newest amphora');
        const seen = await play(release, 'newest amphora', true);
        expect(seen.cloudProvider).not.to.deep.equal(reference.cloudProvider);
        expect(seen.clusterApi).not.to.deep.equal(reference.clusterApi);
        expect(seen.user).not.to.deep.equal(reference.user);
        expect(seen.cloudProvider.join('\n')).to.include('FloatingIPPortAlreadyAssociated');
      });
    });
  }
});
