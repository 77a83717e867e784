import { problemTypes } from '../../../lib/base/problems/index.js';
import { expect } from 'chai';
import { SvcMonitorError } from '../../../lib/base/errors/index.js';
import { anyController, type AnyController, type Feed } from '../../../lib/controller/index.js';
import { everything, type Ownership } from '../../../lib/ownership/index.js';
import { portEntity } from '../../support/entities.js';
import {
  add,
  drop,
  floatingIp,
  floatingIpEntity,
  planOf,
  port1,
  port2,
  port3,
  stagesOf,
} from '../planning/support/objects.js';
import { PlanStage } from '../planning/support/plan-stage.js';
import { CountingQueue, keepingLogger, quiet, type LogLine } from './doubles.js';
import { MadeUpSpec } from './support/made-up.js';

const addLine = `ADD floating-ip ${floatingIp} -> ${port1}`;

/** A made-up controller that says something of itself. */
class TellingSpec extends MadeUpSpec {
  public readonly forgottenKeys: string[] = [];

  public status(): Readonly<Record<string, unknown>> {
    return { observed: this.observed.length };
  }

  public problems(): readonly { readonly type: string; readonly message: string; readonly since: number }[] {
    return [{ type: 'odd', message: 'something is odd', since: 1 }];
  }

  public forgotten(key: string): void {
    this.forgottenKeys.push(key);
  }
}

describe('ManagedController', () => {
  let stage: PlanStage;
  let lines: LogLine[];
  let feed: Feed;
  let controller: AnyController;

  const start = (
    spec: MadeUpSpec,
    delta: { readonly ownership?: Ownership; readonly dryRun?: boolean; readonly workers?: number } = {},
  ): void => {
    const { cache, clock, metrics } = stage;
    const queue = new CountingQueue({ clock, random: () => 0 });
    feed = anyController(spec).feed({ cache, queue });
    controller = feed.controller({
      ...{ cache, clock, metrics, keeper: stage, writer: stage, logger: keepingLogger(lines) },
      ...{ ownership: everything, dryRun: false, ...delta },
    });
    controller.start();
  };

  const reconcile = async (): Promise<void> => {
    feed.all();
    await quiet();
  };

  beforeEach(() => {
    lines = [];
    stage = new PlanStage()
      .put('virtual-machine-interface', portEntity(port1))
      .put('floating-ip', floatingIpEntity(floatingIp));
  });

  afterEach(async () => {
    const stopped = controller.stop(1);
    stage.clock.step(1);
    await stopped;
    expect(stage.clock.pending, 'timers left behind').to.equal(0);
  });

  it('should carry out what its spec plans for what is queued, under its name', async () => {
    const spec = new MadeUpSpec();
    spec.toPlan = ({ floatingIps }) => planOf(floatingIps.length === 0 ? stagesOf([add(port1)]) : []);
    start(spec);
    await reconcile();
    expect(stage.writes).to.deep.equal([addLine]);
    expect(controller.name).to.equal('made-up');
    expect(new Set(lines.map(({ fields }) => fields['controller']))).to.deep.equal(new Set(['made-up']));
    expect(stage.metrics.count('reconciles_total', { controller: 'made-up', outcome: 'success' })).to.equal(1);
    const labels = { controller: 'made-up', kind: 'floating-ip', action: 'add-reference' };
    expect(stage.metrics.count('writes_total', labels)).to.equal(1);
    expect(controller.problems()).to.deep.equal([]);
    expect(controller.status()).to.deep.equal({ queue: { length: 0 } });
  });

  it('should write nothing in a dry run', async () => {
    const spec = new MadeUpSpec();
    spec.toPlan = () => planOf(stagesOf([add(port1)]));
    start(spec, { dryRun: true });
    await reconcile();
    expect(spec.observed).to.have.length(1);
    expect(stage.writes).to.deep.equal([]);
  });

  it("should follow a key that is somebody else's: look at it, report nothing of it, and write nothing", async () => {
    const spec = new TellingSpec();
    start(spec, { ownership: { ...everything, owns: (key) => key !== port1 } });
    await reconcile();
    expect(spec.observed.map(({ key }) => key)).to.deep.equal([port1]);
    expect(stage.writes).to.deep.equal([]);
    expect(spec.forgottenKeys).to.deep.equal([port1]);
  });

  describe('its status', () => {
    describe('when it is that of a dry run', () => {
      const planned = async (count: number): Promise<Readonly<Record<string, unknown>>> => {
        const spec = new MadeUpSpec();
        let writes = count;
        spec.toPlan = () => planOf(stagesOf(Array.from({ length: writes }, () => add(port1))));
        start(spec, { dryRun: true });
        await reconcile();
        const status = controller.status();
        writes = 0;
        return status;
      };

      it('should tell what would be written, until there is nothing', async () => {
        const { planned: keys, dryRunPlans } = await planned(1);
        expect(keys).to.equal(1);
        expect(dryRunPlans).to.have.property(port1).that.includes(`add reference floating-ip ${floatingIp}`);
        await reconcile();
        expect(controller.status()).to.deep.equal({ queue: { length: 0 } });
      });

      it('should show the beginning of a plan that is long', async () => {
        const { dryRunPlans } = await planned(1000);
        const lines = (dryRunPlans as Readonly<Record<string, string>>)[port1]?.split('\n') ?? [];
        expect(lines).to.have.length(21);
        expect(lines.at(-1)).to.equal('and 981 more lines');
      });

      it('should leave it to its spec where that tells of plans itself', async () => {
        const spec = new MadeUpSpec();
        spec.toPlan = () => planOf(stagesOf([add(port1)]));
        start(Object.assign(spec, { status: () => ({ planned: 7 }) }), { dryRun: true });
        await reconcile();
        expect(controller.status()).to.deep.equal({ queue: { length: 0 }, planned: 7 });
      });
    });

    it('should be how many keys wait, and what its spec says', async () => {
      const spec = new TellingSpec();
      start(spec, { workers: 1 });
      stage.put('virtual-machine-interface', portEntity(port2)).put('virtual-machine-interface', portEntity(port3));
      feed.all();
      expect(controller.status()).to.deep.equal({ queue: { length: 2 }, observed: 0 });
      await quiet();
      expect(controller.status()).to.deep.equal({ queue: { length: 0 }, observed: 3 });
    });
  });

  describe('its problems', () => {
    it('should be a key that fails, since when and why, until it does not any more', async () => {
      const spec = new MadeUpSpec();
      spec.toPlan = () => planOf(stagesOf([add(port1)]));
      stage.clock.step(5);
      const since = stage.clock.now();
      stage.fail(addLine, new SvcMonitorError('bad-request', 'no such thing'));
      start(spec);
      await reconcile();
      expect(controller.problems()).to.deep.equal([
        {
          type: 'failing',
          advice: problemTypes.failing.advice,
          key: port1,
          message: 'bad-request: no such thing',
          since,
        },
      ]);
      await reconcile();
      expect(controller.problems()).to.deep.equal([]);
    });

    it('should be a key that is fought for, since when', async () => {
      const spec = new MadeUpSpec();
      spec.toPlan = () => planOf(stagesOf([add(port1)], [drop(port1)]));
      start(spec);
      for (let times = 0; times < 16; times += 1) await reconcile();
      const [problem, ...others] = controller.problems();
      expect(others).to.deep.equal([]);
      expect(problem).to.include({ type: 'contended', key: port1, since: stage.clock.now() });
      expect(problem?.message).to.include('again and again');
    });

    it('should be what its spec says besides, last', async () => {
      const spec = new TellingSpec();
      spec.toPlan = () => planOf(stagesOf([add(port1)]));
      stage.fail(addLine, new SvcMonitorError('bad-request', 'no'));
      start(spec);
      await reconcile();
      expect(controller.problems().map(({ type }) => type)).to.deep.equal(['failing', 'odd']);
    });
  });
});
