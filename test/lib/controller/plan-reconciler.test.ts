import { expect } from 'chai';
import { isRetriable, SvcMonitorError } from '../../../lib/base/errors/index.js';
import { describePlan, PlanReconciler, type ControllerHooks, type Settled } from '../../../lib/controller/index.js';
import { keysOf, type Plan } from '../../../lib/planning/index.js';
import { rejectionOf } from '../../support/turns.js';
import {
  add,
  create,
  bindCreated,
  floatingIp,
  floatingIpEntity,
  ofFloatingIp,
  planOf,
  port,
  port1,
  port2,
  stagesOf,
} from '../planning/support/objects.js';
import { PlanStage } from '../planning/support/plan-stage.js';
import { keepingLogger, type LogLine } from './doubles.js';
import { MadeUpSpec, type MadeUpSeen } from './support/made-up.js';

const { signal } = new AbortController();
const addLine = `ADD floating-ip ${floatingIp} -> ${port1}`;
const createLine = `create virtual-ip ${create.fqName.join(':')}`;
type Hooks = ControllerHooks<string, Plan>;

describe('PlanReconciler', () => {
  let stage: PlanStage;
  let spec: MadeUpSpec & Hooks & { isOver?: () => boolean };
  let lines: LogLine[];
  let reconciler: PlanReconciler<string, MadeUpSeen, Plan>;

  const newReconciler = (dryRun = false): PlanReconciler<string, MadeUpSeen, Plan> => {
    const { cache, clock, applier } = stage;
    return new PlanReconciler({ spec, cache, keeper: stage, applier, clock, logger: keepingLogger(lines), dryRun });
  };

  beforeEach(() => {
    stage = new PlanStage().put('floating-ip', floatingIpEntity(floatingIp));
    spec = new MadeUpSpec();
    lines = [];
    reconciler = newReconciler();
  });

  /** Adds the reference until it is there: the second plan is empty. */
  const untilThere = ({ floatingIps }: MadeUpSeen): Plan =>
    planOf(floatingIps.length === 0 ? stagesOf([add(port1)]) : [], { heeds: [ofFloatingIp()] });

  describe('when there is something to write', () => {
    it('should observe, plan and write it, and nothing the second time', async () => {
      spec.toPlan = untilThere;
      expect(await reconciler.reconcile(port1, signal)).to.deep.equal({ writes: 1 });
      expect(stage.writes).to.deep.equal([addLine]);
      expect(await reconciler.reconcile(port1, signal)).to.deep.equal({ writes: 0 });
      expect(stage.writes).to.have.length(1);
      expect(spec.observed.map(({ key, verified }) => [key, verified])).to.deep.equal([
        [port1, false],
        [port1, false],
      ]);
    });

    it('should log the plan, and once that it was carried out', async () => {
      spec.toPlan = untilThere;
      await reconciler.reconcile(port1, signal);
      await reconciler.reconcile(port1, signal);
      expect(lines.map(({ level, message, fields }) => [level, message, fields['key']])).to.deep.equal([
        ['debug', 'plan', port1],
        ['info', 'reconciled', port1],
      ]);
      expect(lines[0]?.fields['plan']).to.include(`add reference floating-ip ${floatingIp}`);
    });

    it('should tell of each write by its keys', async () => {
      spec.toPlan = untilThere;
      const told: string[] = [];
      await reconciler.reconcile(port1, signal, { onWritten: (keys) => told.push(...keys) });
      expect(told).to.deep.equal(keysOf(add(port1), `public:${floatingIp}`));
    });

    it('should pass on what the config API answers', async () => {
      spec.toPlan = untilThere;
      const failure = new SvcMonitorError('unavailable', 'no');
      stage.fail(addLine, failure);
      expect(await rejectionOf(reconciler.reconcile(port1, signal))).to.equal(failure);
    });
  });

  describe('when the plan asks to look again', () => {
    it('should be looked at again at that time', async () => {
      spec.toPlan = () => planOf([], { recheckAfterMs: 2_000 });
      expect(await reconciler.reconcile(port1, signal)).to.deep.equal({ writes: 0, requeueAfterMs: 2_000 });
    });
  });

  describe('when the plan asks for something to be read again', () => {
    it('should read it once, and carry out what is planned then', async () => {
      const verify = [ofFloatingIp(), port(port1)];
      spec.toPlan = ({ verified }) => planOf(stagesOf([add(verified ? port1 : port2)]), { verify });
      expect(await reconciler.reconcile(port1, signal)).to.deep.equal({ writes: 1 });
      expect(stage.refreshed).to.deep.equal([`floating-ip ${floatingIp}`, `virtual-machine-interface ${port1}`]);
      expect(stage.writes).to.deep.equal([addLine]);
      expect(spec.observed.map(({ verified }) => verified)).to.deep.equal([false, true]);
    });

    it('should read it again at the next reconcile, not before', async () => {
      spec.toPlan = () => planOf([], { verify: [ofFloatingIp()] });
      await reconciler.reconcile(port1, signal);
      await reconciler.reconcile(port1, signal);
      expect(stage.refreshed).to.have.length(2);
    });
  });

  describe('when the plan is out of date', () => {
    it('should plan anew, and count all writes', async () => {
      stage.failNotFound(`ADD floating-ip ${floatingIp} -> ${port2}`);
      spec.toPlan = () => planOf(spec.observed.length === 1 ? stagesOf([add(port1)], [add(port2)]) : []);
      expect(await reconciler.reconcile(port1, signal)).to.deep.equal({ writes: 1 });
      expect(spec.observed).to.have.length(2);
    });

    it('should give up for now after four times, and be tried again', async () => {
      spec.toPlan = () => {
        stage.failNotFound(addLine);
        return planOf(stagesOf([add(port1)]));
      };
      const failure = await rejectionOf(reconciler.reconcile(port1, signal));
      expect(failure).to.have.property('code', 'outdated');
      expect((failure as SvcMonitorError).details).to.deep.equal({ key: port1, plans: 4 });
      expect(isRetriable(failure)).to.equal(true);
      expect(stage.writes).to.have.length(4);
    });

    it('should say nothing of it: nothing was reconciled', async () => {
      spec.toPlan = () => {
        stage.failNotFound(addLine);
        return planOf(stagesOf([add(port1)]));
      };
      await rejectionOf(reconciler.reconcile(port1, signal));
      expect(lines.filter(({ level }) => level !== 'debug')).to.deep.equal([]);
    });
  });

  describe('when it is called off', () => {
    it('should stop between plans', async () => {
      spec.toPlan = untilThere;
      const error = await rejectionOf(reconciler.reconcile(port1, AbortSignal.abort()));
      expect(error).to.have.property('code', 'aborted');
      expect(stage.writes).to.deep.equal([]);
    });
  });

  describe('when others wait', () => {
    it('should call the key unfinished whose bookkeeping is put off', async () => {
      spec.toPlan = ({ floatingIps }) =>
        planOf([
          ...(floatingIps.length === 0 ? stagesOf([add(port1)]) : []),
          { name: 'note', writes: [add(port2)], isBookkeeping: true },
        ]);
      const options = { othersWait: () => true };
      expect(await reconciler.reconcile(port1, signal, options)).to.deep.equal({ writes: 1, unfinished: true });
      expect(await reconciler.reconcile(port1, signal, options)).to.deep.equal({ writes: 1 });
    });
  });

  describe('when the key is no more', () => {
    it('should say so, once all is done', async () => {
      spec.isOver = () => true;
      expect(await reconciler.reconcile(port1, signal)).to.deep.equal({ writes: 0, isOver: true });
    });

    it('should not say so while something is left', async () => {
      spec.isOver = () => true;
      spec.toPlan = () =>
        planOf([...stagesOf([add(port1)]), { name: 'note', writes: [add(port2)], isBookkeeping: true }]);
      const result = await reconciler.reconcile(port1, signal, { othersWait: () => true });
      expect(result).to.deep.equal({ writes: 1, unfinished: true });
    });
  });

  describe('when the record is refused', () => {
    const refusal = { code: 'quota-exceeded', message: 'no more' } as const;
    const refuse = () => stage.fail(createLine, new SvcMonitorError(refusal.code, refusal.message));
    let settled: Settled[];

    beforeEach(() => {
      settled = [];
      spec.settled = (_key, _plan, how) => settled.push(how);
      spec.toPlan = () =>
        planOf([
          { name: 'record', writes: [create], isRecord: true },
          { name: 'bind', writes: [bindCreated, add(port1)] },
        ]);
      refuse();
    });

    it('should do the rest, and look again in a minute', async () => {
      expect(await reconciler.reconcile(port1, signal)).to.deep.equal({ writes: 1, requeueAfterMs: 60_000 });
      expect(stage.writes).to.deep.equal([createLine, addLine]);
      expect(settled).to.deep.equal([{ outcome: 'done', writes: 1, refusal, dryRun: false }]);
    });

    it('should not try it again for a minute, but do the rest and say why', async () => {
      await reconciler.reconcile(port1, signal);
      stage.clock.step(59_999);
      stage.writes.length = 0;
      expect(await reconciler.reconcile(port1, signal)).to.deep.equal({ writes: 1, requeueAfterMs: 1 });
      expect(stage.writes).to.deep.equal([addLine]);
      expect(settled[1]?.refusal).to.deep.equal(refusal);
    });

    it('should try it again then', async () => {
      await reconciler.reconcile(port1, signal);
      stage.clock.step(60_000);
      stage.writes.length = 0;
      expect(await reconciler.reconcile(port1, signal)).to.deep.equal({ writes: 3 });
      expect(stage.writes[0]).to.equal(createLine);
      expect(settled[1]).not.to.have.property('refusal');
    });

    it('should look again earlier if the plan asks for it', async () => {
      const { toPlan } = spec;
      spec.toPlan = (seen) => ({ ...toPlan(seen), recheckAfterMs: 5_000 });
      expect(await reconciler.reconcile(port1, signal)).to.include({ requeueAfterMs: 5_000 });
    });

    it('should be that of its key: another may record', async () => {
      await reconciler.reconcile(port1, signal);
      expect(await reconciler.reconcile(port2, signal)).to.deep.equal({ writes: 3 });
    });

    it('should not matter where there is nothing to record', async () => {
      await reconciler.reconcile(port1, signal);
      spec.toPlan = () => planOf(stagesOf([add(port2)]));
      await reconciler.reconcile(port1, signal);
      expect(settled[1]).not.to.have.property('refusal');
    });
  });

  describe('in a dry run', () => {
    it('should plan and tell, and write nothing', async () => {
      const told: string[] = [];
      spec.toPlan = (seen) => ({ ...untilThere(seen), recheckAfterMs: 7 });
      spec.settled = (key, plan, { outcome, writes, dryRun }) =>
        told.push(`${key} ${plan.stages.length} ${outcome} ${writes} ${dryRun}`);
      expect(await newReconciler(true).reconcile(port1, signal)).to.deep.equal({ writes: 0, requeueAfterMs: 7 });
      expect(stage.writes).to.deep.equal([]);
      expect(told).to.deep.equal([`${port1} 1 done 0 true`]);
    });

    it('should not do what is urgent either', async () => {
      spec.toPlan = () => planOf([{ name: 'let go', writes: [add(port1)], isUrgent: true }]);
      expect(await newReconciler(true).reconcile(port1, signal, { urgentOnly: true })).to.deep.equal({ writes: 0 });
      expect(stage.writes).to.deep.equal([]);
    });
  });

  describe('when the key is slowed down', () => {
    const urgent = () =>
      planOf([...stagesOf([add(port1)]), { name: 'let go', writes: [add(port2)], isUrgent: true }], {
        recheckAfterMs: 5,
        verify: [ofFloatingIp()],
      });

    it('should do what is urgent, verify nothing, and tell none but who remembers writes', async () => {
      const told: string[] = [];
      spec.toPlan = urgent;
      spec.preparing = () => told.push('preparing');
      spec.planned = () => told.push('planned');
      spec.settled = () => told.push('settled');
      spec.writes = () => ({ written: () => told.push('written') });
      expect(await reconciler.reconcile(port1, signal, { urgentOnly: true })).to.deep.equal({ writes: 1 });
      expect(stage.writes).to.deep.equal([`ADD floating-ip ${floatingIp} -> ${port2}`]);
      expect(stage.refreshed).to.deep.equal([]);
      expect(told).to.deep.equal(['preparing', 'written']);
    });

    it('should do nothing if nothing is urgent', async () => {
      spec.toPlan = () => planOf(stagesOf([add(port1)]));
      expect(await reconciler.reconcile(port1, signal, { urgentOnly: true })).to.deep.equal({ writes: 0 });
      expect(stage.writes).to.deep.equal([]);
    });
  });

  describe('the hooks', () => {
    it('should be told in order, for each plan', async () => {
      const told: string[] = [];
      stage.failNotFound(addLine);
      const hooks: Hooks = {
        preparing: (key) => told.push(`preparing ${key}, observed ${spec.observed.length}`),
        planned: (key, plan) => told.push(`planned ${key} ${plan.stages.length}`),
        settled: (key, plan, { outcome, writes }) =>
          told.push(`settled ${key} ${plan.stages.length} ${outcome} ${writes}`),
        writes: (key, plan) => {
          told.push(`writes ${key} ${plan.stages.length}`);
          return { written: ({ uuid }) => told.push(`written ${uuid}`) };
        },
      };
      Object.assign(spec, hooks);
      spec.toPlan = untilThere;
      await reconciler.reconcile(port1, signal);
      expect(told).to.deep.equal([
        `preparing ${port1}, observed 0`,
        `planned ${port1} 1`,
        `writes ${port1} 1`,
        `settled ${port1} 1 outdated 0`,
        `planned ${port1} 1`,
        `writes ${port1} 1`,
        `written ${floatingIp}`,
        `settled ${port1} 1 done 1`,
      ]);
    });
  });
});

describe('describePlan', () => {
  const spec = new MadeUpSpec();

  it('should be the key, and one line for each write', () => {
    expect(describePlan(spec, 'a key', planOf(stagesOf([add(port1)])))).to.equal(
      `a key\n  stage 0: add reference floating-ip ${floatingIp} -> virtual-machine-interface ${port1}`,
    );
    expect(describePlan(spec, 'a key', planOf([]))).to.equal('a key: nothing to write');
  });

  it('should be as the controller says it, if it does', () => {
    const own = Object.assign(new MadeUpSpec(), { describe: (key: string) => `own words of ${key}` });
    expect(describePlan(own, 'a key', planOf([]))).to.equal('own words of a key');
  });
});
