import { expect } from 'chai';
import { isRetriable, SvcMonitorError } from '../../../lib/base/errors/index.js';
import { writesPerStage, type PlannedVip, type Write } from '../../../lib/managers/index.js';
import { floatingIpRecordKey, memberRecordKey, recordKeys } from '../../../lib/model/index.js';
import { uuidOf } from '../../support/change-messages.js';
import { rejectionOf, turns } from '../../support/turns.js';
import { add, amphora1, amphora2, drop, floatingIp, otherFloatingIp, set, vipPort } from '../managers/octavia-vip/support/floating-ips.js';
import { tenant, vip } from '../managers/octavia-vip/support/ports.js';
import { key, Stage } from '../managers/octavia-vip/support/stage.js';

const virtualIp = uuidOf(0x40);
const target = { uuid: virtualIp };
const signal = new AbortController().signal;
const name = ['default-domain', 'shop', 'octavia-lb-1'] as const;

const create: Write = {
  action: 'create-virtual-ip',
  virtualIp: {
    fqName: name,
    properties: { address: vip, subnetUuid: uuidOf(0xb1) },
    record: [
      { key: recordKeys.managedBy, value: 'opensdn-svc-monitor' },
      { key: recordKeys.vip, value: key },
      { key: recordKeys.loadBalancer, value: 'lb' },
      { key: recordKeys.vipPort, value: vipPort },
    ],
  },
};

function stages(...writes: readonly (readonly Write[])[]): PlannedVip {
  return {
    key,
    vipPortUuid: vipPort,
    associations: [],
    stages: writes.map((list, index) => ({ name: `stage ${index}`, writes: list })),
  };
}

/** A stage with a floating ip that references these ports. */
function stageWith(...portUuids: readonly string[]): Stage {
  return new Stage()
    .putLoadBalancer(vipPort, amphora1, amphora2)
    .put('floating-ip', { uuid: floatingIp, fixedIp: vip, isVirtualIp: false, portUuids, projectUuids: [] })
    .put('floating-ip', { uuid: otherFloatingIp, isVirtualIp: false, portUuids: [], projectUuids: [] });
}

describe('PlanApplier', () => {
  describe('the order', () => {
    it('should make the writes on one object one after the other', async () => {
      const stage = stageWith(vipPort);
      const release = stage.hold(`ADD floating-ip ${floatingIp} -> ${amphora1}`);
      const applying = stage.applier.apply(stages([add(amphora1), add(amphora2)]), signal);
      await turns();
      expect(stage.writes).to.deep.equal([`ADD floating-ip ${floatingIp} -> ${amphora1}`]);
      release();
      expect(await applying).to.deep.equal({ outcome: 'done', writes: 2 });
      expect(stage.writes).to.have.length(2);
    });

    it('should make the writes on different objects side by side', async () => {
      const stage = stageWith(vipPort);
      const release = stage.hold(`ADD floating-ip ${floatingIp} -> ${amphora1}`);
      const applying = stage.applier.apply(stages([add(amphora1), add(amphora1, otherFloatingIp)]), signal);
      await turns();
      expect(stage.writes).to.have.length(2);
      release();
      await applying;
    });

    it('should begin a stage when the one before has ended, on all its objects', async () => {
      const stage = stageWith(vipPort);
      const release = stage.hold(`ADD floating-ip ${floatingIp} -> ${amphora1}`);
      const plan = stages([add(amphora1), add(amphora1, otherFloatingIp)], [drop(amphora2, otherFloatingIp)]);
      const applying = stage.applier.apply(plan, signal);
      await turns();
      expect(stage.writes).not.to.include(`DELETE floating-ip ${otherFloatingIp} -> ${amphora2}`);
      release();
      await applying;
      expect(stage.writes.at(-1)).to.equal(`DELETE floating-ip ${otherFloatingIp} -> ${amphora2}`);
    });

    it('should make no more writes of a stage at a time than some, and begin no further stage', async () => {
      const others = Array.from({ length: 1_000 }, (_, index) => uuidOf(0x1000 + index));
      const stage = stageWith(vipPort, ...others);
      const plan = stages(
        others.map((port) => drop(port)),
        [add(amphora1)],
      );
      expect(await stage.applier.apply(plan, signal)).to.deep.equal({ outcome: 'put-off', writes: writesPerStage });
      const urgent = { ...plan, stages: plan.stages.slice(0, 1).map((first) => ({ ...first, isUrgent: true })) };
      expect(await stage.applier.apply(urgent, signal)).to.deep.equal({ outcome: 'done', writes: others.length });
    });

    it('should write to the virtual-ip that the same plan has created', async () => {
      const stage = stageWith(vipPort);
      const reference: Write = { action: 'add-virtual-ip-reference', target: 'created', portUuid: amphora1 };
      await stage.applier.apply(stages([create], [reference]), signal);
      const [created] = stage.cache.find('virtual-ip', 'virtualIpsByVip', key);
      expect(stage.writes).to.deep.equal([
        `create virtual-ip ${name.join(':')}`,
        `ADD virtual-ip ${created?.uuid} -> ${amphora1}`,
      ]);
    });

    it('should report a plan that writes to what it does not create as a bug', async () => {
      const reference: Write = { action: 'add-virtual-ip-reference', target: 'created', portUuid: amphora1 };
      expect(await rejectionOf(stageWith().applier.apply(stages([reference]), signal))).to.have.property('code', 'bug');
    });
  });

  describe('what it notes in the cache', () => {
    it('should be the references of a floating ip, sorted and each once', async () => {
      const stage = stageWith(amphora2);
      await stage.applier.apply(stages([add(vipPort), add(amphora2), add(amphora1), drop(amphora2)]), signal);
      expect(stage.cache.get('floating-ip', floatingIp)?.portUuids).to.deep.equal([vipPort, amphora1]);
    });

    it('should be the properties of a floating ip, and what is unset is gone', async () => {
      const stage = stageWith(vipPort);
      await stage.applier.apply(stages([set({ fixedIp: null, isVirtualIp: true })]), signal);
      expect(stage.writes).to.deep.equal([
        `set floating-ip ${floatingIp} {"floating_ip_fixed_ip_address":null,"floating_ip_is_virtual_ip":true}`,
      ]);
      const noted = stage.cache.get('floating-ip', floatingIp);
      expect(noted).to.include({ isVirtualIp: true });
      expect(noted).not.to.have.property('fixedIp');
    });

    it('should leave properties that are not written', async () => {
      const stage = stageWith(vipPort);
      await stage.applier.apply(stages([set({ isVirtualIp: true })]), signal);
      expect(stage.writes).to.deep.equal([`set floating-ip ${floatingIp} {"floating_ip_is_virtual_ip":true}`]);
      expect(stage.cache.get('floating-ip', floatingIp)?.fixedIp).to.equal(vip);
    });

    it('should be the new virtual-ip, with its record and in the project of its VIP port', async () => {
      const stage = stageWith(vipPort);
      await stage.applier.apply(stages([create]), signal);
      const [created] = stage.cache.find('virtual-ip', 'virtualIpsByVip', key);
      expect(created).to.deep.include({
        fqName: name,
        projectUuid: tenant.projectUuid,
        address: vip,
        subnetUuid: uuidOf(0xb1),
        portUuids: [],
      });
      expect(created?.record).to.deep.include({ vip: key, loadBalancer: 'lb', vipPort, floatingIps: [], members: [] });
    });

    it('should be that a virtual-ip is gone', async () => {
      const stage = stageWith(vipPort);
      stage.put('virtual-ip', { uuid: virtualIp, fqName: name, portUuids: [], floatingIpUuids: [] });
      await stage.applier.apply(stages([{ action: 'delete-virtual-ip', uuid: virtualIp }]), signal);
      expect(stage.cache.get('virtual-ip', virtualIp)).to.equal(undefined);
    });

    it('should be what the record said before, with what was set, and without what was removed', async () => {
      const stage = stageWith(vipPort);
      const record = { vip: key, loadBalancer: 'lb', vipPort, floatingIps: [otherFloatingIp], members: [amphora1] };
      stage.put('virtual-ip', { uuid: virtualIp, fqName: name, portUuids: [], floatingIpUuids: [], record });
      const entries = [{ key: floatingIpRecordKey(floatingIp), value: vip }];
      await stage.applier.apply(stages([{ action: 'set-record', target, entries }]), signal);
      await stage.applier.apply(
        stages([{ action: 'delete-record', target, keys: [memberRecordKey(amphora1), 'y'] }]),
        signal,
      );
      expect(stage.writes).to.deep.equal([
        `annotations ${virtualIp} set ${floatingIpRecordKey(floatingIp)}`,
        `annotations ${virtualIp} delete ${memberRecordKey(amphora1)}, delete y`,
      ]);
      expect(stage.cache.get('virtual-ip', virtualIp)?.record).to.deep.equal({
        ...record,
        floatingIps: [floatingIp, otherFloatingIp].sort(),
        members: [],
      });
      expect(stage.refreshed).to.deep.equal([]);
    });

    it('should be nothing of a floating ip that is gone meanwhile', async () => {
      const stage = stageWith(vipPort);
      const release = stage.hold(`ADD floating-ip ${floatingIp} -> ${amphora1}`);
      const applying = stage.applier.apply(stages([add(amphora1)]), signal);
      await turns();
      stage.remove('floating-ip', floatingIp);
      release();
      await applying;
      expect(stage.cache.get('floating-ip', floatingIp)).to.equal(undefined);
    });
  });

  describe('the fence', () => {
    const isOpen = (stage: Stage) => {
      stage.cache.traces.ownRequestSeen();
      return stage.cache.traces.fence(floatingIp, stage.clock.monotonic(), 2_000) === 'open';
    };

    it('should be set by the fixed ip of a floating ip without references: the first step', async () => {
      const stage = stageWith();
      await stage.applier.apply(stages([set({ fixedIp: vip })]), signal);
      expect(isOpen(stage)).to.equal(true);
    });

    it('should be set before the write is made: its notification may come before its answer', async () => {
      const stage = stageWith();
      const release = stage.hold(`set floating-ip ${floatingIp} {"floating_ip_fixed_ip_address":"${vip}"}`);
      const applying = stage.applier.apply(stages([set({ fixedIp: vip })]), signal);
      await turns();
      stage.cache.traces.ownUpdateSeen(floatingIp, stage.lastRequestId ?? 'none');
      release();
      await applying;
      expect(isOpen(stage)).to.equal(false);
    });

    for (const [what, ports, write] of [
      ['the fixed ip of one that has references', [vipPort], set({ fixedIp: vip })],
      ['unsetting the fixed ip', [], set({ fixedIp: null })],
      ['the flag', [], set({ isVirtualIp: true })],
      ['a reference', [], add(vipPort)],
    ] as const) {
      it(`should not be set by ${what}`, async () => {
        const stage = stageWith(...ports);
        await stage.applier.apply(stages([write]), signal);
        expect(isOpen(stage)).to.equal(false);
      });
    }
  });

  describe('bookkeeping', () => {
    const forget: Write = { action: 'delete-record', target, keys: [memberRecordKey(amphora2)] };
    const letGoThenForget = (): PlannedVip => ({
      ...stages(),
      associations: [floatingIp],
      stages: [
        { name: 'let go', writes: [drop(amphora2)] },
        { name: 'detach', writes: [forget], isBookkeeping: true, dropsEvidence: true },
      ],
    });
    const forgetOnly = (): PlannedVip => ({ ...letGoThenForget(), stages: letGoThenForget().stages.slice(1) });

    it('should come after a look at the floating ips that are associated, or were written', async () => {
      const stage = stageWith(vipPort, amphora2);
      expect(await stage.applier.apply(letGoThenForget(), signal)).to.deep.equal({ outcome: 'done', writes: 2 });
      expect(stage.refreshed).to.deep.equal([`floating-ip ${floatingIp}`]);
      const other = stageWith(vipPort);
      await other.applier.apply(forgetOnly(), signal);
      expect(other.refreshed).to.deep.equal([`floating-ip ${floatingIp}`]);
    });

    it('should not be done if one is not as the plan left it', async () => {
      const stage = stageWith(vipPort, amphora2);
      stage.onRead('floating-ip', floatingIp, () =>
        stage.put('floating-ip', { uuid: floatingIp, isVirtualIp: false, portUuids: [], projectUuids: [] }),
      );
      expect(await stage.applier.apply(letGoThenForget(), signal)).to.deep.equal({ outcome: 'outdated', writes: 1 });
    });

    it('should be put off while others wait, once the rest is written', async () => {
      const stage = stageWith(vipPort, amphora2);
      const result = await stage.applier.apply(letGoThenForget(), signal, { othersWait: () => true });
      expect(result).to.deep.equal({ outcome: 'put-off', writes: 1 });
      expect(stage.refreshed).to.deep.equal([]);
    });

    it('should not be put off for ever: with nothing before it, it is done', async () => {
      const stage = stageWith(vipPort);
      const result = await stage.applier.apply(forgetOnly(), signal, { othersWait: () => true });
      expect(result).to.deep.equal({ outcome: 'done', writes: 1 });
    });
  });

  describe('when a target is not there (404)', () => {
    it('should read the port and the floating ip again, and call the plan outdated', async () => {
      const stage = stageWith(vipPort).failNotFound(`ADD floating-ip ${floatingIp} -> ${amphora1}`);
      const result = await stage.applier.apply(stages([add(amphora1), add(amphora2)], [drop(amphora2)]), signal);
      expect(result).to.deep.equal({ outcome: 'outdated', writes: 0 });
      expect(stage.refreshed).to.include.members([
        `virtual-machine-interface ${amphora1}`,
        `floating-ip ${floatingIp}`,
      ]);
      expect(stage.writes).to.have.length(1);
    });

    it('should read the virtual-ip again', async () => {
      const stage = stageWith(vipPort).failNotFound(`delete virtual-ip ${virtualIp}`);
      const result = await stage.applier.apply(stages([{ action: 'delete-virtual-ip', uuid: virtualIp }]), signal);
      expect(result.outcome).to.equal('outdated');
      expect(stage.refreshed).to.deep.equal([`virtual-ip ${virtualIp}`]);
    });

    it('should read the port and the virtual-ip again, of a reference between them', async () => {
      const stage = stageWith(vipPort).failNotFound(`ADD virtual-ip ${virtualIp} -> ${amphora1}`);
      const reference: Write = { action: 'add-virtual-ip-reference', target, portUuid: amphora1 };
      await stage.applier.apply(stages([reference]), signal);
      expect(stage.refreshed).to.have.members([`virtual-machine-interface ${amphora1}`, `virtual-ip ${virtualIp}`]);
    });

    it('should finish what is under way on other objects, and count it', async () => {
      const stage = stageWith(vipPort).failNotFound(`ADD floating-ip ${floatingIp} -> ${amphora1}`);
      const plan = stages([add(amphora1), add(amphora1, otherFloatingIp)]);
      expect(await stage.applier.apply(plan, signal)).to.deep.equal({ outcome: 'outdated', writes: 1 });
    });
  });

  describe('when the name of a new virtual-ip is taken (409)', () => {
    const conflict = (details: Record<string, unknown>) => new SvcMonitorError('conflict', 'name taken', { details });
    const line = `create virtual-ip ${name.join(':')}`;

    it('should read the one that has it, and call the plan outdated', async () => {
      const stage = stageWith(vipPort).fail(line, conflict({ existingUuid: virtualIp }));
      expect(await stage.applier.apply(stages([create]), signal)).to.deep.equal({ outcome: 'outdated', writes: 0 });
      expect(stage.refreshed).to.deep.equal([`virtual-ip ${virtualIp}`]);
    });

    it('should throw where the answer does not say who has it', async () => {
      const stage = stageWith(vipPort).fail(line, conflict({}));
      expect(await rejectionOf(stage.applier.apply(stages([create]), signal))).to.have.property('code', 'conflict');
    });
  });

  describe('when a write fails otherwise', () => {
    it('should throw what the config API answers, and begin no further stage', async () => {
      const failure = new SvcMonitorError('unavailable', 'no');
      const stage = stageWith(vipPort).fail(`ADD floating-ip ${floatingIp} -> ${amphora1}`, failure);
      expect(await rejectionOf(stage.applier.apply(stages([add(amphora1)], [add(amphora2)]), signal))).to.equal(
        failure,
      );
      expect(stage.writes).to.have.length(1);
    });

    it('should throw only when the other objects of the stage are done', async () => {
      const stage = stageWith(vipPort).fail(
        `ADD floating-ip ${floatingIp} -> ${amphora1}`,
        new SvcMonitorError('unavailable', 'no'),
      );
      const release = stage.hold(`ADD floating-ip ${otherFloatingIp} -> ${amphora1}`);
      let ended = false;
      const applying = rejectionOf(
        stage.applier.apply(stages([add(amphora1), add(amphora1, otherFloatingIp)]), signal),
      ).finally(() => (ended = true));
      await turns();
      expect(ended).to.equal(false);
      release();
      expect(await applying).to.have.property('code', 'unavailable');
      expect(stage.cache.get('floating-ip', otherFloatingIp)?.portUuids).to.deep.equal([amphora1]);
    });

    it('should not note in the cache what was not written', async () => {
      const stage = stageWith(vipPort).fail(
        `ADD floating-ip ${floatingIp} -> ${amphora1}`,
        new SvcMonitorError('timeout', 'no'),
      );
      await rejectionOf(stage.applier.apply(stages([add(amphora1)]), signal));
      expect(stage.cache.get('floating-ip', floatingIp)?.portUuids).to.deep.equal([vipPort]);
    });
  });
});

describe('CachedLoadBalancerManager', () => {
  const attach = (stage: Stage) =>
    stage.put('floating-ip', {
      uuid: floatingIp,
      fixedIp: vip,
      isVirtualIp: false,
      portUuids: [vipPort],
      projectUuids: [tenant.projectUuid],
    });

  const newStage = () => attach(new Stage().putLoadBalancer(vipPort, amphora1, amphora2));

  it('should record association and members before it binds', async () => {
    const stage = newStage();
    expect(await stage.manager.reconcile(key, signal)).to.deep.equal({ writes: 7 });
    expect(stage.writes[0]).to.match(/^create virtual-ip default-domain:shop:octavia-lb-/);
    const [created] = stage.cache.find('virtual-ip', 'virtualIpsByVip', key);
    expect(created?.record).to.deep.include({ floatingIps: [floatingIp], members: [amphora1, amphora2] });
    expect(stage.writes.filter((line) => line.startsWith('ADD virtual-ip '))).to.have.length(3);
    expect(stage.writes.filter((line) => line.includes(' floating-ip '))).to.deep.equal([
      `set floating-ip ${floatingIp} {"floating_ip_is_virtual_ip":true}`,
      `ADD floating-ip ${floatingIp} -> ${amphora1}`,
      `ADD floating-ip ${floatingIp} -> ${amphora2}`,
    ]);
  });

  it('should write nothing the second time', async () => {
    const stage = newStage();
    await stage.manager.reconcile(key, signal);
    stage.writes.length = 0;
    expect(await stage.manager.reconcile(key, signal)).to.deep.equal({ writes: 0 });
    expect(stage.writes).to.deep.equal([]);
  });

  it('should write nothing in a dry run', async () => {
    const stage = attach(new Stage({ dryRun: true }).putLoadBalancer(vipPort, amphora1));
    await stage.manager.reconcile(key, signal);
    expect(stage.writes).to.deep.equal([]);
  });

  it('should plan anew when a port was gone under it', async () => {
    const stage = newStage()
      .failNotFound(`ADD floating-ip ${floatingIp} -> ${amphora1}`)
      .onRead('virtual-machine-interface', amphora1, () => stage.remove('virtual-machine-interface', amphora1));
    await stage.manager.reconcile(key, signal);
    expect(stage.cache.get('floating-ip', floatingIp)?.portUuids).to.deep.equal([vipPort, amphora2]);
  });

  it('should give up for now when objects keep vanishing under its plans, and be tried again', async () => {
    const stage = newStage();
    const again = (): void => {
      stage.failNotFound(`ADD floating-ip ${floatingIp} -> ${amphora1}`);
    };
    again();
    stage.onRead('virtual-machine-interface', amphora1, again);
    const failure = await rejectionOf(stage.manager.reconcile(key, signal));
    expect(failure).to.have.property('code', 'outdated');
    expect(isRetriable(failure)).to.equal(true);
  });

  it('should take over the virtual-ip that another instance has made at the same moment', async () => {
    const stage = newStage();
    const write = stage.manager.plan(key).stages[0]?.writes[0];
    if (write?.action !== 'create-virtual-ip') throw new Error('the plan creates no virtual-ip');
    const { fqName } = write.virtualIp;
    stage
      .fail(
        `create virtual-ip ${fqName.join(':')}`,
        new SvcMonitorError('conflict', 'taken', { details: { existingUuid: virtualIp } }),
      )
      .onRead('virtual-ip', virtualIp, () =>
        stage.put('virtual-ip', {
          uuid: virtualIp,
          fqName,
          projectUuid: tenant.projectUuid,
          address: vip,
          portUuids: [vipPort, amphora1, amphora2],
          floatingIpUuids: [],
          record: { vip: key, loadBalancer: 'lb', vipPort, floatingIps: [floatingIp], members: [] },
        }),
      );
    await stage.manager.reconcile(key, signal);
    expect(stage.writes.filter((line) => line.startsWith('create'))).to.have.length(1);
    expect(stage.cache.find('virtual-ip', 'virtualIpsByVip', key).map(({ uuid }) => uuid)).to.deep.equal([virtualIp]);
  });

  it('should stop between plans when it is called off', async () => {
    const stopped = new AbortController();
    stopped.abort();
    const stage = newStage();
    expect(await rejectionOf(stage.manager.reconcile(key, stopped.signal))).to.have.property('code', 'aborted');
    expect(stage.writes).to.deep.equal([]);
  });

  describe('when a floating ip was detached', () => {
    // As the informer does it: the traces are told of what a read has shown.
    const read = (stage: Stage, portUuids: readonly string[], fixedIp?: string) => {
      const before = stage.cache.get('floating-ip', floatingIp);
      const { cache, clock } = stage;
      stage.put('floating-ip', {
        uuid: floatingIp,
        ...(fixedIp === undefined ? {} : { fixedIp }),
        isVirtualIp: before?.isVirtualIp ?? false,
        portUuids,
        projectUuids: [tenant.projectUuid],
      });
      cache.traces.floatingIpSeen(floatingIp, {
        before,
        after: cache.get('floating-ip', floatingIp)!,
        readAfter: cache.sequence,
        at: clock.monotonic(),
      });
    };
    const update = (stage: Stage, requestId: string) => {
      const { cache, clock } = stage;
      const sequence = cache.nextSequence();
      cache.traces.floatingIpUpdated(floatingIp, { requestId, sequence, at: clock.monotonic() });
    };
    const ownUpdate = (stage: Stage) => {
      stage.cache.traces.ownRequestSeen();
      stage.cache.nextSequence();
      stage.cache.traces.ownUpdateSeen(floatingIp, stage.lastRequestId ?? 'none');
    };

    async function managedStage(): Promise<Stage> {
      const stage = newStage();
      await stage.manager.reconcile(key, signal);
      ownUpdate(stage);
      read(stage, [vipPort, amphora1, amphora2], vip);
      stage.writes.length = 0;
      return stage;
    }

    function strip(stage: Stage): void {
      update(stage, 'req-strip');
      read(stage, []);
      stage.cache.traces.portDeleted(amphora1, 'req-strip');
      stage.remove('virtual-machine-interface', amphora1);
    }

    it('should restore it in two steps, the second when the notification of the first has come', async () => {
      const stage = await managedStage();
      strip(stage);
      const first = await stage.manager.reconcile(key, signal);
      expect(stage.writes.filter((line) => line.includes(`floating-ip ${floatingIp}`))).to.deep.equal([
        `set floating-ip ${floatingIp} {"floating_ip_fixed_ip_address":"${vip}"}`,
      ]);
      expect(first.requeueAfterMs, 'looks again by itself').to.equal(stage.settings.stripWindowMs);
      ownUpdate(stage);
      read(stage, [], vip);
      await stage.manager.reconcile(key, signal);
      expect(stage.cache.get('floating-ip', floatingIp)?.portUuids).to.deep.equal([vipPort, amphora2]);
      stage.writes.length = 0;
      await stage.manager.reconcile(key, signal);
      expect(stage.writes).to.deep.equal([]);
    });

    it('should not wait for ever for a notification that is lost', async () => {
      const stage = await managedStage();
      strip(stage);
      await stage.manager.reconcile(key, signal);
      stage.clock.step(stage.settings.stripWindowMs);
      await stage.manager.reconcile(key, signal);
      expect(stage.cache.get('floating-ip', floatingIp)?.portUuids).to.deep.equal([vipPort, amphora2]);
    });

    it('should respect a disassociation that comes while the second step is written', async () => {
      const stage = await managedStage();
      strip(stage);
      await stage.manager.reconcile(key, signal);
      ownUpdate(stage);
      read(stage, [], vip);
      const release = stage.hold(`ADD floating-ip ${floatingIp} -> ${vipPort}`);
      const reconciling = stage.manager.reconcile(key, signal);
      await turns();
      read(stage, []);
      release();
      expect((await reconciling).requeueAfterMs, 'it is not known yet what that was').to.equal(
        stage.settings.stripWindowMs,
      );
      update(stage, 'req-user');
      read(stage, [vipPort]);
      stage.clock.step(stage.settings.stripWindowMs);
      await stage.manager.reconcile(key, signal);
      expect(stage.cache.get('floating-ip', floatingIp)).to.deep.include({ isVirtualIp: false, portUuids: [] });
      expect(stage.cache.get('floating-ip', floatingIp)).not.to.have.property('fixedIp');
    });

    it('should respect a disassociation that came between the strip and the first step', async () => {
      const stage = await managedStage();
      strip(stage);
      await stage.manager.reconcile(key, signal);
      update(stage, 'req-user');
      ownUpdate(stage);
      read(stage, [], vip);
      expect((await stage.manager.reconcile(key, signal)).requeueAfterMs).to.equal(stage.settings.stripWindowMs);
      stage.clock.step(stage.settings.stripWindowMs);
      await stage.manager.reconcile(key, signal);
      expect(stage.cache.get('floating-ip', floatingIp)).to.deep.equal({
        uuid: floatingIp,
        isVirtualIp: false,
        portUuids: [],
        projectUuids: [tenant.projectUuid],
      });
      expect(stage.cache.find('virtual-ip', 'virtualIpsByFloatingIp', floatingIp)).to.deep.equal([]);
    });

    it('should read the ports again before it gives up, and restore it if one is gone of whose delete nobody told', async () => {
      const stage = await managedStage();
      update(stage, 'req-1');
      read(stage, []);
      stage.clock.step(stage.settings.stripWindowMs);
      stage.onRead('virtual-machine-interface', amphora1, () => stage.remove('virtual-machine-interface', amphora1));
      await stage.manager.reconcile(key, signal);
      expect(stage.refreshed).to.include(`virtual-machine-interface ${amphora1}`);
      expect(stage.cache.get('floating-ip', floatingIp)?.fixedIp).to.equal(vip);
    });

    it('should forget it for good when its user freed it', async () => {
      const stage = await managedStage();
      update(stage, 'req-user');
      read(stage, []);
      await stage.manager.reconcile(key, signal);
      expect(stage.writes).to.deep.equal([]);
      stage.clock.step(stage.settings.stripWindowMs);
      await stage.manager.reconcile(key, signal);
      expect(stage.writes).to.deep.equal([
        `set floating-ip ${floatingIp} {"floating_ip_is_virtual_ip":false}`,
        stage.writes[1],
      ]);
      expect(stage.writes[1]).to.match(new RegExp(`^annotations .* delete ${floatingIpRecordKey(floatingIp)}$`));
      stage.writes.length = 0;
      await stage.manager.reconcile(key, signal);
      expect(stage.writes).to.deep.equal([]);
    });

    it('should call a VIP unfinished whose bookkeeping is put off, and end no association before its record is gone', async () => {
      const stage = await managedStage();
      update(stage, 'req-user');
      read(stage, []);
      stage.clock.step(stage.settings.stripWindowMs);
      const options = { othersWait: () => true };
      expect(await stage.manager.reconcile(key, signal, options)).to.deep.equal({ writes: 1, unfinished: true });
      expect(stage.cache.find('virtual-ip', 'virtualIpsByFloatingIp', floatingIp)).to.have.length(1);
      expect(await stage.manager.reconcile(key, signal, options)).to.deep.equal({ writes: 1 });
      expect(stage.cache.find('virtual-ip', 'virtualIpsByFloatingIp', floatingIp)).to.deep.equal([]);
    });

    it('should take its own late write back once another instance has removed the virtual-ip', async () => {
      const stage = await managedStage();
      for (const { uuid } of stage.cache.find('virtual-ip', 'virtualIpsByVip', key)) stage.remove('virtual-ip', uuid);
      for (const amphora of [amphora1, amphora2]) stage.remove('virtual-machine-interface', amphora);
      read(stage, [vipPort], vip);
      stage.writes.length = 0;
      await stage.manager.reconcile(key, signal);
      expect(stage.writes).to.deep.equal([`set floating-ip ${floatingIp} {"floating_ip_is_virtual_ip":false}`]);
    });
  });
});
