import { expect } from 'chai';
import { uuidOf } from '../../support/change-messages.js';
import { stateOf, turns } from '../../support/turns.js';
import { CacheStage } from './support/cache-stage.js';
import { network, rawFloatingIp, rawNetwork, rawPort, vip, withPorts, type Raw } from './support/objects.js';

const [port, amphora, floatingIp] = [uuidOf(2), uuidOf(3), uuidOf(5)];

/** Of a server whose clock is that of the stage. */
function written(stage: CacheStage, raw: Raw, atMs = stage.clock.now()): Raw {
  return { ...raw, id_perms: { last_modified: new Date(atMs).toISOString().replace('Z', '') } };
}

async function newStage(): Promise<CacheStage> {
  const stage = new CacheStage();
  stage.reader
    .put('virtual-network', rawNetwork(network))
    .put('virtual-machine-interface', rawPort(port), rawPort(amphora))
    .put('floating-ip', written(stage, rawFloatingIp(floatingIp, vip, port)));
  await stage.update('floating-ip', floatingIp);
  stage.clock.step(60_000);
  stage.listener.clear();
  stage.reader.log.length = 0;
  return stage;
}

const ports = (stage: CacheStage) => stage.cache.get('floating-ip', floatingIp)?.refs['virtual-machine-interface'];

describe('an API server that lags behind', () => {
  describe('when an answer is older than what was seen', () => {
    it('should be asked again, and not be believed meanwhile', async () => {
      const stage = await newStage();
      const old = written(stage, rawFloatingIp(floatingIp, vip, port), stage.clock.now() - 60_000);
      const fresh = written(stage, rawFloatingIp(floatingIp, vip, port, amphora));
      stage.reader.put('floating-ip', fresh);
      await stage.update('floating-ip', floatingIp);
      stage.reader.put('floating-ip', old);
      const delivery = stage.update('floating-ip', floatingIp);
      await turns();
      expect(await stateOf(delivery)).to.equal('pending');
      expect(ports(stage)).to.deep.equal([port, amphora]);
      stage.reader.put('floating-ip', fresh);
      stage.clock.step(50);
      await delivery;
      expect(ports(stage)).to.deep.equal([port, amphora]);
    });

    it('should be believed in the end: a restored database is older, too', async () => {
      const stage = await newStage();
      stage.reader.put('floating-ip', written(stage, rawFloatingIp(floatingIp, null), 0));
      const delivery = stage.update('floating-ip', floatingIp);
      for (let step = 0; step < 10; step++) {
        await turns();
        stage.clock.step(1_600);
      }
      await delivery;
      expect(ports(stage)).to.deep.equal([]);
    });

    it('should be left by a full read, which has the object read again', async () => {
      const stage = await newStage();
      const fresh = written(stage, rawFloatingIp(floatingIp, vip, port, amphora));
      stage.reader.put('floating-ip', fresh);
      await stage.update('floating-ip', floatingIp);
      stage.reader.put('floating-ip', written(stage, rawFloatingIp(floatingIp, vip, port), stage.clock.now() - 60_000));
      stage.reader.log.length = 0;
      stage.informer.start();
      await stage.informer.waitForSync(new AbortController().signal);
      expect(ports(stage)).to.deep.equal([port, amphora]);
      expect(stage.reader.times(`get ${floatingIp}`)).to.equal(1);
      stage.informer.stop();
    });
  });

  describe('when an answer does not show what we wrote', () => {
    it('should be asked again, and not be believed meanwhile', async () => {
      const stage = await newStage();
      const before = stage.cache.get('floating-ip', floatingIp)!;
      stage.informer.announce(floatingIp, 'req-svc-monitor-1');
      stage.informer.assume('floating-ip', floatingIp, withPorts(before, port, amphora));
      const delivery = stage.update('floating-ip', floatingIp, 'req-of-others');
      await turns();
      expect(ports(stage)).to.deep.equal([port, amphora]);
      stage.reader.put('floating-ip', written(stage, rawFloatingIp(floatingIp, null)));
      stage.clock.step(50);
      await delivery;
      expect(ports(stage)).to.deep.equal([]);
    });
  });

  describe('when an answer is older than the change that was announced', () => {
    it('should be believed, and looked at again', async () => {
      const stage = await newStage();
      await stage.update('floating-ip', floatingIp, 'req-of-others');
      expect(stage.reader.times(`get ${floatingIp}`)).to.equal(1);
      stage.reader.put('floating-ip', written(stage, rawFloatingIp(floatingIp, null)));
      stage.clock.step(500);
      await turns();
      expect(ports(stage)).to.deep.equal([]);
      expect(stage.listener.announced).to.deep.equal([`update ${floatingIp} live`]);
      stage.clock.step(10_000);
      await turns();
      expect(stage.reader.times(`get ${floatingIp}`)).to.equal(2);
    });

    it('should be looked at a few times only: one change can be announced again much later', async () => {
      const stage = await newStage();
      await stage.update('floating-ip', floatingIp, 'req-of-others');
      for (let step = 0; step < 20; step++) {
        stage.clock.step(1_000);
        await turns();
      }
      expect(stage.reader.times(`get ${floatingIp}`)).to.equal(4);
      expect(stage.clock.pending).to.equal(0);
    });
  });

  describe('when it does not know yet what was created, or still shows what was deleted', () => {
    it('should be asked again before the object counts as gone', async () => {
      const stage = await newStage();
      const raw = rawPort(uuidOf(9));
      await stage.create('virtual-machine-interface', raw.uuid, raw);
      const delivery = stage.update('virtual-machine-interface', raw.uuid);
      await turns();
      expect(stage.cache.get('virtual-machine-interface', raw.uuid)).not.to.equal(undefined);
      stage.reader.put('virtual-machine-interface', raw);
      stage.clock.step(50);
      await delivery;
      expect(stage.cache.isGone(raw.uuid)).to.equal(false);
    });

    it('should not bring back an object that was deleted', async () => {
      const stage = await newStage();
      await stage.delete('floating-ip', floatingIp);
      const delivery = stage.update('floating-ip', floatingIp);
      await turns();
      expect(stage.cache.get('floating-ip', floatingIp)).to.equal(undefined);
      stage.reader.remove(floatingIp);
      stage.clock.step(50);
      await delivery;
      expect(stage.cache.isGone(floatingIp)).to.equal(true);
    });
  });
});
