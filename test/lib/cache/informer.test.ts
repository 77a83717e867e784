import { expect } from 'chai';
import { SvcMonitorError } from '../../../lib/base/errors/index.js';
import { uuidOf } from '../../support/change-messages.js';
import { rejectionOf, stateOf, turns } from '../../support/turns.js';
import { CacheStage } from './support/cache-stage.js';
import {
  network,
  rawFloatingIp,
  rawInstanceIp,
  rawNetwork,
  rawPort,
  rawVirtualIp,
  vip,
  withPorts,
} from './support/objects.js';

const [port, amphora, instanceIp, floatingIp, virtualIp, machine] = [2, 3, 4, 5, 6, 7].map(uuidOf) as [
  string,
  string,
  string,
  string,
  string,
  string,
];

/** Everything that is referenced is there, so that a test sees only the reads that it is about. */
async function newStage(readDelayMs = 0): Promise<CacheStage> {
  const stage = new CacheStage(readDelayMs);
  stage.reader
    .put('virtual-network', rawNetwork(network))
    .put('virtual-machine-interface', rawPort(port), rawPort(amphora))
    .put('instance-ip', rawInstanceIp(instanceIp, vip, port))
    .put('floating-ip', rawFloatingIp(floatingIp, vip, port));
  const { signal } = new AbortController();
  await stage.informer.refresh('instance-ip', [instanceIp], signal);
  await stage.informer.refresh('virtual-machine-interface', [amphora], signal);
  await stage.informer.refresh('floating-ip', [floatingIp], signal);
  stage.reader.log.length = 0;
  stage.listener.clear();
  return stage;
}

describe('Informer', () => {
  describe('when the request that created an object announces more of it', () => {
    const created = async (): Promise<CacheStage> => {
      const stage = await newStage(2);
      await stage.informer.deliver({
        operation: 'CREATE',
        kind: 'virtual-machine-interface',
        uuid: uuidOf(0x77),
        requestId: 'req-1',
        object: rawPort(uuidOf(0x77)),
      });
      stage.reader.put('virtual-machine-interface', rawPort(uuidOf(0x77)));
      return stage;
    };

    it('should read it when what follows from the CREATE is under way', async () => {
      const stage = await created();
      const delivery = stage.update('virtual-machine-interface', uuidOf(0x77), 'req-1');
      stage.clock.step(19);
      await turns();
      expect(stage.reader.log).to.deep.equal([]);
      stage.clock.step(1);
      await delivery;
      expect(stage.reader.log).to.deep.equal([`get ${uuidOf(0x77)}`]);
    });

    it('should read it at once when another request changes it meanwhile, and once for both', async () => {
      const stage = await created();
      const first = stage.update('virtual-machine-interface', uuidOf(0x77), 'req-1');
      const second = stage.update('virtual-machine-interface', uuidOf(0x77), 'req-2');
      await Promise.all([first, second]);
      expect(stage.reader.times(`get ${uuidOf(0x77)}`)).to.equal(1);
    });
  });

  describe('when an UPDATE comes', () => {
    it('should read the object, and announce what has changed, before the delivery resolves', async () => {
      const stage = await newStage();
      stage.reader.put('floating-ip', rawFloatingIp(floatingIp, null));
      await stage.update('floating-ip', floatingIp);
      expect(stage.reader.log).to.deep.equal([`get ${floatingIp}`]);
      expect(stage.cache.get('floating-ip', floatingIp)?.refs['virtual-machine-interface']).to.deep.equal([]);
      expect(stage.listener.announced).to.deep.equal([`update ${floatingIp} live`]);
    });

    it('should announce nothing where nothing has changed', async () => {
      const stage = await newStage();
      await stage.update('floating-ip', floatingIp);
      expect(stage.listener.announced).to.deep.equal([]);
    });

    it('should announce an object that somebody awaits each time, though nothing has changed', async () => {
      const stage = await newStage();
      stage.observer.awaited.add(floatingIp);
      await stage.update('floating-ip', floatingIp);
      await stage.update('floating-ip', floatingIp);
      expect(stage.listener.announced).to.deep.equal([`update ${floatingIp} live`, `update ${floatingIp} live`]);
    });

    it('should read an object of which nobody has told: its CREATE was lost', async () => {
      const stage = await newStage();
      const lost = uuidOf(50);
      stage.reader.put('floating-ip', rawFloatingIp(lost, null));
      await stage.update('floating-ip', lost);
      expect(stage.listener.announced).to.deep.equal([`create ${lost} live`]);
    });

    it('should drop an object that is not there (404)', async () => {
      const stage = await newStage();
      stage.reader.remove(floatingIp);
      await stage.update('floating-ip', floatingIp);
      expect(stage.cache.isGone(floatingIp)).to.equal(true);
      expect(stage.listener.announced).to.deep.equal([`delete ${floatingIp} live`]);
    });

    it('should leave kinds alone that it does not hold', async () => {
      const stage = await newStage();
      await stage.update('project', uuidOf(60));
      await stage.update('virtual-machine', machine);
      expect(stage.reader.log).to.deep.equal([]);
    });
  });

  describe('when many changes of one object come while it is read', () => {
    it('should read it once more for all of them, and resolve no delivery before that', async () => {
      const stage = await newStage();
      const release = stage.reader.hold(`get ${floatingIp}`);
      const first = stage.update('floating-ip', floatingIp);
      await turns();
      const others = Array.from({ length: 50 }, () => stage.update('floating-ip', floatingIp));
      stage.reader.put('floating-ip', rawFloatingIp(floatingIp, vip, port, amphora));
      await turns();
      expect(await stateOf(Promise.race(others))).to.equal('pending');
      release();
      await Promise.all([first, ...others]);
      expect(stage.reader.times(`get ${floatingIp}`)).to.equal(2);
      expect(stage.cache.get('floating-ip', floatingIp)?.refs['virtual-machine-interface']).to.deep.equal([
        port,
        amphora,
      ]);
    });

    it('should not hold up the changes of others', async () => {
      const stage = await newStage();
      const release = stage.reader.hold(`get ${floatingIp}`);
      const held = stage.update('floating-ip', floatingIp);
      await stage.update('virtual-machine-interface', port);
      release();
      await held;
    });

    it('should read it anew for a change that comes while what it references is read', async () => {
      const stage = await newStage();
      const unknown = uuidOf(51);
      stage.reader.put('virtual-machine-interface', rawPort(unknown));
      stage.reader.put('floating-ip', rawFloatingIp(floatingIp, vip, unknown));
      const release = stage.reader.hold(`get ${unknown}`);
      const first = stage.update('floating-ip', floatingIp);
      await turns();
      expect(stage.reader.log).to.deep.equal([`get ${floatingIp}`, `get ${unknown}`]);
      stage.reader.put('floating-ip', rawFloatingIp(floatingIp, null));
      const second = stage.update('floating-ip', floatingIp);
      release();
      await Promise.all([first, second]);
      expect(stage.cache.get('floating-ip', floatingIp)?.refs['virtual-machine-interface']).to.deep.equal([]);
    });
  });

  describe('when changes of one object come within the delay of a read', () => {
    it('should read it once for all of them', async () => {
      const stage = await newStage(2);
      const deliveries = [stage.update('floating-ip', floatingIp), stage.update('floating-ip', floatingIp)];
      stage.clock.step(1);
      await turns();
      expect(stage.reader.log).to.deep.equal([]);
      stage.clock.step(1);
      await Promise.all(deliveries);
      expect(stage.reader.log).to.deep.equal([`get ${floatingIp}`]);
    });

    it('should read it at once for a plan that waits for it', async () => {
      const stage = await newStage(2);
      const delivery = stage.update('floating-ip', floatingIp);
      await stage.informer.refresh('floating-ip', [floatingIp], new AbortController().signal);
      await delivery;
      expect(stage.reader.log).to.deep.equal([`get ${floatingIp}`]);
    });

    it('should end the delay when it is stopped', async () => {
      const stage = await newStage(2);
      const delivery = rejectionOf(stage.update('floating-ip', floatingIp));
      stage.informer.stop();
      expect(await delivery).to.have.property('code', 'closed');
    });
  });

  describe('when a CREATE comes', () => {
    it('should use the object that it carries, without a read', async () => {
      const stage = await newStage();
      const created = uuidOf(52);
      await stage.create('virtual-machine-interface', created, rawPort(created));
      expect(stage.reader.log).to.deep.equal([]);
      expect(stage.listener.announced).to.deep.equal([`create ${created} live`]);
    });

    it('should count the age of a port from there, however wrong the wall clock of the server is', async () => {
      const stage = await newStage();
      const created = uuidOf(52);
      await stage.create(
        'virtual-machine-interface',
        created,
        rawPort(created, { id_perms: { created: '2025-01-01T00:00:00' } }),
      );
      stage.clock.step(70);
      expect(stage.cache.ageMs(created)).to.equal(70);
    });

    it('should count the age of a port from there although it carried none, and the port was read', async () => {
      const stage = await newStage();
      const created = uuidOf(52);
      stage.reader.put('virtual-machine-interface', rawPort(created, { id_perms: { created: '2025-01-01T00:00:00' } }));
      await stage.create('virtual-machine-interface', created);
      expect(stage.cache.ageMs(created)).to.equal(0);
    });

    it('should read an object that is known already: what the message carries may be older', async () => {
      const stage = await newStage();
      await stage.create('floating-ip', floatingIp, rawFloatingIp(floatingIp, null));
      expect(stage.cache.get('floating-ip', floatingIp)?.refs['virtual-machine-interface']).to.deep.equal([port]);
    });

    it('should read an object that is known as gone: the DELETE has overtaken the CREATE', async () => {
      const stage = await newStage();
      stage.reader.remove(floatingIp);
      await stage.delete('floating-ip', floatingIp);
      await stage.create('floating-ip', floatingIp, rawFloatingIp(floatingIp, vip, port));
      expect(stage.cache.get('floating-ip', floatingIp)).to.equal(undefined);
    });

    it('should read an object that is being read', async () => {
      const stage = await newStage();
      const created = uuidOf(52);
      stage.reader.put('floating-ip', rawFloatingIp(created, vip, port));
      const release = stage.reader.hold(`get ${created}`);
      const update = stage.update('floating-ip', created);
      await turns();
      const create = stage.create('floating-ip', created, rawFloatingIp(created, null));
      release();
      await Promise.all([update, create]);
      expect(stage.cache.get('floating-ip', created)?.refs['virtual-machine-interface']).to.deep.equal([port]);
    });

    it('should read an object that came without its own, broken, or with references by name alone', async () => {
      const stage = await newStage();
      const byName = [{ to: ['default-domain', 'shop', 'web'] }];
      for (const [number, carried] of [
        [53, undefined],
        [54, { uuid: uuidOf(54), fq_name: 'not a list' }],
        [55, { ...rawFloatingIp(uuidOf(55), vip), virtual_machine_interface_refs: byName }],
      ] as const) {
        const uuid = uuidOf(number);
        stage.reader.put('floating-ip', rawFloatingIp(uuid, vip, port));
        await stage.create('floating-ip', uuid, carried);
        expect(stage.reader.times(`get ${uuid}`), uuid).to.equal(1);
        expect(stage.cache.get('floating-ip', uuid)?.refs['virtual-machine-interface']).to.deep.equal([port]);
      }
      expect(stage.listener.rejections).to.deep.equal([]);
    });
  });

  describe('when a DELETE comes', () => {
    it('should drop the object without a read, and announce what it was', async () => {
      const stage = await newStage();
      await stage.delete('virtual-machine-interface', amphora);
      expect(stage.reader.log).to.deep.equal([]);
      expect(stage.cache.isGone(amphora)).to.equal(true);
      expect(stage.listener.announced).to.deep.equal([`delete ${amphora} live`]);
    });

    it('should not be undone by a read that was under way', async () => {
      const stage = await newStage();
      const release = stage.reader.hold(`get ${floatingIp}`);
      const update = stage.update('floating-ip', floatingIp);
      await turns();
      stage.reader.remove(floatingIp);
      await stage.delete('floating-ip', floatingIp);
      const seenAgain: boolean[] = [];
      stage.listener.onChanged = ({ after }) => seenAgain.push(after !== undefined);
      release();
      await update;
      expect(seenAgain).to.deep.equal([]);
      expect(stage.cache.get('floating-ip', floatingIp)).to.equal(undefined);
    });

    it('should remember an object that nobody knew, lest a late message bring it back', async () => {
      const stage = await newStage();
      const unknown = uuidOf(56);
      await stage.delete('floating-ip', unknown);
      expect(stage.listener.announced).to.deep.equal([]);
      await stage.create('floating-ip', unknown, rawFloatingIp(unknown, vip, port));
      expect(stage.cache.get('floating-ip', unknown)).to.equal(undefined);
    });

    it('should read the ports of a virtual machine that is gone: Nova unbinds them', async () => {
      const stage = await newStage();
      const vmRefs = { virtual_machine_refs: [{ to: [machine], uuid: machine }] };
      stage.reader.put('virtual-machine-interface', rawPort(amphora, vmRefs));
      await stage.update('virtual-machine-interface', amphora);
      stage.reader.put('virtual-machine-interface', rawPort(amphora));
      await stage.delete('virtual-machine', machine);
      expect(stage.cache.get('virtual-machine-interface', amphora)?.refs['virtual-machine']).to.deep.equal([]);
    });
  });

  describe('what an object references', () => {
    it('should be read if it is not known: ports, their networks, and what somebody needs to tell what it means', async () => {
      const stage = await newStage();
      const [unknownPort, unknownNetwork, unknownFloatingIp] = [uuidOf(57), uuidOf(58), uuidOf(59)];
      stage.reader
        .put('virtual-network', rawNetwork(unknownNetwork))
        .put(
          'virtual-machine-interface',
          rawPort(unknownPort, { virtual_network_refs: [{ to: ['d', 'p', 'n'], uuid: unknownNetwork }] }),
        )
        .put('floating-ip', rawFloatingIp(unknownFloatingIp, null))
        .put('virtual-ip', rawVirtualIp(virtualIp, {}, port));
      stage.observer.needed.set(virtualIp, [
        { kind: 'virtual-machine-interface', uuid: unknownPort },
        { kind: 'floating-ip', uuid: unknownFloatingIp },
      ]);
      await stage.update('virtual-ip', virtualIp);
      expect(stage.uuids('virtual-machine-interface')).to.include(unknownPort);
      expect(stage.uuids('virtual-network')).to.include(unknownNetwork);
      expect(stage.uuids('floating-ip')).to.include(unknownFloatingIp);
    });

    it('should be known as gone if it is not there: a relaxed reference is shown for a while', async () => {
      const stage = await newStage();
      const dead = uuidOf(57);
      stage.reader.put('floating-ip', rawFloatingIp(floatingIp, vip, port, dead));
      await stage.update('floating-ip', floatingIp);
      expect(stage.cache.isGone(dead)).to.equal(true);
      stage.reader.log.length = 0;
      await stage.update('floating-ip', floatingIp);
      expect(stage.reader.log, 'and is not asked for again').to.deep.equal([`get ${floatingIp}`]);
    });

    it('should have the object looked at again once it is known that it was never there: nobody speaks of that', async () => {
      const stage = await newStage();
      const dead = uuidOf(57);
      stage.reader.put('floating-ip', rawFloatingIp(floatingIp, vip, port, dead));
      const gone: boolean[] = [];
      stage.listener.onChanged = () => gone.push(stage.cache.isGone(dead));
      await stage.update('floating-ip', floatingIp);
      expect(stage.listener.announced).to.deep.equal([`update ${floatingIp} live`, `update ${floatingIp} live`]);
      expect(gone).to.deep.equal([false, true]);
      stage.listener.clear();
      await stage.update('floating-ip', floatingIp);
      expect(stage.listener.announced, 'and not again').to.deep.equal([]);
    });

    it('should be read of an object that a CREATE carried, too', async () => {
      const stage = await newStage();
      const unknownPort = uuidOf(57);
      stage.reader.put('virtual-machine-interface', rawPort(unknownPort));
      await stage.create('instance-ip', uuidOf(58), rawInstanceIp(uuidOf(58), '10.107.0.9', unknownPort));
      expect(stage.uuids('virtual-machine-interface')).to.include(unknownPort);
    });
  });

  describe('when a read fails', () => {
    it('should try again, later and later, until it has; the delivery waits', async () => {
      const stage = await newStage();
      stage.reader.fail(`get ${floatingIp}`, undefined, 3);
      stage.reader.put('floating-ip', rawFloatingIp(floatingIp, null));
      const delivery = stage.update('floating-ip', floatingIp);
      for (const [reads, delayMs] of [
        [1, 100],
        [2, 250],
        [3, 500],
      ] as const) {
        await turns();
        expect(stage.reader.times(`get ${floatingIp}`)).to.equal(reads);
        stage.clock.step(delayMs - 1);
        await turns();
        expect(stage.reader.times(`get ${floatingIp}`)).to.equal(reads);
        stage.clock.step(1);
      }
      await delivery;
      expect(stage.cache.get('floating-ip', floatingIp)?.refs['virtual-machine-interface']).to.deep.equal([]);
    });

    it('should not hold up the changes of others', async () => {
      const stage = await newStage();
      stage.reader.fail(`get ${floatingIp}`, undefined, 1_000);
      const stuck = stage.update('floating-ip', floatingIp);
      await stage.update('virtual-machine-interface', port);
      expect(await stateOf(stuck)).to.equal('pending');
      stage.informer.stop();
      await rejectionOf(stuck);
    });
  });

  describe('when an object does not have the shape of its kind', () => {
    const broken = { ...rawFloatingIp(floatingIp, vip), floating_ip_is_virtual_ip: 'perhaps' };

    it('should report it, keep what it held, and go on', async () => {
      const stage = await newStage();
      stage.reader.put('floating-ip', broken);
      await stage.update('floating-ip', floatingIp);
      expect(stage.listener.rejections.map(({ code, details }) => [code, details['uuid']])).to.deep.equal([
        ['invalid-object', floatingIp],
      ]);
      expect(stage.cache.get('floating-ip', floatingIp)?.refs['virtual-machine-interface']).to.deep.equal([port]);
      expect(stage.listener.announced).to.deep.equal([]);
    });

    it('should report when it is fine again, or gone', async () => {
      const stage = await newStage();
      stage.reader.put('floating-ip', broken);
      await stage.update('floating-ip', floatingIp);
      stage.listener.clear();
      stage.reader.put('floating-ip', rawFloatingIp(floatingIp, vip, port));
      await stage.update('floating-ip', floatingIp);
      expect(stage.listener.acceptances).to.deep.equal([floatingIp]);
      await stage.delete('floating-ip', floatingIp);
      expect(stage.listener.acceptances).to.deep.equal([floatingIp, floatingIp]);
    });
  });

  describe('when we write an object', () => {
    it('should hold at once what we made of it', async () => {
      const stage = await newStage();
      const before = stage.cache.get('floating-ip', floatingIp)!;
      stage.informer.assume('floating-ip', floatingIp, { ...before, isVirtualIp: true });
      expect(stage.cache.get('floating-ip', floatingIp)?.isVirtualIp).to.equal(true);
      expect(stage.listener.announced).to.deep.equal([]);
    });

    it('should tell at once that we have deleted it: by its notification nothing is known of it any more', async () => {
      const stage = await newStage();
      stage.informer.assume('floating-ip', floatingIp, undefined);
      expect(stage.cache.isGone(floatingIp)).to.equal(true);
      const once = [`delete ${floatingIp} live`];
      expect(stage.listener.announced).to.deep.equal(once);
      await stage.delete('floating-ip', floatingIp);
      stage.informer.assume('floating-ip', floatingIp, undefined);
      expect(stage.listener.announced).to.deep.equal(once);
    });

    it('should not read it for its own notification', async () => {
      const stage = await newStage();
      const before = stage.cache.get('floating-ip', floatingIp)!;
      stage.informer.announce(floatingIp, 'req-svc-monitor-1');
      await stage.update('floating-ip', floatingIp, 'req-svc-monitor-1');
      stage.informer.assume('floating-ip', floatingIp, withPorts(before, port, amphora));
      await stage.update('floating-ip', floatingIp, 'req-svc-monitor-1');
      expect(stage.reader.log).to.deep.equal([]);
      await stage.update('floating-ip', floatingIp, 'req-svc-monitor-of-another');
      expect(stage.reader.log).to.deep.equal([`get ${floatingIp}`]);
    });

    it('should read it for each of its own notifications that somebody awaits', async () => {
      const stage = await newStage();
      stage.observer.awaited.add(floatingIp);
      stage.informer.announce(floatingIp, 'req-svc-monitor-1');
      await stage.update('floating-ip', floatingIp, 'req-svc-monitor-1');
      await stage.update('floating-ip', floatingIp, 'req-svc-monitor-1');
      expect(stage.reader.times(`get ${floatingIp}`)).to.equal(2);
      expect(stage.listener.announced).to.have.length(2);
    });

    it('should read it some time when the write may have been carried out, or not', async () => {
      const stage = await newStage();
      stage.informer.doubt('floating-ip', floatingIp);
      await turns();
      expect(stage.reader.log).to.deep.equal([`get ${floatingIp}`]);
    });

    it('should read it again when two writes of ours were under way at once: nobody knows which came first', async () => {
      const stage = await newStage();
      const { informer } = stage;
      informer.announce(floatingIp, 'req-svc-monitor-1');
      informer.announce(floatingIp, 'req-svc-monitor-2');
      informer.answered('floating-ip', floatingIp);
      await turns();
      expect(stage.reader.log, 'one is under way still').to.deep.equal([]);
      informer.answered('floating-ip', floatingIp);
      await turns();
      expect(stage.reader.log).to.deep.equal([`get ${floatingIp}`]);
    });

    it('should not read it again when one followed the other, nor for one on another object', async () => {
      const stage = await newStage();
      const { informer } = stage;
      for (const number of [1, 2]) {
        informer.announce(floatingIp, `req-svc-monitor-${number}`);
        informer.announce(uuidOf(0x80 + number), `req-svc-monitor-other-${number}`);
        informer.answered('floating-ip', floatingIp);
      }
      await turns();
      expect(stage.reader.log).to.deep.equal([]);
    });

    it('should find no news in its notification', async () => {
      const stage = await newStage();
      const before = stage.cache.get('floating-ip', floatingIp)!;
      stage.informer.assume('floating-ip', floatingIp, withPorts(before, port, amphora));
      stage.reader.put('floating-ip', rawFloatingIp(floatingIp, vip, amphora, port));
      await stage.update('floating-ip', floatingIp, 'req-svc-monitor-1');
      expect(stage.listener.announced).to.deep.equal([]);
    });

    it('should read it again if it was being read: what comes is out of date', async () => {
      const stage = await newStage();
      const release = stage.reader.hold(`get ${floatingIp}`);
      const delivery = stage.update('floating-ip', floatingIp);
      await turns();
      const before = stage.cache.get('floating-ip', floatingIp)!;
      stage.reader.put('floating-ip', rawFloatingIp(floatingIp, vip, amphora, port));
      stage.informer.assume('floating-ip', floatingIp, withPorts(before, port, amphora));
      release();
      await delivery;
      expect(stage.reader.times(`get ${floatingIp}`)).to.equal(2);
      expect(stage.listener.announced).to.deep.equal([]);
      expect(stage.cache.get('floating-ip', floatingIp)?.refs['virtual-machine-interface']).to.deep.equal([
        port,
        amphora,
      ]);
    });
  });

  describe('what observers are told', () => {
    it('should be each change with its request-id, also of a kind that is not held, in the order of coming', async () => {
      const stage = await newStage();
      const position = stage.cache.sequence;
      stage.clock.step(100);
      await stage.delete('instance-ip', instanceIp, { requestId: 'req-strip' });
      await stage.update('floating-ip', floatingIp, 'req-strip');
      await stage.delete('virtual-machine', machine, { requestId: 'req-other' });
      const told = stage.observer.changes.map(({ change: { operation, uuid, requestId }, moment }) => [
        `${operation} ${uuid} ${requestId}`,
        moment.at,
      ]);
      expect(told).to.deep.equal([
        [`DELETE ${instanceIp} req-strip`, 100],
        [`UPDATE ${floatingIp} req-strip`, 100],
        [`DELETE ${machine} req-other`, 100],
      ]);
      const positions = stage.observer.changes.map(({ moment: { sequence } }) => sequence);
      expect(positions).to.deep.equal([...new Set(positions)].sort((a, b) => a - b));
      expect(positions[0]).to.be.greaterThan(position);
    });

    it('should be a change before the cache holds anything of it, with what it carries', async () => {
      const stage = await newStage();
      const object = rawInstanceIp(instanceIp, vip, port);
      let held: unknown;
      stage.observer.heard = () => {
        held = stage.cache.get('instance-ip', instanceIp);
      };
      await stage.delete('instance-ip', instanceIp, { object });
      expect(held, 'it is there still').not.to.equal(undefined);
      expect(stage.cache.get('instance-ip', instanceIp)).to.equal(undefined);
    });

    it('should be what a DELETE carries of an object that nobody knew, whole or not', async () => {
      const stage = await newStage();
      const object = rawInstanceIp(uuidOf(61), vip, amphora);
      await stage.delete('instance-ip', uuidOf(61), { requestId: 'req-1', object });
      await stage.delete('instance-ip', uuidOf(62), { requestId: 'req-2', object: { uuid: 'broken' } });
      expect(stage.observer.changes.map(({ change }) => change.object)).to.deep.equal([object, { uuid: 'broken' }]);
    });

    it("should be a monitor's own changes, too", async () => {
      const stage = await newStage();
      stage.informer.announce(floatingIp, 'req-svc-monitor-1');
      await stage.update('floating-ip', floatingIp, 'req-svc-monitor-1');
      await stage.update('floating-ip', floatingIp, 'req-svc-monitor-of-another');
      expect(stage.observer.changes.map(({ change }) => change.requestId)).to.deep.equal([
        'req-svc-monitor-1',
        'req-svc-monitor-of-another',
      ]);
    });

    it('should be what a read has shown, before it is announced, and of which moment it is', async () => {
      const stage = await newStage();
      stage.observer.clear();
      let seenBefore = 0;
      stage.listener.onChanged = () => {
        seenBefore = stage.observer.sights.length;
      };
      const before = stage.cache.get('floating-ip', floatingIp);
      stage.reader.put('floating-ip', rawFloatingIp(floatingIp, null));
      stage.clock.step(100);
      const release = stage.reader.hold(`get ${floatingIp}`);
      const update = stage.update('floating-ip', floatingIp);
      await turns();
      const beganAfter = stage.cache.sequence;
      await stage.delete('virtual-machine', machine);
      stage.clock.step(50);
      release();
      await update;
      expect(seenBefore).to.equal(1);
      const after = stage.cache.get('floating-ip', floatingIp);
      expect(stage.observer.sights).to.deep.equal([
        {
          transition: { kind: 'floating-ip', uuid: floatingIp, before, after },
          sight: { readAfter: beganAfter, at: 150 },
        },
      ]);
    });

    it('should be what a read has shown though nothing has changed', async () => {
      const stage = await newStage();
      stage.observer.clear();
      await stage.update('floating-ip', floatingIp);
      const [sight] = stage.observer.of(floatingIp);
      expect(sight?.after).to.deep.equal(sight?.before);
      expect(stage.observer.sights).to.have.length(1);
    });

    it('should be that an object is gone: by its DELETE, or since a read does not find it', async () => {
      const stage = await newStage();
      stage.observer.clear();
      await stage.delete('virtual-machine-interface', amphora);
      stage.reader.remove(floatingIp);
      await stage.update('floating-ip', floatingIp);
      for (const uuid of [amphora, floatingIp]) {
        const [transition] = stage.observer.of(uuid);
        expect(transition?.before, uuid).not.to.equal(undefined);
        expect(transition?.after, uuid).to.equal(undefined);
      }
    });

    it('should not be what we make of an object ourselves: only a read shows it', async () => {
      const stage = await newStage();
      stage.observer.clear();
      const before = stage.cache.get('floating-ip', floatingIp)!;
      stage.informer.assume('floating-ip', floatingIp, withPorts(before, port, amphora));
      expect(stage.observer.sights).to.deep.equal([]);
    });
  });

  describe('when it was stopped', () => {
    it('should reject deliveries with `closed`, those under way too: they are not acknowledged', async () => {
      const stage = await newStage();
      const release = stage.reader.hold(`get ${floatingIp}`);
      const underWay = stage.update('floating-ip', floatingIp);
      await turns();
      stage.informer.stop();
      release();
      expect(await rejectionOf(underWay)).to.have.property('code', 'closed');
      expect(await rejectionOf(stage.update('floating-ip', floatingIp))).to.have.property('code', 'closed');
    });

    it('should reject a delivery that waits to try again', async () => {
      const stage = await newStage();
      stage.reader.fail(`get ${floatingIp}`, undefined, 1_000);
      const waiting = stage.update('floating-ip', floatingIp);
      await turns();
      stage.informer.stop();
      expect(await rejectionOf(waiting)).to.have.property('code', 'closed');
      expect(stage.clock.pending, 'no timer is left').to.equal(0);
    });
  });

  describe('when a message is skipped', () => {
    it('should count those that do not concern us, and report those that cannot be understood', () => {
      const stage = new CacheStage();
      stage.informer.skipped({ outcome: 'ignored', reason: 'kind' });
      const rejected = { reason: 'not-json', problems: ['x'], bytes: 3 } as const;
      stage.informer.skipped({ outcome: 'rejected', rejected });
      expect(stage.counted).to.deep.equal(
        new Map([
          ['changes_ignored_total kind', 1],
          ['messages_rejected_total not-json', 1],
        ]),
      );
      expect(stage.listener.messages).to.deep.equal([rejected]);
    });
  });

  describe('when a plan asks to read an object again', () => {
    it('should end the waiting when that is called off, though the read goes on', async () => {
      const stage = await newStage();
      const release = stage.reader.hold(`get ${floatingIp}`);
      const calledOff = new AbortController();
      const waiting = stage.informer.refresh('floating-ip', [floatingIp], calledOff.signal);
      calledOff.abort();
      expect(await rejectionOf(waiting)).to.have.property('code', 'aborted');
      release();
      await stage.informer.refresh('floating-ip', [floatingIp], new AbortController().signal);
    });
  });

  it('should not be held up by one object that cannot be read: the first full read ends, and that one is tried again', async () => {
    const stage = await newStage();
    const corrupt = uuidOf(63);
    stage.reader.put('floating-ip', rawFloatingIp(floatingIp, vip, port, corrupt));
    stage.reader.fail(`get ${corrupt}`, new SvcMonitorError('unavailable', 'Internal Server Error'), 1_000);
    stage.informer.start();
    const synced = stage.informer.waitForSync(new AbortController().signal);
    for (let second = 0; second < 60; second += 1) {
      await turns(3);
      stage.clock.step(1_000);
    }
    expect(await stateOf(synced)).to.equal('resolved');
    stage.reader.put('virtual-machine-interface', rawPort(corrupt)).fail(`get ${corrupt}`, undefined, 0);
    await turns();
    stage.clock.step(5_000);
    await turns();
    expect(stage.uuids('virtual-machine-interface'), 'and it comes when it can be read').to.include(corrupt);
    stage.informer.stop();
  });
});
