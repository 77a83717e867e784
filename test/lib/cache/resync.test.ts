import { expect } from 'chai';
import { uuidOf } from '../../support/change-messages.js';
import { rejectionOf, stateOf, turns } from '../../support/turns.js';
import { CacheStage, resyncIntervalMs } from './support/cache-stage.js';
import { network, rawFloatingIp, rawInstanceIp, rawNetwork, rawPort, vip } from './support/objects.js';

const [port, instanceIp, floatingIp, other] = [2, 4, 5, 6].map(uuidOf) as [string, string, string, string];
const lists = ['virtual-network', 'virtual-machine-interface', 'instance-ip', 'floating-ip', 'virtual-ip'] as const;
const never = new AbortController().signal;

function newStage(): CacheStage {
  const stage = new CacheStage();
  stage.reader
    .put('virtual-network', rawNetwork(network))
    .put('virtual-machine-interface', rawPort(port))
    .put('instance-ip', rawInstanceIp(instanceIp, vip, port))
    .put('floating-ip', rawFloatingIp(floatingIp, vip, port));
  return stage;
}

/** A stage whose first full read has ended. */
async function syncedStage(): Promise<CacheStage> {
  const stage = newStage();
  stage.informer.start();
  await stage.informer.waitForSync(never);
  stage.reader.log.length = 0;
  stage.listener.clear();
  return stage;
}

async function resync(stage: CacheStage): Promise<void> {
  const { syncs } = stage.listener;
  stage.informer.connected();
  await turns();
  expect(stage.listener.syncs).to.equal(syncs + 1);
}

const repairs = (stage: CacheStage) => [...stage.counted].filter(([name]) => name.startsWith('resync_repairs_total'));

describe('the full read', () => {
  const stages: CacheStage[] = [];
  const keep = (stage: CacheStage) => {
    stages.push(stage);
    return stage;
  };
  afterEach(() => {
    for (const stage of stages.splice(0)) stage.informer.stop();
  });

  describe('the first', () => {
    it('should list every kind, what is referenced first, and hold everything', async () => {
      const stage = keep(newStage());
      stage.informer.start();
      await stage.informer.waitForSync(never);
      expect(stage.reader.log).to.deep.equal(lists.map((kind) => `list ${kind}`));
      expect(stage.uuids('floating-ip')).to.deep.equal([floatingIp]);
      expect(stage.listener.syncs).to.equal(1);
    });

    it('should announce nothing by itself: all is looked at when it has ended', async () => {
      const stage = keep(newStage());
      stage.informer.start();
      await stage.informer.waitForSync(never);
      expect(stage.listener.announced).to.deep.equal([]);
      expect(repairs(stage)).to.deep.equal([]);
    });

    it('should be awaited, and also by those that come later', async () => {
      const stage = keep(newStage());
      const early = stage.informer.waitForSync(never);
      expect(await stateOf(early)).to.equal('pending');
      stage.informer.start();
      await early;
      await stage.informer.waitForSync(never);
    });

    it('should not be awaited any longer than the caller wants', async () => {
      const stage = keep(newStage());
      const controller = new AbortController();
      const waiting = stage.informer.waitForSync(controller.signal);
      controller.abort();
      expect(await rejectionOf(waiting)).to.have.property('code', 'aborted');
      expect(await rejectionOf(stage.informer.waitForSync(controller.signal))).to.have.property('code', 'aborted');
    });

    it('should not be awaited for ever when the informer is stopped', async () => {
      const stage = newStage();
      const waiting = stage.informer.waitForSync(never);
      stage.informer.stop();
      expect(await rejectionOf(waiting)).to.have.property('code', 'closed');
      expect(await rejectionOf(stage.informer.waitForSync(never))).to.have.property('code', 'closed');
    });
  });

  describe('what nobody told us of', () => {
    it('should be found: what was created, changed and deleted', async () => {
      const stage = keep(await syncedStage());
      const created = uuidOf(7);
      stage.reader
        .put('floating-ip', rawFloatingIp(created, null))
        .put('virtual-machine-interface', rawPort(port, { virtual_machine_interface_device_owner: '' }))
        .remove(instanceIp);
      await resync(stage);
      expect(stage.listener.announced).to.have.members([
        `create ${created} resync`,
        `update ${port} resync`,
        `delete ${instanceIp} resync`,
      ]);
      expect(repairs(stage)).to.deep.equal([
        ['resync_repairs_total virtual-machine-interface update', 1],
        ['resync_repairs_total instance-ip delete', 1],
        ['resync_repairs_total floating-ip create', 1],
      ]);
    });

    it('should be nothing in a quiet system: no announcement, no repair', async () => {
      const stage = keep(await syncedStage());
      await resync(stage);
      expect(stage.listener.announced).to.deep.equal([]);
      expect(repairs(stage)).to.deep.equal([]);
    });

    it('should not be an object that somebody awaits, and that is as it was: it is announced, but no repair', async () => {
      const stage = keep(await syncedStage());
      stage.observer.awaited.add(floatingIp);
      await resync(stage);
      expect(repairs(stage)).to.deep.equal([]);
      expect(stage.listener.announced).to.deep.equal([`update ${floatingIp} resync`]);
    });

    it('should be told observers: what it was and is, and of which moment that is', async () => {
      const stage = keep(await syncedStage());
      const before = stage.cache.get('floating-ip', floatingIp);
      stage.observer.clear();
      stage.clock.step(100);
      stage.reader.put('floating-ip', rawFloatingIp(floatingIp, null));
      const readAfter = stage.cache.sequence;
      await resync(stage);
      const after = stage.cache.get('floating-ip', floatingIp);
      expect(after).not.to.deep.equal(before);
      expect(stage.observer.sights.filter(({ transition: { uuid } }) => uuid === floatingIp)).to.deep.equal([
        {
          transition: { kind: 'floating-ip', uuid: floatingIp, before, after },
          sight: { readAfter, at: 100 },
        },
      ]);
    });

    it('should be told observers of what is gone, too', async () => {
      const stage = keep(await syncedStage());
      stage.observer.clear();
      stage.reader.remove(floatingIp);
      await resync(stage);
      expect(stage.observer.of(floatingIp).map(({ after }) => after)).to.deep.equal([undefined]);
    });

    it('should be read, if something references it and no list has it', async () => {
      const stage = keep(await syncedStage());
      stage.reader
        .put('virtual-machine-interface', rawPort(other))
        .put('floating-ip', rawFloatingIp(floatingIp, vip, other));
      stage.reader.leftOut.add(other);
      await resync(stage);
      expect(stage.uuids('virtual-machine-interface')).to.include(other);
    });
  });

  describe('an object that is missing from its list', () => {
    it('should be looked for again before it is dropped: lists are torn by their pages', async () => {
      const stage = keep(await syncedStage());
      stage.reader.leftOut.add(port);
      await resync(stage);
      expect(stage.reader.log).to.include(`confirm ${port}`);
      expect(stage.uuids('virtual-machine-interface')).to.deep.equal([port]);
      expect(stage.listener.announced).to.deep.equal([]);
    });

    it('should be kept if it is there and does not have the shape of its kind', async () => {
      const stage = keep(await syncedStage());
      stage.reader.put('floating-ip', { ...rawFloatingIp(floatingIp, vip), floating_ip_is_virtual_ip: 'perhaps' });
      await resync(stage);
      expect(stage.listener.rejections.map(({ details }) => details['uuid'])).to.deep.equal([floatingIp]);
      expect(stage.cache.get('floating-ip', floatingIp)?.refs['virtual-machine-interface']).to.deep.equal([port]);
    });
  });

  describe('a live change during it', () => {
    it('should overtake it: what the list says of that object is out of date', async () => {
      const stage = keep(await syncedStage());
      const release = stage.reader.hold('list floating-ip');
      stage.informer.connected();
      await turns();
      stage.reader.put('floating-ip', rawFloatingIp(floatingIp, null));
      await stage.update('floating-ip', floatingIp);
      release();
      await turns();
      expect(stage.cache.get('floating-ip', floatingIp)?.refs['virtual-machine-interface']).to.deep.equal([]);
      expect(stage.listener.announced).to.deep.equal([`update ${floatingIp} live`]);
    });

    it('should not be undone by it: what was deleted stays so', async () => {
      const stage = keep(await syncedStage());
      const release = stage.reader.hold('list floating-ip');
      stage.informer.connected();
      await turns();
      stage.reader.remove(floatingIp);
      await stage.delete('floating-ip', floatingIp);
      release();
      await turns();
      expect(stage.cache.get('floating-ip', floatingIp)).to.equal(undefined);
      expect(stage.cache.isGone(floatingIp)).to.equal(true);
    });

    it('should keep what was created meanwhile, although the list does not have it', async () => {
      const stage = keep(await syncedStage());
      const release = stage.reader.hold('list floating-ip');
      stage.informer.connected();
      await turns();
      await stage.create('floating-ip', other, rawFloatingIp(other, null));
      release();
      await turns();
      expect(stage.uuids('floating-ip')).to.deep.equal([floatingIp, other]);
      expect(stage.reader.log.some((line) => line.startsWith('confirm'))).to.equal(false);
    });

    it('should not be held up by it', async () => {
      const stage = keep(await syncedStage());
      const release = stage.reader.hold('list virtual-network');
      stage.informer.connected();
      await turns();
      await stage.update('floating-ip', floatingIp);
      release();
    });

    it('should hold for what we write ourselves, too', async () => {
      const stage = keep(await syncedStage());
      const release = stage.reader.hold('list floating-ip');
      stage.informer.connected();
      await turns();
      const before = stage.cache.get('floating-ip', floatingIp)!;
      stage.informer.assume('floating-ip', floatingIp, { ...before, isVirtualIp: true });
      release();
      await turns();
      expect(stage.cache.get('floating-ip', floatingIp)?.isVirtualIp).to.equal(true);
    });
  });

  describe('when it fails', () => {
    it('should try again, later and later, and say so meanwhile', async () => {
      const stage = keep(newStage());
      stage.reader.fail('list instance-ip', undefined, 2);
      stage.informer.start();
      await turns();
      expect(stage.informer.resyncStatus).to.deep.equal({ running: false, lastError: 'down' });
      stage.clock.step(500);
      await turns();
      expect(stage.reader.times('list instance-ip')).to.equal(2);
      stage.clock.step(999);
      await turns();
      expect(stage.reader.times('list instance-ip')).to.equal(2);
      stage.clock.step(1);
      await stage.informer.waitForSync(never);
      expect(stage.informer.resyncStatus).to.deep.equal({ running: false, lastFinishedAt: stage.clock.now() });
      expect(stage.counted.get('resyncs_total failure')).to.equal(2);
      expect(stage.counted.get('resyncs_total success')).to.equal(1);
    });

    it('should not be hurried by a reconnect: the config API is in trouble', async () => {
      const stage = keep(newStage());
      stage.reader.fail('list instance-ip', undefined, 2);
      stage.informer.start();
      await turns();
      stage.informer.connected();
      await turns();
      expect(stage.reader.times('list instance-ip')).to.equal(1);
    });

    it('should drop nothing', async () => {
      const stage = keep(await syncedStage());
      stage.reader.remove(floatingIp).fail(`confirm ${floatingIp}`);
      stage.informer.connected();
      await turns();
      expect(stage.uuids('floating-ip')).to.deep.equal([floatingIp]);
    });
  });

  describe('when it takes place', () => {
    it('should be after each (re)connect', async () => {
      const stage = keep(await syncedStage());
      await resync(stage);
      await resync(stage);
    });

    it('should be once more, if it is asked for while one is running, however often', async () => {
      const stage = keep(await syncedStage());
      const release = stage.reader.hold('list virtual-ip');
      stage.informer.connected();
      await turns();
      expect(stage.informer.resyncStatus.running).to.equal(true);
      for (let times = 0; times < 5; times += 1) stage.informer.connected();
      release();
      await turns(30);
      expect(stage.listener.syncs).to.equal(3);
    });

    it('should be at every interval', async () => {
      const stage = keep(await syncedStage());
      for (const syncs of [2, 3]) {
        stage.clock.step(resyncIntervalMs - 1);
        await turns();
        expect(stage.listener.syncs).to.equal(syncs - 1);
        stage.clock.step(1);
        await turns();
        expect(stage.listener.syncs).to.equal(syncs);
      }
    });

    it('should be no more after a stop, and no timer is left', async () => {
      const stage = await syncedStage();
      stage.informer.stop();
      await turns();
      stage.informer.connected();
      stage.clock.step(2 * resyncIntervalMs);
      await turns();
      expect(stage.reader.log).to.deep.equal([]);
      expect(stage.clock.pending).to.equal(0);
    });
  });

  describe('of objects that nobody has written since', () => {
    const at = (seconds: number) => ({ id_perms: { last_modified: `2026-04-30T12:00:0${seconds}.000000` } });
    const known = async (): Promise<CacheStage> => {
      const stage = keep(newStage());
      stage.reader.put('virtual-machine-interface', { ...rawPort(port), ...at(1) });
      stage.informer.start();
      await stage.informer.waitForSync(never);
      stage.listener.clear();
      return stage;
    };
    const ownerOf = (stage: CacheStage) => stage.cache.get('virtual-machine-interface', port)?.owner;

    it('should take them for what they were, without another look', async () => {
      const stage = await known();
      const before = stage.cache.get('virtual-machine-interface', port);
      await resync(stage);
      expect(stage.cache.get('virtual-machine-interface', port)).to.equal(before);
      expect(stage.listener.acceptances).to.include(port);
      expect(stage.uuids('virtual-machine-interface')).to.deep.equal([port]);
    });

    it('should tell observers that they were seen, as they were, and of which moment', async () => {
      const stage = await known();
      stage.observer.clear();
      stage.clock.step(70);
      const readAfter = stage.cache.sequence;
      await resync(stage);
      const entity = stage.cache.get('virtual-machine-interface', port);
      expect(stage.observer.sights.filter(({ transition: { uuid } }) => uuid === port)).to.deep.equal([
        {
          transition: { kind: 'virtual-machine-interface', uuid: port, before: entity, after: entity },
          sight: { readAfter, at: 70 },
        },
      ]);
      expect(stage.listener.announced).to.deep.equal([]);
    });

    it('should announce those that somebody awaits', async () => {
      const stage = await known();
      stage.observer.awaited.add(port);
      await resync(stage);
      expect(stage.listener.announced).to.deep.equal([`update ${port} resync`]);
    });

    it('should look at one that was written', async () => {
      const stage = await known();
      const changed = { ...rawPort(port), ...at(2), virtual_machine_interface_device_owner: 'Octavia' };
      stage.reader.put('virtual-machine-interface', changed);
      await resync(stage);
      expect(ownerOf(stage)).to.equal('Octavia');
    });

    it('should look at one that we have written, for what we noted of it may be wrong', async () => {
      const stage = await known();
      stage.informer.announce(port, 'req-svc-monitor-1');
      const noted = stage.cache.get('virtual-machine-interface', port);
      stage.informer.assume('virtual-machine-interface', port, { ...noted!, owner: 'noted' });
      stage.reader.put('virtual-machine-interface', { ...rawPort(port), ...at(2) });
      await resync(stage);
      expect(ownerOf(stage)).not.to.equal('noted');
    });
  });
});
