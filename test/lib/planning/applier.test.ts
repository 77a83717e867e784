import { expect } from 'chai';
import { SvcMonitorError } from '../../../lib/base/errors/index.js';
import { requestIdPrefix } from '../../../lib/config-api/index.js';
import { keysOf, writesPerStage, type SentWrite, type Write, type WriteObserver } from '../../../lib/planning/index.js';
import { uuidOf } from '../../support/change-messages.js';
import { rejectionOf, turns } from '../../support/turns.js';
import {
  add,
  annotate,
  bindCreated,
  create,
  drop,
  floatingIp,
  floatingIpEntity,
  ofFloatingIp,
  ofVirtualIp,
  otherFloatingIp,
  planOf,
  port,
  port1,
  port2,
  port3,
  set,
  stagesOf,
  virtualIp,
  virtualIpEntity,
} from './support/objects.js';
import { PlanStage } from './support/plan-stage.js';
import { portEntity } from '../../support/entities.js';

const { signal } = new AbortController();
const ours = (name: string) => `opensdn-svc-monitor/${name}`;
const plan = (...lists: readonly (readonly Write[])[]) => planOf(stagesOf(...lists));
const createLine = `create virtual-ip ${create.fqName.join(':')}`;

/** A stage with a floating ip that references these ports. */
function stageWith(...ports: readonly string[]): PlanStage {
  return new PlanStage()
    .put('floating-ip', floatingIpEntity(floatingIp, ...ports))
    .put('floating-ip', floatingIpEntity(otherFloatingIp));
}

const portsOf = (stage: PlanStage, uuid = floatingIp) =>
  stage.cache.get('floating-ip', uuid)?.refs['virtual-machine-interface'];

describe('PlanApplier', () => {
  describe('the order', () => {
    it('should make the writes on one object one after the other', async () => {
      const stage = stageWith(port3);
      const release = stage.hold(`ADD floating-ip ${floatingIp} -> ${port1}`);
      const applying = stage.applier.apply(plan([add(port1), add(port2)]), signal);
      await turns();
      expect(stage.writes).to.deep.equal([`ADD floating-ip ${floatingIp} -> ${port1}`]);
      release();
      expect(await applying).to.deep.equal({ outcome: 'done', writes: 2 });
      expect(stage.writes).to.have.length(2);
    });

    it('should make the writes on different objects side by side', async () => {
      const stage = stageWith(port3);
      const release = stage.hold(`ADD floating-ip ${floatingIp} -> ${port1}`);
      const applying = stage.applier.apply(plan([add(port1), add(port1, otherFloatingIp)]), signal);
      await turns();
      expect(stage.writes).to.have.length(2);
      release();
      await applying;
    });

    it('should begin a stage when the one before has ended, on all its objects', async () => {
      const stage = stageWith(port3);
      const release = stage.hold(`ADD floating-ip ${floatingIp} -> ${port1}`);
      const both = plan([add(port1), add(port1, otherFloatingIp)], [drop(port2, otherFloatingIp)]);
      const applying = stage.applier.apply(both, signal);
      await turns();
      expect(stage.writes).not.to.include(`DELETE floating-ip ${otherFloatingIp} -> ${port2}`);
      release();
      await applying;
      expect(stage.writes.at(-1)).to.equal(`DELETE floating-ip ${otherFloatingIp} -> ${port2}`);
    });

    it('should make no more writes of a stage at a time than some, and begin no further stage', async () => {
      const others = Array.from({ length: 1_000 }, (_, index) => uuidOf(0x1000 + index));
      const stage = stageWith(port3, ...others);
      const long = plan(
        others.map((uuid) => drop(uuid)),
        [add(port1)],
      );
      expect(await stage.applier.apply(long, signal)).to.deep.equal({ outcome: 'put-off', writes: writesPerStage });
      expect(stage.writes).not.to.include(`ADD floating-ip ${floatingIp} -> ${port1}`);
      const urgent = { ...long, stages: long.stages.slice(0, 1).map((first) => ({ ...first, isUrgent: true })) };
      expect(await stage.applier.apply(urgent, signal)).to.deep.equal({ outcome: 'done', writes: others.length });
    });

    it('should write to what the same plan has created, in a later stage and in the same one', async () => {
      for (const lists of [[[create], [bindCreated]], [[create, bindCreated]]]) {
        const stage = stageWith(port3);
        await stage.applier.apply(plan(...lists), signal);
        const [created] = stage.cache.all('virtual-ip');
        expect(stage.writes).to.deep.equal([createLine, `ADD virtual-ip ${created?.uuid} -> ${port1}`]);
      }
    });

    it('should report a plan that writes to what it does not create as a bug', async () => {
      const applying = stageWith().applier.apply(plan([bindCreated]), signal);
      expect(await rejectionOf(applying)).to.have.property('code', 'bug');
    });

    it('should do nothing for a plan of nothing', async () => {
      const stage = stageWith();
      expect(await stage.applier.apply(plan(), signal)).to.deep.equal({ outcome: 'done', writes: 0 });
      expect([stage.writes, stage.refreshed]).to.deep.equal([[], []]);
    });
  });

  describe('what it asks the writer for', () => {
    it('should be a reference with what is said of the link, or without, relaxed or not', async () => {
      const stage = stageWith();
      const reference = { ...add(port1), attr: { weight: 1 } };
      await stage.applier.apply(plan([reference, { ...add(port2), relaxed: false }, drop(port3)]), signal);
      const asked = stage.references.map(({ refUuid, operation, relaxed, ...rest }) => [
        refUuid,
        operation,
        relaxed,
        'attr' in rest ? rest.attr : 'none',
      ]);
      expect(asked).to.deep.equal([
        [port1, 'ADD', true, { weight: 1 }],
        [port2, 'ADD', false, 'none'],
        [port3, 'DELETE', true, 'none'],
      ]);
    });

    it('should be an object with the references that are made with it', async () => {
      const stage = stageWith();
      const references = [{ to: { ...port(port1), fqName: ['d', 'p', 'web'] }, attr: { weight: 1 } }];
      await stage.applier.apply(plan([{ ...create, references }]), signal);
      expect(stage.created).to.deep.equal([
        { fqName: create.fqName, parentKind: 'project', properties: create.properties, references },
      ]);
      const [created] = stage.cache.all('virtual-ip');
      expect(created?.refs['virtual-machine-interface']).to.deep.equal([port1]);
    });

    it('should be under a request-id that was announced before, and tells its purpose', async () => {
      const stage = stageWith().put('virtual-ip', virtualIpEntity());
      const purposeful: Write = { ...set({ floating_ip_is_virtual_ip: true }), purpose: 'restore' };
      await stage.applier.apply(plan([purposeful, add(port1)], [annotate({ [ours('a')]: '1' })]), signal);
      expect(stage.announced).to.deep.equal([
        `${floatingIp} ${stage.requestIds[0]}`,
        `${floatingIp} ${stage.requestIds[1]}`,
        `${virtualIp} ${stage.requestIds[2]}`,
      ]);
      const isRestore = stage.requestIds.map((id) => id?.startsWith(requestIdPrefix('restore')));
      expect(isRestore).to.deep.equal([true, false, false]);
      expect(new Set(stage.requestIds).size).to.equal(3);
    });

    it('should be counted by kind and action', async () => {
      const stage = stageWith();
      await stage.applier.apply(plan([add(port1), add(port2), drop(port1)], [create]), signal);
      const counted = (kind: string, action: string) =>
        stage.metrics.count('writes_total', { controller: 'test', kind, action });
      expect([
        counted('floating-ip', 'add-reference'),
        counted('floating-ip', 'delete-reference'),
        counted('virtual-ip', 'create'),
      ]).to.deep.equal([2, 1, 1]);
    });
  });

  describe('what it notes in the cache', () => {
    it('should be the references, sorted and each once', async () => {
      const stage = stageWith(port2);
      await stage.applier.apply(plan([add(port3), add(port2), add(port1), drop(port2)]), signal);
      expect(portsOf(stage)).to.deep.equal([port1, port3]);
    });

    it('should be the properties, and what is unset is gone', async () => {
      const stage = stageWith(port1);
      const properties = { floating_ip_fixed_ip_address: null, floating_ip_is_virtual_ip: true };
      await stage.applier.apply(plan([set(properties)]), signal);
      expect(stage.writes).to.deep.equal([
        `set floating-ip ${floatingIp} {"floating_ip_fixed_ip_address":null,"floating_ip_is_virtual_ip":true}`,
      ]);
      const noted = stage.cache.get('floating-ip', floatingIp);
      expect(noted).to.include({ isVirtualIp: true });
      expect(noted).not.to.have.property('fixedIp');
    });

    it('should leave properties that are not written', async () => {
      const stage = stageWith(port1);
      await stage.applier.apply(plan([set({ floating_ip_is_virtual_ip: true })]), signal);
      expect(stage.cache.get('floating-ip', floatingIp)?.fixedIp).to.equal('10.0.0.3');
    });

    it('should be what was created, with its parent', async () => {
      const stage = stageWith();
      await stage.applier.apply(plan([create]), signal);
      const [created] = stage.cache.all('virtual-ip');
      expect(created).to.deep.include({
        fqName: create.fqName,
        parent: { kind: 'project', uuid: uuidOf(0xa1) },
        address: '10.0.0.3',
        subnetUuid: uuidOf(0xb1),
      });
      expect(created?.refs['virtual-machine-interface']).to.deep.equal([]);
    });

    it('should not be what was created where the bus was faster than the answer, and told more of it', async () => {
      const stage = stageWith();
      const answer = stage.hold(createLine);
      const applied = stage.applier.apply(plan([create]), signal);
      const told = { ...virtualIpEntity(), uuid: uuidOf(0x7001), address: '10.0.0.9' };
      stage.put('virtual-ip', told);
      answer();
      await applied;
      expect([...stage.cache.all('virtual-ip')]).to.deep.equal([told]);
    });

    it('should not be what was created where that is gone again before the answer', async () => {
      const stage = stageWith();
      const answer = stage.hold(createLine);
      const applied = stage.applier.apply(plan([create]), signal);
      stage.remove('virtual-ip', uuidOf(0x7001));
      answer();
      await applied;
      expect([...stage.cache.all('virtual-ip')]).to.deep.equal([]);
    });

    it('should be that an object is gone', async () => {
      const stage = stageWith().put('virtual-ip', virtualIpEntity());
      await stage.applier.apply(plan([{ do: 'delete', on: ofVirtualIp() }]), signal);
      expect(stage.cache.get('virtual-ip', virtualIp)).to.equal(undefined);
    });

    it('should be the entries that were there before, with what was set, and without what was removed', async () => {
      const stage = stageWith().put('virtual-ip', virtualIpEntity({ [ours('kept')]: '1', [ours('old')]: '2' }));
      await stage.applier.apply(plan([annotate({ [ours('new')]: '3' })]), signal);
      await stage.applier.apply(plan([annotate({}, ours('old'), 'y')]), signal);
      expect(stage.writes).to.deep.equal([
        `annotations ${virtualIp} set ${ours('new')}=3`,
        `annotations ${virtualIp} delete ${ours('old')}, delete y`,
      ]);
      expect(stage.cache.get('virtual-ip', virtualIp)).to.deep.equal(
        virtualIpEntity({ [ours('kept')]: '1', [ours('new')]: '3' }),
      );
      expect(stage.refreshed).to.deep.equal([]);
    });

    it('should be nothing where it cannot be told: the object is read some time', async () => {
      const stage = stageWith().put('virtual-ip', virtualIpEntity());
      await stage.applier.apply(plan([{ ...annotate({ a: '1' }), field: 'bindings' }]), signal);
      expect(stage.cache.get('virtual-ip', virtualIp)).to.deep.equal(virtualIpEntity());
      expect(stage.refreshed).to.deep.equal([`later virtual-ip ${virtualIp}`]);
    });

    it('should be nothing of an object that is gone meanwhile', async () => {
      const stage = stageWith(port3);
      const release = stage.hold(`ADD floating-ip ${floatingIp} -> ${port1}`);
      const applying = stage.applier.apply(plan([add(port1)]), signal);
      await turns();
      stage.remove('floating-ip', floatingIp);
      release();
      await applying;
      expect(stage.cache.get('floating-ip', floatingIp)).to.equal(undefined);
    });
  });

  describe('when a read shows the object while it is written', () => {
    // Whether it is newer than the write or older nobody knows.
    const readMeanwhile = async (stage: PlanStage, heeds: boolean, ...shown: readonly string[]) => {
      const release = stage.hold(`ADD floating-ip ${floatingIp} -> ${port1}`);
      const all = planOf(stagesOf([add(port1)], [add(port2)]), heeds ? { heeds: [ofFloatingIp()] } : {});
      const applying = stage.applier.apply(all, signal);
      await turns();
      stage.put('floating-ip', floatingIpEntity(floatingIp, port3));
      stage.onRead('floating-ip', floatingIp, () => stage.put('floating-ip', floatingIpEntity(floatingIp, ...shown)));
      release();
      return applying;
    };

    it('should read it again, not reckon what it is', async () => {
      const stage = stageWith(port3);
      await readMeanwhile(stage, false, port2);
      expect(stage.refreshed).to.deep.equal([`floating-ip ${floatingIp}`]);
      expect(portsOf(stage), 'not port 1').to.deep.equal([port2]);
    });

    it('should go on if it is as the plan has left it', async () => {
      const stage = stageWith(port3);
      expect(await readMeanwhile(stage, true, port1, port3)).to.deep.equal({ outcome: 'done', writes: 2 });
    });

    it('should call the plan outdated if what it heeds does not show the write', async () => {
      const stage = stageWith(port3);
      expect(await readMeanwhile(stage, true, port3)).to.deep.equal({ outcome: 'outdated', writes: 1 });
    });
  });

  describe('when a write has ended', () => {
    it('should say so after what it makes is noted, also when it fails', async () => {
      const stage = stageWith().fail(
        `ADD floating-ip ${floatingIp} -> ${port2}`,
        new SvcMonitorError('unavailable', 'no'),
      );
      const told: string[] = [];
      stage.answered = (kind, uuid) => told.push(`${kind} ${uuid} [${portsOf(stage)?.join() ?? ''}]`);
      await rejectionOf(stage.applier.apply(plan([add(port1), add(port2)]), signal));
      expect(told).to.deep.equal([`floating-ip ${floatingIp} [${port1}]`, `floating-ip ${floatingIp} [${port1}]`]);
    });
  });

  describe('when somebody changes what the plan heeds', () => {
    const heeding = (...lists: readonly (readonly Write[])[]) =>
      planOf(stagesOf(...lists), { heeds: [ofFloatingIp()] });

    it('should not write to it any more, and call the plan outdated', async () => {
      const stage = stageWith(port3);
      const release = stage.hold(`ADD floating-ip ${otherFloatingIp} -> ${port1}`);
      const applying = stage.applier.apply(heeding([add(port1, otherFloatingIp)], [add(port1)], [add(port2)]), signal);
      await turns();
      stage.put('floating-ip', floatingIpEntity(floatingIp));
      release();
      expect(await applying).to.deep.equal({ outcome: 'outdated', writes: 1 });
      expect(stage.writes).to.have.length(1);
    });

    it('should not write to it once it is gone', async () => {
      const stage = stageWith(port3);
      const release = stage.hold(`ADD floating-ip ${otherFloatingIp} -> ${port1}`);
      const applying = stage.applier.apply(heeding([add(port1, otherFloatingIp)], [add(port1)]), signal);
      await turns();
      stage.remove('floating-ip', floatingIp);
      release();
      expect(await applying).to.deep.equal({ outcome: 'outdated', writes: 1 });
    });

    it('should call the plan outdated, too, if that came while it was written', async () => {
      const stage = stageWith(port3);
      const release = stage.hold(`ADD floating-ip ${floatingIp} -> ${port1}`);
      const applying = stage.applier.apply(heeding([add(port1), add(port2)], [add(port1, otherFloatingIp)]), signal);
      await turns();
      stage.put('floating-ip', floatingIpEntity(floatingIp));
      release();
      expect(await applying).to.deep.equal({ outcome: 'outdated', writes: 1 });
      expect(stage.writes).to.have.length(1);
    });

    it('should go on for what the plan itself has made of it', async () => {
      const stage = stageWith(port3);
      const result = await stage.applier.apply(heeding([add(port1)], [add(port2), drop(port3)]), signal);
      expect(result).to.deep.equal({ outcome: 'done', writes: 3 });
    });

    it('should go on for what it does not heed', async () => {
      const stage = stageWith(port3);
      const release = stage.hold(`ADD floating-ip ${otherFloatingIp} -> ${port1}`);
      const applying = stage.applier.apply(plan([add(port1, otherFloatingIp)], [add(port1)]), signal);
      await turns();
      stage.put('floating-ip', floatingIpEntity(floatingIp));
      release();
      expect(await applying).to.deep.equal({ outcome: 'done', writes: 2 });
    });
  });

  describe('bookkeeping', () => {
    const forget = annotate({}, ours('member'));
    const letGoThenForget = () => ({
      ...planOf(
        [
          { name: 'let go', writes: [drop(port2)] },
          { name: 'forget', writes: [forget], isBookkeeping: true, dropsEvidence: true },
        ],
        { heeds: [ofFloatingIp()] },
      ),
    });
    const forgetOnly = () => ({ ...letGoThenForget(), stages: letGoThenForget().stages.slice(1) });
    const withRecord = (...ports: readonly string[]) =>
      stageWith(...ports).put('virtual-ip', virtualIpEntity({ [ours('member')]: port2 }));

    it('should come after a look at what the plan heeds, before evidence is dropped', async () => {
      const stage = withRecord(port1, port2);
      expect(await stage.applier.apply(letGoThenForget(), signal)).to.deep.equal({ outcome: 'done', writes: 2 });
      expect(stage.refreshed).to.deep.equal([`floating-ip ${floatingIp}`]);
      const other = withRecord(port1);
      await other.applier.apply(forgetOnly(), signal);
      expect(other.refreshed).to.deep.equal([`floating-ip ${floatingIp}`]);
    });

    it('should look once, however many stages drop evidence, and not where none does', async () => {
      const stage = withRecord(port1);
      const [last] = forgetOnly().stages;
      await stage.applier.apply({ ...forgetOnly(), stages: [last!, { ...last!, name: 'again' }] }, signal);
      expect(stage.refreshed).to.deep.equal([`floating-ip ${floatingIp}`]);
      const other = withRecord(port1);
      const plain = { ...forgetOnly(), stages: stagesOf([forget]) };
      await other.applier.apply(plain, signal);
      expect(other.refreshed).to.deep.equal([]);
    });

    it('should not be done if something that the plan heeds is not as it was left', async () => {
      const stage = withRecord(port1, port2);
      stage.onRead('floating-ip', floatingIp, () => stage.put('floating-ip', floatingIpEntity(floatingIp)));
      expect(await stage.applier.apply(letGoThenForget(), signal)).to.deep.equal({ outcome: 'outdated', writes: 1 });
    });

    it('should be put off while others wait, once the rest is written', async () => {
      const stage = withRecord(port1, port2);
      const result = await stage.applier.apply(letGoThenForget(), signal, { othersWait: () => true });
      expect(result).to.deep.equal({ outcome: 'put-off', writes: 1 });
      expect(stage.refreshed).to.deep.equal([]);
    });

    it('should not be put off for ever: with nothing before it, it is done', async () => {
      const stage = withRecord(port1);
      const result = await stage.applier.apply(forgetOnly(), signal, { othersWait: () => true });
      expect(result).to.deep.equal({ outcome: 'done', writes: 1 });
    });
  });

  describe('a reference that is a trial', () => {
    const trial: Write = {
      do: 'add-reference',
      on: ofVirtualIp(),
      to: ofFloatingIp(),
      relaxed: true,
      isTrial: true,
    };
    const confirmations = () => {
      const told: boolean[] = [];
      return { told, observer: { confirmed: (_write: unknown, isKept: boolean) => told.push(isKept) } };
    };
    const withReference = () => ({
      ...virtualIpEntity(),
      refs: { 'virtual-machine-interface': [], 'floating-ip': [floatingIp], 'loadbalancer-pool': [] },
    });

    it('should be read back, and confirmed if the server keeps it', async () => {
      const stage = stageWith().put('virtual-ip', virtualIpEntity());
      stage.onRead('virtual-ip', virtualIp, () => stage.put('virtual-ip', withReference()));
      const { told, observer } = confirmations();
      const result = await stage.applier.apply(plan([trial], [add(port1)]), signal, { observer });
      expect(result).to.deep.equal({ outcome: 'done', writes: 2 });
      expect(stage.refreshed).to.deep.equal([`virtual-ip ${virtualIp}`]);
      expect(told).to.deep.equal([true]);
    });

    it('should make the plan outdated if the server does not show it, though it answers 200, and be taken back before that is told', async () => {
      const stage = stageWith().put('virtual-ip', virtualIpEntity());
      const { told, observer } = confirmations();
      const result = await stage.applier.apply(plan([trial], [add(port1)]), signal, { observer });
      expect(result).to.deep.equal({ outcome: 'outdated', writes: 1 });
      expect(stage.writes).to.deep.equal([
        `ADD virtual-ip ${virtualIp} -> ${floatingIp}`,
        `DELETE virtual-ip ${virtualIp} -> ${floatingIp}`,
      ]);
      expect(stage.refreshed).to.deep.equal([`virtual-ip ${virtualIp}`, `floating-ip ${floatingIp}`]);
      expect(told).to.deep.equal([false]);
    });

    it('should be told of though what refers is gone when it is taken back', async () => {
      const stage = stageWith().put('virtual-ip', virtualIpEntity());
      stage.fail(`DELETE virtual-ip ${virtualIp} -> ${floatingIp}`, new SvcMonitorError('not-found', 'gone'));
      const { told, observer } = confirmations();
      expect((await stage.applier.apply(plan([trial]), signal, { observer })).outcome).to.equal('outdated');
      expect(told).to.deep.equal([false]);
    });

    it('should prove nothing if its target is gone meanwhile', async () => {
      const stage = stageWith().put('virtual-ip', virtualIpEntity());
      stage.onRead('floating-ip', floatingIp, () => stage.remove('floating-ip', floatingIp));
      const { told, observer } = confirmations();
      expect((await stage.applier.apply(plan([trial]), signal, { observer })).outcome).to.equal('outdated');
      expect(told).to.deep.equal([]);
    });

    it('should fail the plan with what whoever hears of it throws', async () => {
      const stage = stageWith().put('virtual-ip', virtualIpEntity());
      const failure = new SvcMonitorError('schema-mismatch', 'no');
      const observer: WriteObserver = {
        confirmed: () => {
          throw failure;
        },
      };
      expect(await rejectionOf(stage.applier.apply(plan([trial]), signal, { observer }))).to.equal(failure);
    });

    it('should be read back of what the plan has created, too', async () => {
      const stage = stageWith();
      const toCreated: Write = { ...trial, on: { kind: 'virtual-ip', created: 'it' } };
      await stage.applier.apply(plan([create, toCreated]), signal);
      const [created] = stage.cache.all('virtual-ip');
      expect(stage.refreshed[0]).to.equal(`virtual-ip ${created?.uuid}`);
    });
  });

  describe('who is told of writes', () => {
    const described = ({ write, uuid, at }: SentWrite) => `${write.do} ${uuid} ${at}`;

    it('should be told before each is sent and when it was made, before what it makes is noted', async () => {
      const stage = stageWith();
      const told: string[] = [];
      const note = (what: string) => (sent: SentWrite) => {
        told.push(`${what} ${described(sent)} [${portsOf(stage)?.join() ?? ''}] after ${stage.writes.length}`);
        expect(sent.requestId).to.equal(stage.announced.at(-1)?.split(' ')[1]);
      };
      const release = stage.hold(`ADD floating-ip ${floatingIp} -> ${port1}`);
      const observer: WriteObserver = { sending: note('sending'), written: note('written') };
      const applying = stage.applier.apply(plan([add(port1)]), signal, { observer });
      await turns();
      expect(told).to.deep.equal([`sending add-reference ${floatingIp} 0 [] after 0`]);
      stage.clock.step(40);
      release();
      await applying;
      expect(told.slice(1)).to.deep.equal([`written add-reference ${floatingIp} 40 [] after 1`]);
    });

    it('should be told of each time that it is sent again', async () => {
      const stage = stageWith();
      const told: string[] = [];
      const release = stage.hold(`ADD floating-ip ${floatingIp} -> ${port1}`);
      const observer: WriteObserver = {
        sending: (sent) => told.push(`sending ${described(sent)}`),
        repeating: (sent) => told.push(`repeating ${described(sent)}`),
      };
      const applying = stage.applier.apply(plan([add(port1)]), signal, { observer });
      await turns();
      stage.clock.step(40);
      stage.references[0]?.onRepeat?.();
      release();
      await applying;
      expect(told).to.deep.equal([`sending add-reference ${floatingIp} 0`, `repeating add-reference ${floatingIp} 40`]);
    });

    it('should be told up to which change the plan knew what it heeds, and of others what was there when it was sent', async () => {
      const stage = stageWith();
      const plannedAt: number[] = [];
      const observer: WriteObserver = { sending: (sent) => plannedAt.push(sent.plannedAt) };
      const knownUpTo = stage.cache.sequence;
      stage.cache.put('floating-ip', floatingIpEntity(floatingIp), {
        touched: stage.cache.nextSequence(),
        readAfter: knownUpTo,
      });
      stage.cache.nextSequence();
      const writes = stagesOf([add(port1), add(port2)], [add(port1, otherFloatingIp)]);
      let sentAt = 0;
      const noting: WriteObserver = {
        sending: (sent) => {
          observer.sending?.(sent);
          sentAt = stage.cache.sequence;
        },
      };
      await stage.applier.apply(planOf(writes, { heeds: [ofFloatingIp()] }), signal, { observer: noting });
      expect(plannedAt).to.deep.equal([knownUpTo, knownUpTo, sentAt]);
      expect(sentAt).to.be.greaterThan(knownUpTo);
    });

    it('should not be told that one was made that failed, nor of creates and deletes', async () => {
      const stage = stageWith()
        .put('virtual-ip', virtualIpEntity())
        .fail(`ADD floating-ip ${floatingIp} -> ${port1}`, new SvcMonitorError('timeout', 'no'));
      const told: string[] = [];
      const observer: WriteObserver = {
        sending: ({ write }) => told.push(`sending ${write.do}`),
        written: ({ write }) => told.push(`written ${write.do}`),
      };
      const all = plan([{ do: 'delete', on: ofVirtualIp() }], [create], [add(port1)]);
      await rejectionOf(stage.applier.apply(all, signal, { observer }));
      expect(told).to.deep.equal(['sending add-reference']);
    });

    it('should be told of what was written by its keys, also if something fails later', async () => {
      const stage = stageWith().fail(
        `ADD floating-ip ${floatingIp} -> ${port2}`,
        new SvcMonitorError('unavailable', 'no'),
      );
      const keys: string[] = [];
      const options = { onWritten: (written: readonly string[]) => keys.push(...written) };
      await rejectionOf(stage.applier.apply(plan([add(port1), add(port2)]), signal, options));
      expect(keys).to.deep.equal(keysOf(add(port1), `public:${floatingIp}`));
    });

    it('should be told the same keys of what the plan creates as of it later, and when it is made anew', async () => {
      const stage = stageWith();
      const told: (readonly string[])[] = [];
      const options = { onWritten: (keys: readonly string[]) => told.push(keys) };
      await stage.applier.apply(plan([create, bindCreated]), signal, options);
      const [created] = stage.cache.all('virtual-ip');
      await stage.applier.apply(plan([{ ...bindCreated, on: ofVirtualIp(created?.uuid) }]), signal, options);
      stage.remove('virtual-ip', created?.uuid ?? '');
      await stage.applier.apply(plan([create, bindCreated]), signal, options);
      const [made, bound, boundLater, madeAnew, boundAnew] = told;
      expect(told).to.have.length(5);
      expect(boundLater).to.deep.equal(bound);
      expect([madeAnew, boundAnew]).to.deep.equal([made, bound]);
    });
  });

  describe('when a target is not there (404)', () => {
    it('should read both ends of the reference again, and call the plan outdated', async () => {
      const stage = stageWith(port3).failNotFound(`ADD floating-ip ${floatingIp} -> ${port1}`);
      const result = await stage.applier.apply(plan([add(port1), add(port2)], [drop(port2)]), signal);
      expect(result).to.deep.equal({ outcome: 'outdated', writes: 0 });
      expect(stage.refreshed).to.have.members([`virtual-machine-interface ${port1}`, `floating-ip ${floatingIp}`]);
      expect(stage.writes).to.have.length(1);
    });

    it('should read the object again of which nothing else was written', async () => {
      for (const [line, write] of [
        [`delete virtual-ip ${virtualIp}`, { do: 'delete', on: ofVirtualIp() }],
        [`annotations ${virtualIp} set a=1`, annotate({ a: '1' })],
      ] as const) {
        const stage = stageWith().failNotFound(line);
        expect((await stage.applier.apply(plan([write]), signal)).outcome).to.equal('outdated');
        expect(stage.refreshed).to.deep.equal([`virtual-ip ${virtualIp}`]);
      }
    });

    it('should read again what the plan itself has created', async () => {
      const stage = stageWith().failNotFound(`ADD virtual-ip ${uuidOf(0x7001)} -> ${port1}`);
      const result = await stage.applier.apply(plan([create], [bindCreated]), signal);
      expect(result).to.deep.equal({ outcome: 'outdated', writes: 1 });
      expect(stage.refreshed).to.have.members([`virtual-machine-interface ${port1}`, `virtual-ip ${uuidOf(0x7001)}`]);
    });

    it('should call the plan outdated, too, when it is a create that is answered so', async () => {
      const stage = stageWith().failNotFound(createLine);
      expect(await stage.applier.apply(plan([create]), signal)).to.deep.equal({ outcome: 'outdated', writes: 0 });
    });

    it('should finish what is under way on other objects, and count it', async () => {
      const stage = stageWith(port3).failNotFound(`ADD floating-ip ${floatingIp} -> ${port1}`);
      const both = plan([add(port1), add(port1, otherFloatingIp)]);
      expect(await stage.applier.apply(both, signal)).to.deep.equal({ outcome: 'outdated', writes: 1 });
    });
  });

  describe('when the name of what is created is taken (409)', () => {
    const conflict = (details: Record<string, unknown>) => new SvcMonitorError('conflict', 'name taken', { details });

    it('should read the one that has it, and call the plan outdated', async () => {
      const stage = stageWith().fail(createLine, conflict({ existingUuid: virtualIp }));
      expect(await stage.applier.apply(plan([create]), signal)).to.deep.equal({ outcome: 'outdated', writes: 0 });
      expect(stage.refreshed).to.deep.equal([`virtual-ip ${virtualIp}`]);
    });

    it('should throw where the answer does not say who has it', async () => {
      const stage = stageWith().fail(createLine, conflict({}));
      expect(await rejectionOf(stage.applier.apply(plan([create]), signal))).to.have.property('code', 'conflict');
    });
  });

  describe('when the config API refuses what is to be recorded', () => {
    const refusal = { code: 'quota-exceeded', message: 'quota limit (0) exceeded' } as const;
    const refused = () => new SvcMonitorError(refusal.code, refusal.message);
    const recording = planOf([
      { name: 'record', writes: [create], isRecord: true },
      { name: 'bind', writes: [bindCreated, add(port1)] },
      { name: 'note', writes: [add(port2)], isBookkeeping: true },
    ]);

    it('should do all but that, what is written to it, and bookkeeping; and say why', async () => {
      const stage = stageWith().fail(createLine, refused());
      expect(await stage.applier.apply(recording, signal)).to.deep.equal({ outcome: 'done', writes: 1, refusal });
      expect(stage.writes).to.deep.equal([createLine, `ADD floating-ip ${floatingIp} -> ${port1}`]);
    });

    it('should still write to what was made, if something else of it is refused', async () => {
      const note: Write = { ...annotate({ a: '1' }), on: { kind: 'virtual-ip', created: 'it' } };
      const stage = stageWith().fail(`annotations ${uuidOf(0x7001)} set a=1`, refused());
      const stages = [
        { name: 'record', writes: [create, note], isRecord: true },
        { name: 'bind', writes: [bindCreated] },
      ];
      expect(await stage.applier.apply(planOf(stages), signal)).to.deep.equal({ outcome: 'done', writes: 2, refusal });
      expect(stage.refreshed, 'it may have been carried out').to.deep.equal([`later virtual-ip ${uuidOf(0x7001)}`]);
    });

    it('should ask who knows what went before about a 404 though all is there, and not about one of something gone', async () => {
      const refusal = { code: 'not-found', message: 'no' } as const;
      const record = planOf([{ name: 'record', writes: [annotate({ a: '1' })], isRecord: true }]);
      const options = { judge: () => refusal };
      const failing = (stage: PlanStage) => stage.failNotFound(`annotations ${virtualIp} set a=1`);
      const there = failing(stageWith().put('virtual-ip', virtualIpEntity()));
      expect(await there.applier.apply(record, signal, options)).to.deep.equal({ outcome: 'done', writes: 0, refusal });
      const gone = failing(stageWith());
      expect(await gone.applier.apply(record, signal, options)).to.deep.equal({ outcome: 'outdated', writes: 0 });
    });

    it('should throw what is no refusal, and what is refused elsewhere', async () => {
      const away = stageWith().fail(createLine, new SvcMonitorError('unavailable', 'no'));
      expect(await rejectionOf(away.applier.apply(recording, signal))).to.have.property('code', 'unavailable');
      const elsewhere = stageWith().fail(`ADD floating-ip ${floatingIp} -> ${port1}`, refused());
      expect(await rejectionOf(elsewhere.applier.apply(recording, signal))).to.have.property('code', refusal.code);
    });
  });

  describe('when a write fails otherwise', () => {
    it('should throw what the config API answers, and begin no further stage', async () => {
      const failure = new SvcMonitorError('unavailable', 'no');
      const stage = stageWith(port3).fail(`ADD floating-ip ${floatingIp} -> ${port1}`, failure);
      expect(await rejectionOf(stage.applier.apply(plan([add(port1)], [add(port2)]), signal))).to.equal(failure);
      expect(stage.writes).to.have.length(1);
    });

    it('should throw only when the other objects of the stage are done', async () => {
      const stage = stageWith(port3).fail(
        `ADD floating-ip ${floatingIp} -> ${port1}`,
        new SvcMonitorError('unavailable', 'no'),
      );
      const release = stage.hold(`ADD floating-ip ${otherFloatingIp} -> ${port1}`);
      let ended = false;
      const applying = rejectionOf(
        stage.applier.apply(plan([add(port1), add(port1, otherFloatingIp)]), signal),
      ).finally(() => (ended = true));
      await turns();
      expect(ended).to.equal(false);
      release();
      expect(await applying).to.have.property('code', 'unavailable');
      expect(portsOf(stage, otherFloatingIp)).to.deep.equal([port1]);
    });

    it('should not note in the cache what was not written, and have the object read some time', async () => {
      const stage = stageWith(port3).fail(
        `ADD floating-ip ${floatingIp} -> ${port1}`,
        new SvcMonitorError('timeout', 'no'),
      );
      await rejectionOf(stage.applier.apply(plan([add(port1)]), signal));
      expect(portsOf(stage)).to.deep.equal([port3]);
      expect(stage.refreshed).to.deep.equal([`later floating-ip ${floatingIp}`]);
    });
  });

  it('should note what is set on an object of any kind', async () => {
    const stage = stageWith().put('virtual-machine-interface', portEntity(port1));
    const own: Write = { do: 'set', on: port(port1), properties: { virtual_machine_interface_device_owner: 'x' } };
    await stage.applier.apply(plan([own]), signal);
    expect(stage.cache.get('virtual-machine-interface', port1)?.owner).to.equal('x');
  });
});
