import { expect } from 'chai';
import { Cuts } from '../../../lib/cache/index.js';
import { ManualClock } from '../../../lib/base/clock/index.js';
import { Failures } from '../../../lib/controller/failures.js';
import { WriteGovernor } from '../../../lib/controller/write-governor.js';
import { SvcMonitorError } from '../../../lib/base/errors/index.js';
import { silentLogger } from '../../../lib/base/log/index.js';
import { VipReports, type VipPlan } from '../../../lib/managers/index.js';
import { silentMetrics } from '../../../lib/base/metrics/index.js';
import { listProblems, RejectionLog, type Problem, type ProblemSources } from '../../../lib/monitor/index.js';
import { vipKey } from '../../../lib/model/index.js';
import { uuidOf } from '../../support/change-messages.js';
import { portEntity } from '../../support/entities.js';

const vip = vipKey(uuidOf(0xb0), '10.107.0.3');
const noticedAt = 1_000;

const inOrder: VipPlan = {
  key: vip,
  vipPortUuid: uuidOf(1),
  members: [uuidOf(2)],
  associations: [uuidOf(3)],
  refused: [],
  leftBehind: [],
  unlistedProjects: [],
  untrusted: [],
  stages: [],
  events: [],
  forgotten: [],
  verify: { ports: [], floatingIps: [] },
  verdicts: [],
};

/** All that notices problems, on one clock. */
class Onlookers {
  public readonly clock = new ManualClock(noticedAt);
  public readonly rejections: RejectionLog;
  public readonly cuts: Cuts;
  public readonly reports: VipReports;
  public readonly failures: Failures;
  public readonly governor: WriteGovernor;

  public constructor() {
    const parts = { clock: this.clock, logger: silentLogger, metrics: silentMetrics };
    this.rejections = new RejectionLog(parts);
    this.cuts = new Cuts({ ...parts, matters: () => true });
    this.reports = new VipReports(parts);
    this.failures = new Failures(this.clock);
    this.governor = new WriteGovernor({ ...parts, limit: 1, windowMs: 60_000 });
  }

  public problems(): readonly Problem[] {
    const controller: ProblemSources['controller'] = {
      failures: this.failures.all,
      throttled: this.governor.throttled,
    };
    return listProblems({ rejections: this.rejections, cuts: this.cuts, controller, reports: this.reports });
  }
}

interface Scenario {
  /** Somebody notices it: for the first time, or once more. */
  readonly notice: (onlookers: Onlookers) => void;
  /** It is no more. What is left out is shown until others take its place. */
  readonly end?: (onlookers: Onlookers) => void;
}

const planned = (plan: Partial<VipPlan>): Scenario => ({
  notice: ({ reports }) => {
    reports.update({ ...inOrder, ...plan }, false);
  },
  end: ({ reports }) => {
    reports.update(inOrder, false);
  },
});

// Of every type: one that is missing here does not compile.
const scenarios: Readonly<Record<Problem['type'], Scenario>> = {
  object: {
    notice: ({ rejections }) => {
      const details = { kind: 'virtual-ip', uuid: uuidOf(5), problems: ['fq_name: missing'] };
      rejections.objectRejected(new SvcMonitorError('invalid-object', 'not of its kind', { details }));
    },
    end: ({ rejections }) => {
      rejections.objectAccepted(uuidOf(5));
    },
  },
  oversized: {
    notice: ({ cuts }) => {
      cuts.noted('virtual-machine-interface', uuidOf(7), portEntity(uuidOf(7), { cut: ['allowed address pairs'] }));
    },
    end: ({ cuts }) => {
      cuts.noted('virtual-machine-interface', uuidOf(7), portEntity(uuidOf(7)));
    },
  },
  message: {
    notice: ({ rejections }) => {
      if (rejections.problems().length > 0) return;
      rejections.messageRejected({ reason: 'not-json', problems: [], bytes: 1 });
    },
  },
  'refused-port': planned({ refused: [{ uuid: uuidOf(9), reason: 'untrusted-project' }] }),
  'refused-vip-port': planned({ refusedVipPort: uuidOf(7) }),
  'left-behind': planned({ leftBehind: [uuidOf(6)] }),
  'unlisted-project': planned({ unlistedProjects: [{ uuid: uuidOf(0xa5), name: 'default-domain:octavia' }] }),
  'refused-association': planned({ untrusted: [uuidOf(8)] }),
  'name-taken': planned({ nameTaken: 'default-domain:shop:octavia-lb-1' }),
  unrecorded: planned({ unrecorded: { code: 'quota-exceeded', message: 'quota limit (0) exceeded' } }),
  vip: {
    notice: ({ failures }) => {
      failures.failed(vip, 'unavailable', 'no connection');
    },
    end: ({ failures }) => {
      failures.succeeded(vip);
    },
  },
  contended: {
    notice: ({ governor }) => {
      for (let count = 0; count < 2; count += 1) governor.wrote(vip, { keys: ['add reference'] });
    },
    end: ({ clock }) => {
      clock.step(120_000);
    },
  },
};

describe('the problems of a monitor', () => {
  for (const [type, { notice, end }] of Object.entries(scenarios)) {
    describe(`when there is one of type ${type}`, () => {
      it('should say since when, the same at each look and however often it is noticed, until it is over', () => {
        const onlookers = new Onlookers();
        const look = (): readonly unknown[] => onlookers.problems().map((problem) => [problem.type, problem.since]);
        expect(look()).to.deep.equal([]);
        notice(onlookers);
        expect(look()).to.deep.equal([[type, noticedAt]]);
        onlookers.clock.step(10_000);
        expect(look()).to.deep.equal([[type, noticedAt]]);
        notice(onlookers);
        expect(look()).to.deep.equal([[type, noticedAt]]);
        if (end === undefined) return;
        end(onlookers);
        expect(look()).to.deep.equal([]);
        onlookers.clock.step(10_000);
        const anew = onlookers.clock.now();
        notice(onlookers);
        expect(look()).to.deep.equal([[type, anew]]);
      });
    });
  }
});

describe('the problems of a VIP that more ports carry than count', () => {
  it('should be one, of the VIP, since it was so first, until it is not', () => {
    const onlookers = new Onlookers();
    onlookers.reports.update({ ...inOrder, surplus: 3 }, false);
    onlookers.clock.step(10_000);
    onlookers.reports.update({ ...inOrder, surplus: 4 }, false);
    expect(onlookers.problems()).to.deep.equal([
      {
        type: 'oversized',
        kind: 'virtual-machine-interface',
        vip,
        message: '4 more ports carry the VIP than any load balancer has amphorae: they do not count',
        since: noticedAt,
      },
    ]);
    onlookers.reports.update(inOrder, false);
    expect(onlookers.problems()).to.deep.equal([]);
  });
});
