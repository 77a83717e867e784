import { expect } from 'chai';
import { isRetriable, SvcMonitorError } from '../../../../lib/base/errors/index.js';
import { requestIdPrefix } from '../../../../lib/config-api/index.js';
import { defaultManagerSettings } from '../../../../lib/managers/index.js';
import {
  fenceOf,
  floatingIpRecordKey,
  footprintsAt,
  memberRecordKey,
  recordOf,
  restorePurpose,
  virtualIpsNaming,
  virtualIpsRecording,
  type VipPlan,
} from '../../../../lib/managers/octavia-vip/index.js';
import {
  associationReference,
  createdVirtualIp,
  createVirtualIp,
  deleteVirtualIp,
  portReference,
  setRecord,
  virtualIp as virtualIpRef,
} from '../../../../lib/managers/octavia-vip/writes.js';
import type { Stage as PlanStage, Write } from '../../../../lib/planning/index.js';
import { uuidOf } from '../../../support/change-messages.js';
import { rejectionOf, turns } from '../../../support/turns.js';
import { floatingIpEntity, key, virtualIpEntity } from './support/entities.js';
import {
  add,
  amphora1,
  amphora2,
  drop,
  floatingIp,
  otherFloatingIp,
  restore,
  set,
  vipPort,
} from './support/floating-ips.js';
import { tenant, vip } from './support/ports.js';
import { Stage } from './support/stage.js';

const virtualIp = uuidOf(0x40);
const target = virtualIpRef(virtualIp);
const signal = new AbortController().signal;
const name = ['default-domain', 'shop', 'octavia-lb-1'] as const;
const window = defaultManagerSettings.stripWindowMs;

const create = createVirtualIp({
  fqName: name,
  projectUuid: tenant.projectUuid,
  properties: { address: vip, subnetUuid: uuidOf(0xb1) },
  record: { vip: key, loadBalancer: 'lb', vipPort, floatingIps: [], members: [] },
});

const nothing: VipPlan = {
  key,
  vipPortUuid: vipPort,
  members: [],
  associations: [],
  refused: [],
  leftBehind: [],
  unlistedProjects: [],
  untrusted: [],
  stages: [],
  events: [],
  forgotten: [],
  handedOver: [],
  leftRead: [],
  verify: [],
  heeds: [],
  verdicts: [],
};

/** Carries out writes as those of a plan of the controller's: what it remembers of them is what is looked at. */
function apply(stage: Stage, ...writes: readonly Write[]) {
  return applyStages(stage, { name: 'stage', writes });
}

function applyStages(stage: Stage, ...stages: readonly PlanStage[]) {
  const observer = stage.controller.writes(key, nothing);
  return stage.applier.apply({ stages, heeds: [] }, signal, { observer });
}

/** A stage with a floating ip that references these ports. */
function stageWith(...ports: readonly string[]): Stage {
  return new Stage()
    .putLoadBalancer(vipPort, amphora1, amphora2)
    .put('floating-ip', floatingIpEntity(floatingIp, { fixedIp: vip, ports }))
    .put('floating-ip', floatingIpEntity(otherFloatingIp));
}

const portsOf = (stage: Stage, uuid = floatingIp) =>
  stage.cache.get('floating-ip', uuid)?.refs['virtual-machine-interface'];
const managed = (stage: Stage) => virtualIpsNaming(stage.cache, key);
const recording = (stage: Stage) =>
  virtualIpsRecording(stage.cache, { floatingIp: { uuid: floatingIp } }).map(({ uuid }) => uuid);
const memoryOf = (stage: Stage) => stage.history.memoryOf(floatingIp);
const footprint = (stage: Stage) => footprintsAt(memoryOf(stage), key, vipPort).own;

describe('VipController', () => {
  describe('what its writes make of the cache', () => {
    it('should be the references of a floating ip, sorted and each once', async () => {
      const stage = stageWith(amphora2);
      await apply(stage, add(vipPort), add(amphora2), add(amphora1), drop(amphora2));
      expect(portsOf(stage)).to.deep.equal([vipPort, amphora1]);
    });

    it('should be the properties of a floating ip, and what is unset is gone', async () => {
      const stage = stageWith(vipPort);
      await apply(stage, set({ fixedIp: null, isVirtualIp: true }));
      expect(stage.writes).to.deep.equal([
        `set floating-ip ${floatingIp} {"floating_ip_fixed_ip_address":null,"floating_ip_is_virtual_ip":true}`,
      ]);
      const noted = stage.cache.get('floating-ip', floatingIp);
      expect(noted).to.include({ isVirtualIp: true });
      expect(noted).not.to.have.property('fixedIp');
    });

    it('should leave properties that are not written', async () => {
      const stage = stageWith(vipPort);
      await apply(stage, set({ isVirtualIp: true }));
      expect(stage.writes).to.deep.equal([`set floating-ip ${floatingIp} {"floating_ip_is_virtual_ip":true}`]);
      expect(stage.cache.get('floating-ip', floatingIp)?.fixedIp).to.equal(vip);
    });

    it('should be the new virtual-ip, with its record and in the project of its VIP port, and what is written to it', async () => {
      const stage = stageWith(vipPort);
      await apply(stage, create, portReference('add-reference', createdVirtualIp, amphora1));
      const [created] = managed(stage);
      expect(stage.writes).to.deep.equal([
        `create virtual-ip ${name.join(':')}`,
        `ADD virtual-ip ${created?.uuid} -> ${amphora1}`,
      ]);
      expect(created).to.deep.include({
        fqName: name,
        parent: { kind: 'project', uuid: tenant.projectUuid },
        address: vip,
        subnetUuid: uuidOf(0xb1),
        adminState: true,
        refs: { 'virtual-machine-interface': [amphora1], 'floating-ip': [], 'loadbalancer-pool': [] },
      });
      expect(created && recordOf(created)).to.deep.equal({
        vip: key,
        loadBalancer: 'lb',
        vipPort,
        floatingIps: [],
        members: [],
      });
    });

    it('should be that a virtual-ip is gone', async () => {
      const stage = stageWith(vipPort).put('virtual-ip', virtualIpEntity(virtualIp));
      await apply(stage, deleteVirtualIp(virtualIp));
      expect(stage.cache.get('virtual-ip', virtualIp)).to.equal(undefined);
    });

    it('should be what the record said before, with what was set, and without what was removed', async () => {
      const record = { floatingIps: [otherFloatingIp], members: [amphora1] };
      const stage = stageWith(vipPort).put('virtual-ip', virtualIpEntity(virtualIp, { record }));
      await apply(stage, setRecord(target, { set: { [floatingIpRecordKey(floatingIp)]: vip } }));
      await apply(stage, setRecord(target, { remove: [memberRecordKey(amphora1), 'y'] }));
      expect(stage.writes).to.deep.equal([
        `annotations ${virtualIp} set ${floatingIpRecordKey(floatingIp)}`,
        `annotations ${virtualIp} delete ${memberRecordKey(amphora1)}, delete y`,
      ]);
      expect(managed(stage).map(recordOf)).to.deep.equal([
        { vip: key, loadBalancer: 'lb', vipPort, floatingIps: [floatingIp, otherFloatingIp].sort(), members: [] },
      ]);
      expect(stage.refreshed).to.deep.equal([]);
    });

    it('should be nothing of a floating ip that is gone meanwhile', async () => {
      const stage = stageWith(vipPort);
      const release = stage.hold(`ADD floating-ip ${floatingIp} -> ${amphora1}`);
      const applying = apply(stage, add(amphora1));
      await turns();
      stage.remove('floating-ip', floatingIp);
      release();
      await applying;
      expect(stage.cache.get('floating-ip', floatingIp)).to.equal(undefined);
    });
  });

  describe('what it remembers of its writes', () => {
    it('should be footprints: flag, fixed ip and references, until they are taken away', async () => {
      const stage = stageWith(vipPort);
      await apply(stage, set({ fixedIp: vip, isVirtualIp: true }), add(amphora1));
      expect(footprint(stage)).to.deep.equal({ flag: true, fixedIp: true, ports: [amphora1] });
      await apply(stage, drop(amphora1), set({ fixedIp: null, isVirtualIp: false }));
      expect(footprint(stage)).to.equal(undefined);
      expect(memoryOf(stage)?.letGo).to.have.all.keys(amphora1);
    });

    it('should be which references it added, and what the plan knew of then', async () => {
      const stage = stageWith(vipPort);
      const plannedAt = stage.cache.sequence;
      await apply(stage, add(amphora1));
      expect(memoryOf(stage)?.added).to.deep.equal({ [amphora1]: plannedAt });
    });

    it('should be nothing of what was refused', async () => {
      const line = `ADD floating-ip ${floatingIp} -> ${amphora1}`;
      const stage = stageWith(vipPort).fail(line, new SvcMonitorError('timeout', 'no'));
      await rejectionOf(apply(stage, add(amphora1)));
      expect(footprint(stage)).to.equal(undefined);
      expect(portsOf(stage)).to.deep.equal([vipPort]);
    });

    it('should be nothing of virtual-ips', async () => {
      const stage = stageWith(vipPort).put('virtual-ip', virtualIpEntity(virtualIp));
      await apply(stage, portReference('add-reference', target, amphora1), setRecord(target, { remove: ['x'] }));
      expect(stage.history.memoryOf(virtualIp)).to.equal(undefined);
    });
  });

  describe('the fence', () => {
    const isOpen = (stage: Stage) => fenceOf(memoryOf(stage), stage.clock.monotonic(), 2_000) === 'open';

    it('should be set by the first step of a restore, which other monitors know by its request-id', async () => {
      const stage = stageWith();
      await apply(stage, restore({ fixedIp: vip }));
      expect(isOpen(stage)).to.equal(true);
      expect(stage.lastRequestId?.startsWith(requestIdPrefix(restorePurpose))).to.equal(true);
    });

    it('should be set before the write is made: its notification may come before its answer', async () => {
      const stage = stageWith();
      const release = stage.hold(`set floating-ip ${floatingIp} {"floating_ip_fixed_ip_address":"${vip}"}`);
      const applying = apply(stage, restore({ fixedIp: vip }));
      await turns();
      ownUpdate(stage);
      release();
      await applying;
      expect(isOpen(stage)).to.equal(false);
    });

    for (const [what, write] of [
      ['the fixed ip of one that is attached', set({ fixedIp: vip })],
      ['unsetting the fixed ip', set({ fixedIp: null })],
      ['the flag', set({ isVirtualIp: true })],
      ['a reference', add(vipPort)],
    ] as const) {
      it(`should not be set by ${what}`, async () => {
        const stage = stageWith();
        await apply(stage, write);
        expect(isOpen(stage)).to.equal(false);
        expect(stage.lastRequestId?.startsWith(requestIdPrefix(restorePurpose)) ?? false).to.equal(false);
      });
    }
  });

  describe('when a target is not there (404)', () => {
    const failing = (line: string) => stageWith(vipPort).failNotFound(line);

    it('should read the port and the floating ip again, and call the plan outdated', async () => {
      const stage = failing(`ADD floating-ip ${floatingIp} -> ${amphora1}`);
      expect(await apply(stage, add(amphora1), add(amphora2))).to.deep.equal({ outcome: 'outdated', writes: 0 });
      const read = [`virtual-machine-interface ${amphora1}`, `floating-ip ${floatingIp}`];
      expect(stage.refreshed).to.include.members(read);
      expect(stage.writes).to.have.length(1);
    });

    it('should read the virtual-ip again', async () => {
      const stage = failing(`delete virtual-ip ${virtualIp}`);
      expect((await apply(stage, deleteVirtualIp(virtualIp))).outcome).to.equal('outdated');
      expect(stage.refreshed).to.deep.equal([`virtual-ip ${virtualIp}`]);
    });

    it('should read the port and the virtual-ip again, of a reference between them', async () => {
      const stage = failing(`ADD virtual-ip ${virtualIp} -> ${amphora1}`);
      await apply(stage, portReference('add-reference', target, amphora1));
      expect(stage.refreshed).to.have.members([`virtual-machine-interface ${amphora1}`, `virtual-ip ${virtualIp}`]);
    });
  });

  describe('when the name of a new virtual-ip is taken (409)', () => {
    const conflict = (details: Record<string, unknown>) => new SvcMonitorError('conflict', 'name taken', { details });
    const line = `create virtual-ip ${name.join(':')}`;

    it('should read the one that has it, and call the plan outdated', async () => {
      const stage = stageWith(vipPort).fail(line, conflict({ existingUuid: virtualIp }));
      expect(await apply(stage, create)).to.deep.equal({ outcome: 'outdated', writes: 0 });
      expect(stage.refreshed).to.deep.equal([`virtual-ip ${virtualIp}`]);
    });

    it('should throw where the answer does not say who has it', async () => {
      const stage = stageWith(vipPort).fail(line, conflict({}));
      expect(await rejectionOf(apply(stage, create))).to.have.property('code', 'conflict');
    });
  });

  describe('the trial of the schema', () => {
    const trial = (stage: Stage) => apply(stage, associationReference('add-reference', target, floatingIp));
    const unknown = (settings: ConstructorParameters<typeof Stage>[0] = {}) =>
      new Stage({ schema: 'auto', ...settings })
        .putLoadBalancer(vipPort, amphora1)
        .put('floating-ip', floatingIpEntity(floatingIp))
        .put('virtual-ip', virtualIpEntity(virtualIp));

    it('should find it native when a read shows the reference', async () => {
      const stage = unknown().onRead('virtual-ip', virtualIp, () =>
        stage.put('virtual-ip', virtualIpEntity(virtualIp, { floatingIps: [floatingIp] })),
      );
      expect(await trial(stage)).to.deep.equal({ outcome: 'done', writes: 1 });
      expect(stage.schema.schema).to.equal('native');
    });

    it('should find it stock, and the plan out of date, when it does not', async () => {
      const stage = unknown();
      expect(await trial(stage)).to.deep.equal({ outcome: 'outdated', writes: 1 });
      expect(stage.schema.schema).to.equal('stock');
      expect(stage.refreshed).to.deep.equal([`virtual-ip ${virtualIp}`, `floating-ip ${floatingIp}`]);
    });

    it('should find nothing out if the floating ip is gone meanwhile', async () => {
      const stage = unknown().onRead('floating-ip', floatingIp, () => stage.remove('floating-ip', floatingIp));
      expect((await trial(stage)).outcome).to.equal('outdated');
      expect(stage.schema.schema).to.equal('unknown');
    });

    it('should reject with schema-mismatch where the setting says native', async () => {
      expect(await rejectionOf(trial(unknown({ schema: 'native' })))).to.have.property('code', 'schema-mismatch');
    });

    it('should end with the association recorded in annotations on a stock server', async () => {
      const stage = attach(new Stage({ schema: 'auto' }).putLoadBalancer(vipPort, amphora1));
      await stage.reconciler.reconcile(key, signal);
      expect(stage.schema.schema).to.equal('stock');
      expect(managed(stage).map((one) => recordOf(one)?.floatingIps)).to.deep.equal([[floatingIp]]);
    });

    it('should know it by what a virtual-ip of ours references, before anything is planned', () => {
      const stage = attach(new Stage({ schema: 'auto' }).putLoadBalancer(vipPort, amphora1));
      stage.put('virtual-ip', virtualIpEntity(virtualIp, { floatingIps: [floatingIp] }));
      stage.controller.preparing(key);
      expect(stage.schema.schema).to.equal('native');
    });
  });
});

function attach(stage: Stage): Stage {
  return stage.put('floating-ip', floatingIpEntity(floatingIp, { fixedIp: vip, ports: [vipPort] }));
}

/** The notification of our own last write of properties comes. */
function ownUpdate(stage: Stage): void {
  update(stage, stage.lastRequestId ?? 'none');
}

/** The notification of an update comes. */
function update(stage: Stage, requestId: string): void {
  const moment = { sequence: stage.cache.nextSequence(), at: stage.clock.monotonic() };
  stage.history.heard({ kind: 'floating-ip', operation: 'UPDATE', uuid: floatingIp, requestId }, moment);
}

/** A read shows the floating ip, as the informer does it: the history is told. */
function read(stage: Stage, ports: readonly string[], fixedIp?: string): void {
  const before = stage.cache.get('floating-ip', floatingIp);
  const after = floatingIpEntity(floatingIp, { fixedIp, ports, isVirtualIp: before?.isVirtualIp ?? false });
  stage.put('floating-ip', after);
  const sight = { readAfter: stage.cache.sequence, at: stage.clock.monotonic() };
  stage.history.seen({ kind: 'floating-ip', uuid: floatingIp, before, after }, sight);
}

describe('the reconcile of a VIP', () => {
  const newStage = () => attach(new Stage().putLoadBalancer(vipPort, amphora1, amphora2));
  const reconcile = (stage: Stage, options: { readonly othersWait?: () => boolean } = {}) =>
    stage.reconciler.reconcile(key, signal, options);

  it('should record association and members before it binds', async () => {
    const stage = newStage();
    expect(await reconcile(stage)).to.deep.equal({ writes: 7 });
    expect(stage.writes[0]).to.match(/^create virtual-ip default-domain:shop:octavia-lb-/);
    expect(managed(stage).map(recordOf)[0]).to.deep.include({
      floatingIps: [floatingIp],
      members: [amphora1, amphora2],
    });
    expect(stage.writes.filter((line) => line.startsWith('ADD virtual-ip '))).to.have.length(3);
    expect(stage.writes.filter((line) => line.includes(' floating-ip '))).to.deep.equal([
      `set floating-ip ${floatingIp} {"floating_ip_is_virtual_ip":true}`,
      `ADD floating-ip ${floatingIp} -> ${amphora1}`,
      `ADD floating-ip ${floatingIp} -> ${amphora2}`,
    ]);
    expect(stage.controller.status()).to.deep.equal({ vips: 1, associations: 1 });
  });

  it('should write nothing the second time', async () => {
    const stage = newStage();
    await reconcile(stage);
    stage.writes.length = 0;
    expect(await reconcile(stage)).to.deep.equal({ writes: 0 });
    expect(stage.writes).to.deep.equal([]);
  });

  it('should vouch for what it has seen: associations, members, and the project of the VIP port', async () => {
    const stage = newStage();
    await reconcile(stage);
    expect(stage.history.wasAssociated(floatingIp, { key, vipPort })).to.equal(true);
    expect(stage.history.wasMember(amphora1, { key, vipPort })).to.equal(true);
    expect(stage.history.projectOf(vipPort)).to.equal(tenant.projectUuid);
  });

  it('should write nothing in a dry run, and show what it would', async () => {
    const stage = attach(new Stage({ dryRun: true }).putLoadBalancer(vipPort, amphora1));
    await reconcile(stage);
    expect(stage.writes).to.deep.equal([]);
    const plans = stage.controller.status()['dryRunPlans'] as Readonly<Record<string, string>>;
    expect(plans[key]).to.include(`bind: add reference floating-ip ${floatingIp}`);
  });

  it('should be over when nobody carries the VIP and nothing is kept for it', async () => {
    const stage = new Stage().putLoadBalancer(vipPort);
    expect(await reconcile(stage)).to.deep.equal({ writes: 0, isOver: true });
    expect(stage.controller.status()).to.deep.equal({ vips: 0, associations: 0 });
  });

  it('should be none of ours any more once it is forgotten', async () => {
    const stage = newStage();
    await reconcile(stage);
    stage.controller.forgotten(key);
    expect(stage.controller.status()).to.deep.equal({ vips: 0, associations: 0 });
  });

  it('should plan anew when a port was gone under it', async () => {
    const stage = newStage()
      .failNotFound(`ADD floating-ip ${floatingIp} -> ${amphora1}`)
      .onRead('virtual-machine-interface', amphora1, () => stage.remove('virtual-machine-interface', amphora1));
    await reconcile(stage);
    expect(portsOf(stage)).to.deep.equal([vipPort, amphora2]);
  });

  it('should give up for now when objects keep vanishing under its plans, and be tried again', async () => {
    const stage = newStage();
    const again = (): void => {
      stage.failNotFound(`ADD floating-ip ${floatingIp} -> ${amphora1}`);
    };
    again();
    stage.onRead('virtual-machine-interface', amphora1, again);
    const failure = await rejectionOf(reconcile(stage));
    expect(failure).to.have.property('code', 'outdated');
    expect(isRetriable(failure)).to.equal(true);
  });

  it('should take over the virtual-ip that another instance has made at the same moment', async () => {
    const stage = newStage();
    const write = stage.reconciler.plan(key).stages[0]?.writes[0];
    if (write?.do !== 'create') throw new Error('the plan creates no virtual-ip');
    const { fqName } = write;
    const record = { floatingIps: [floatingIp] };
    stage
      .fail(
        `create virtual-ip ${fqName.join(':')}`,
        new SvcMonitorError('conflict', 'taken', { details: { existingUuid: virtualIp } }),
      )
      .onRead('virtual-ip', virtualIp, () =>
        stage.put('virtual-ip', virtualIpEntity(virtualIp, { fqName, ports: [vipPort, amphora1, amphora2], record })),
      );
    await reconcile(stage);
    expect(stage.writes.filter((line) => line.startsWith('create'))).to.have.length(1);
    expect(managed(stage).map(({ uuid }) => uuid)).to.deep.equal([virtualIp]);
  });

  it('should stop between plans when it is called off', async () => {
    const stopped = new AbortController();
    stopped.abort();
    const stage = newStage();
    const failure = await rejectionOf(stage.reconciler.reconcile(key, stopped.signal));
    expect(failure).to.have.property('code', 'aborted');
    expect(stage.writes).to.deep.equal([]);
  });

  describe('when what is to be recorded is refused', () => {
    const refusal = new SvcMonitorError('quota-exceeded', 'quota limit (0) exceeded');
    const unrecorded = (stage: Stage) => stage.controller.problems().filter(({ type }) => type === 'unrecorded');
    const refused = () => {
      const stage = newStage();
      const create = stage.reconciler.plan(key).stages[0]?.writes[0];
      if (create?.do !== 'create') throw new Error('the plan creates no virtual-ip');
      return { stage, line: `create virtual-ip ${create.fqName.join(':')}` };
    };

    it('should serve the floating ip, say what is refused, and look again when it may be tried', async () => {
      const { stage, line } = refused();
      stage.fail(line, refusal);
      expect(await reconcile(stage)).to.deep.equal({ writes: 3, requeueAfterMs: 60_000 });
      expect(portsOf(stage)).to.deep.equal([vipPort, amphora1, amphora2]);
      expect(unrecorded(stage)).to.have.length(1);
    });

    it('should not be tried again before, and be over once it is taken', async () => {
      const { stage, line } = refused();
      await reconcile(stage.fail(line, refusal));
      stage.writes.length = 0;
      await reconcile(stage);
      expect(stage.writes).to.deep.equal([]);
      expect(unrecorded(stage)).to.have.length(1);
      stage.clock.step(60_000);
      await reconcile(stage);
      expect(stage.writes[0]).to.equal(line);
      expect(unrecorded(stage)).to.deep.equal([]);
      expect(recording(stage)).to.have.length(1);
    });
  });

  describe('before evidence is dropped', () => {
    // An amphora is replaced: its reference goes from the virtual-ip.
    const dropping = async () => {
      const stage = newStage();
      await reconcile(stage);
      stage.remove('virtual-machine-interface', amphora2);
      stage.writes.length = 0;
      stage.refreshed.length = 0;
      return stage;
    };
    const isDropped = (stage: Stage) => !managed(stage).some((one) => recordOf(one)?.members.includes(amphora2));

    it('should read the floating ips again', async () => {
      const stage = await dropping();
      await reconcile(stage);
      expect(stage.refreshed).to.include(`floating-ip ${floatingIp}`);
      expect(isDropped(stage)).to.equal(true);
    });

    it('should keep it if one is not as the plan left it', async () => {
      const stage = await dropping();
      const strip = (): void => {
        if (portsOf(stage)?.includes(amphora2) === false) read(stage, []);
      };
      stage.onRead('floating-ip', floatingIp, strip);
      await reconcile(stage);
      expect(isDropped(stage)).to.equal(false);
      expect(recording(stage)).to.have.length(1);
    });

    it('should keep it for later while others wait', async () => {
      const stage = await dropping();
      expect(await reconcile(stage, { othersWait: () => true })).to.deep.include({ unfinished: true });
      expect(isDropped(stage)).to.equal(false);
    });
  });

  describe('when virtual-ips name the VIP in their annotations', () => {
    const mallory = uuidOf(0xa3);
    const [forged, left] = [uuidOf(0x46), uuidOf(0x47)];
    const verdictsOn = (stage: Stage) =>
      stage.reconciler
        .plan(key)
        .verdicts.filter(({ about }) => about.kind === 'virtual-ip')
        .map(({ about, rule }) => [about.uuid, rule]);
    const lacking = ['', 'lacking'];

    it('should have a verdict of the one that is ours', async () => {
      const stage = newStage();
      await reconcile(stage);
      const [ours] = virtualIpsNaming(stage.cache, key);
      expect(verdictsOn(stage)).to.deep.equal([[ours?.uuid, 'kept']]);
    });

    it('should have one of what is not believed to be ours, and say why', () => {
      const stage = newStage().put('virtual-ip', virtualIpEntity(forged, { project: mallory }));
      expect(verdictsOn(stage)).to.deep.equal([lacking, [forged, 'of-another-project']]);
      const verdict = stage.reconciler.plan(key).verdicts.find(({ about }) => about.uuid === forged);
      expect(verdict?.says).to.equal('the port that it names is of another project');
    });

    it('should have one of that also where nobody carries the VIP', () => {
      const stage = new Stage().put('virtual-ip', virtualIpEntity(forged, { record: { vipPort: uuidOf(0x99) } }));
      stage.remove('virtual-machine-interface', uuidOf(0x99));
      expect(verdictsOn(stage)).to.deep.include([forged, 'over-by-another-name']);
    });

    it('should have one of what is of another VIP port that may still be there', () => {
      const stage = newStage().put('virtual-ip', virtualIpEntity(left, { record: { vipPort: uuidOf(0x99) } }));
      expect(verdictsOn(stage)).to.deep.equal([lacking, [left, 'of-another-vip-port']]);
    });
  });

  describe('when a floating ip was detached', () => {
    async function managedStage(): Promise<Stage> {
      const stage = newStage();
      await reconcile(stage);
      ownUpdate(stage);
      read(stage, [vipPort, amphora1, amphora2], vip);
      stage.writes.length = 0;
      return stage;
    }

    function strip(stage: Stage): void {
      update(stage, 'req-strip');
      read(stage, []);
      const moment = { sequence: stage.cache.nextSequence(), at: stage.clock.monotonic() };
      const change = { kind: 'virtual-machine-interface', operation: 'DELETE', uuid: amphora1 } as const;
      stage.history.heard({ ...change, requestId: 'req-strip' }, moment);
      stage.remove('virtual-machine-interface', amphora1);
    }

    const ruleOf = (stage: Stage) =>
      stage.reconciler.plan(key, true).verdicts.find(({ about }) => about.uuid === floatingIp)?.rule;

    it('should restore it in two steps, the second when the notification of the first has come', async () => {
      const stage = await managedStage();
      strip(stage);
      expect(ruleOf(stage)).to.equal('stripped');
      const first = await reconcile(stage);
      expect(stage.writes.filter((line) => line.includes(`floating-ip ${floatingIp}`))).to.deep.equal([
        `set floating-ip ${floatingIp} {"floating_ip_fixed_ip_address":"${vip}"}`,
      ]);
      expect(stage.lastRequestId?.startsWith(requestIdPrefix(restorePurpose))).to.equal(true);
      expect(first.requeueAfterMs, 'looks again by itself').to.equal(window);
      expect(ruleOf(stage)).to.equal('restore-begun');
      ownUpdate(stage);
      read(stage, [], vip);
      expect(ruleOf(stage)).to.equal('half-restored');
      await reconcile(stage);
      expect(portsOf(stage)).to.deep.equal([vipPort, amphora2]);
      stage.writes.length = 0;
      await reconcile(stage);
      expect(stage.writes).to.deep.equal([]);
      expect(ruleOf(stage)).to.equal('associated');
    });

    it('should not wait for ever for a notification that is lost', async () => {
      const stage = await managedStage();
      strip(stage);
      await reconcile(stage);
      stage.clock.step(window);
      await reconcile(stage);
      expect(portsOf(stage)).to.deep.equal([vipPort, amphora2]);
    });

    it('should respect a disassociation that comes while the second step is written', async () => {
      const stage = await managedStage();
      strip(stage);
      await reconcile(stage);
      ownUpdate(stage);
      read(stage, [], vip);
      const release = stage.hold(`ADD floating-ip ${floatingIp} -> ${vipPort}`);
      const reconciling = reconcile(stage);
      await turns();
      read(stage, []);
      release();
      expect((await reconciling).requeueAfterMs, 'it is not known yet what that was').to.equal(window);
      update(stage, 'req-user');
      read(stage, [vipPort]);
      stage.clock.step(window);
      expect(ruleOf(stage)).to.equal('freed');
      await reconcile(stage);
      expect(stage.cache.get('floating-ip', floatingIp)).to.deep.equal(floatingIpEntity(floatingIp));
    });

    it('should respect a disassociation that came between the strip and the first step', async () => {
      const stage = await managedStage();
      strip(stage);
      await reconcile(stage);
      update(stage, 'req-user');
      ownUpdate(stage);
      read(stage, [], vip);
      expect(ruleOf(stage)).to.equal('stripped-or-freed');
      expect((await reconcile(stage)).requeueAfterMs).to.equal(window);
      stage.clock.step(window);
      await reconcile(stage);
      expect(stage.cache.get('floating-ip', floatingIp)).to.deep.equal(floatingIpEntity(floatingIp));
      expect(recording(stage)).to.deep.equal([]);
    });

    it('should read the ports again before it gives up, and restore it if one is gone of whose delete nobody told', async () => {
      const stage = await managedStage();
      update(stage, 'req-1');
      read(stage, []);
      stage.clock.step(window);
      stage.onRead('virtual-machine-interface', amphora1, () => stage.remove('virtual-machine-interface', amphora1));
      await reconcile(stage);
      expect(stage.refreshed).to.include(`virtual-machine-interface ${amphora1}`);
      expect(stage.cache.get('floating-ip', floatingIp)?.fixedIp).to.equal(vip);
    });

    it('should forget it for good when its user freed it', async () => {
      const stage = await managedStage();
      update(stage, 'req-user');
      read(stage, []);
      await reconcile(stage);
      expect(stage.writes).to.deep.equal([]);
      stage.clock.step(window);
      await reconcile(stage);
      expect(stage.writes).to.deep.equal([
        `set floating-ip ${floatingIp} {"floating_ip_is_virtual_ip":false}`,
        stage.writes[1],
      ]);
      expect(stage.writes[1]).to.match(new RegExp(`^annotations .* delete ${floatingIpRecordKey(floatingIp)}$`));
      expect(memoryOf(stage)?.detached, 'what was known of it is over').to.equal(undefined);
      stage.writes.length = 0;
      await reconcile(stage);
      expect(stage.writes).to.deep.equal([]);
    });

    it('should call a VIP unfinished whose bookkeeping is put off, and end no association before its record is gone', async () => {
      const stage = await managedStage();
      update(stage, 'req-user');
      read(stage, []);
      stage.clock.step(window);
      const options = { othersWait: () => true };
      expect(await reconcile(stage, options)).to.deep.equal({ writes: 1, unfinished: true });
      expect(recording(stage)).to.have.length(1);
      expect(memoryOf(stage)?.detached).not.to.equal(undefined);
      expect(await reconcile(stage, options)).to.deep.equal({ writes: 1 });
      expect(recording(stage)).to.deep.equal([]);
      expect(memoryOf(stage)?.detached).to.equal(undefined);
    });

    it('should take its own late write back once another instance has removed the virtual-ip', async () => {
      const stage = await managedStage();
      for (const { uuid } of managed(stage)) stage.remove('virtual-ip', uuid);
      for (const amphora of [amphora1, amphora2]) stage.remove('virtual-machine-interface', amphora);
      read(stage, [vipPort], vip);
      stage.writes.length = 0;
      await reconcile(stage);
      expect(stage.writes).to.deep.equal([`set floating-ip ${floatingIp} {"floating_ip_is_virtual_ip":false}`]);
    });

    it('should take the ports of its record for evidence when it was so before this process looked', () => {
      const stage = new Stage().putLoadBalancer(vipPort, amphora1);
      const record = { floatingIps: [floatingIp], members: [amphora2] };
      stage.put('virtual-ip', virtualIpEntity(virtualIp, { ports: [vipPort, amphora1], record }));
      read(stage, []);
      stage.controller.preparing(key);
      expect(memoryOf(stage)?.detached).to.deep.include({
        wasSeenAttached: false,
        ports: [vipPort, amphora1, amphora2],
      });
    });

    it('should remember the ports of its record as members: one may be dropped from it at the moment of its delete', () => {
      const stage = new Stage().putLoadBalancer(vipPort, amphora1);
      const record = { floatingIps: [floatingIp], members: [amphora2] };
      stage.put('virtual-ip', virtualIpEntity(virtualIp, { ports: [vipPort], record }));
      stage.controller.preparing(key);
      expect(stage.history.wasMember(amphora2, { key, vipPort })).to.equal(true);
      expect(stage.history.wasMember(vipPort, { key, vipPort })).to.equal(false);
    });

    it('should take no evidence from a record that is not believed', () => {
      const stage = new Stage().putLoadBalancer(vipPort, amphora1);
      const record = { floatingIps: [floatingIp], members: [amphora2] };
      stage.put('virtual-ip', virtualIpEntity(virtualIp, { ports: [vipPort, amphora1], record }));
      const stranger = floatingIpEntity(floatingIp, { projects: [uuidOf(0xa3)] });
      stage.put('floating-ip', stranger);
      const transition = { kind: 'floating-ip', uuid: floatingIp, before: undefined, after: stranger } as const;
      stage.history.seen(transition, { readAfter: 0, at: 0 });
      stage.controller.preparing(key);
      expect(memoryOf(stage)?.detached?.ports).to.deep.equal([]);
    });
  });
});
