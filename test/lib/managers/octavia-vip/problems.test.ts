import { expect } from 'chai';
import { ManualClock } from '../../../../lib/base/clock/index.js';
import { silentLogger } from '../../../../lib/base/log/index.js';
import { metricsFor, silentMetrics } from '../../../../lib/base/metrics/index.js';

import {
  Cuts,
  defaultOctaviaVipSettings,
  describeDistrust,
  listVipProblems,
  octaviaVipProblems,
  octaviaVipMetrics,
  VipReports,
  vipKey,
  type VipPlan,
  type VipProblem,
  type VipProblemType,
} from '../../../../lib/managers/octavia-vip/index.js';
import type { Refusal } from '../../../../lib/planning/index.js';
import { uuidOf } from '../../../support/change-messages.js';
import { portEntity } from './support/entities.js';

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
  handedOver: [],
  leftRead: [],
  verify: [],
  heeds: [],
  verdicts: [],
};

/** All that notices problems, on one clock. */
class Onlookers {
  public readonly clock = new ManualClock(noticedAt);
  public readonly cuts: Cuts;
  public readonly reports: VipReports;

  public constructor() {
    const metrics = metricsFor(silentMetrics, octaviaVipMetrics);
    const parts = { clock: this.clock, logger: silentLogger, metrics };
    this.cuts = new Cuts({ ...parts, settings: defaultOctaviaVipSettings });
    this.reports = new VipReports(parts);
  }

  public problems(): readonly VipProblem[] {
    return listVipProblems(this.reports, this.cuts);
  }

  public seen(uuid: string, cut?: readonly string[]): void {
    const after = portEntity(uuid, { owner: 'Octavia', ...(cut === undefined ? {} : { cut }) });
    this.cuts.seen({ kind: 'virtual-machine-interface', uuid, before: undefined, after });
  }
}

interface Scenario {
  readonly type: VipProblemType;
  /** Somebody notices it: for the first time, or once more. */
  readonly notice: (onlookers: Onlookers) => void;
  /** It is no more. */
  readonly end: (onlookers: Onlookers) => void;
  /** All but the message and since when; the advice where it is not that of the type. */
  readonly is: Omit<VipProblem, 'type' | 'message' | 'since'>;
  readonly says: string;
}

const planned = (type: VipProblemType, plan: Partial<VipPlan>, about: Pick<Scenario, 'is' | 'says'>): Scenario => ({
  type,
  notice: ({ reports }) => {
    reports.update({ ...inOrder, ...plan }, { dryRun: false });
  },
  end: ({ reports }) => {
    reports.update(inOrder, { dryRun: false });
  },
  ...about,
});

const project = { uuid: uuidOf(0xa5), name: 'default-domain:octavia' };
const toAdmit = {
  setting: 'rules.amphora_projects',
  advice: `If project default-domain:octavia (${project.uuid}) is Octavia’s own, add ${project.uuid} to rules.amphora_projects.`,
};
const port = (uuid: string) => ({ kind: 'virtual-machine-interface', uuid, key: vip });

const unrecorded = (code: Refusal['code'], says: string): Scenario => ({
  type: 'unrecorded',
  notice: ({ reports }) => {
    reports.update(inOrder, { dryRun: false, unrecorded: { code, message: 'because' } });
  },
  end: ({ reports }) => {
    reports.update(inOrder, { dryRun: false });
  },
  is: { kind: 'virtual-ip', key: vip, answer: 'because' },
  says,
});

// Of every type.
const scenarios: readonly Scenario[] = [
  {
    type: 'oversized',
    notice: (onlookers) => {
      onlookers.seen(uuidOf(7), ['allowed address pairs']);
    },
    end: (onlookers) => {
      onlookers.seen(uuidOf(7));
    },
    is: { kind: 'virtual-machine-interface', uuid: uuidOf(7) },
    says: 'it has more allowed address pairs than any load balancer needs',
  },
  planned(
    'oversized',
    { surplus: 3 },
    {
      is: { kind: 'virtual-machine-interface', key: vip },
      says: '3 more ports carry the VIP than any load balancer has amphorae: they do not count',
    },
  ),
  planned(
    'refused-port',
    { refused: [{ uuid: uuidOf(9), reason: 'untrusted-project', project }] },
    { is: { ...port(uuidOf(9)), ...toAdmit }, says: describeDistrust(project) },
  ),
  planned('refused-vip-port', { refusedVipPort: uuidOf(7) }, { is: port(uuidOf(7)), says: 'belongs to no project' }),
  planned('left-behind', { leftBehind: [uuidOf(6)] }, { is: port(uuidOf(6)), says: 'its VIP is gone' }),
  planned(
    'unlisted-project',
    { unlistedProjects: [project] },
    { is: { kind: 'project', uuid: project.uuid, ...toAdmit }, says: describeDistrust(project) },
  ),
  planned(
    'refused-association',
    { untrusted: [uuidOf(8)] },
    { is: { kind: 'floating-ip', uuid: uuidOf(8), key: vip }, says: 'of another project' },
  ),
  planned(
    'name-taken',
    { nameTaken: 'default-domain:shop:octavia-lb-1' },
    { is: { kind: 'virtual-ip', key: vip }, says: 'default-domain:shop:octavia-lb-1' },
  ),
  unrecorded('quota-exceeded', '(quota-exceeded: because)'),
  unrecorded('quota-exceeded', 'Raise the quota'),
  unrecorded('forbidden', 'cloud-admin role'),
  unrecorded('bad-request', 'what is wrong'),
  unrecorded('conflict', 'what is in the way'),
];

describe('the problems of VIPs', () => {
  for (const { type, notice, end, is, says } of scenarios) {
    describe(`when there is one of type ${type}, that says: ${says}`, () => {
      it('should say what, since when, the same at each look and however often it is noticed, until it is over', () => {
        const onlookers = new Onlookers();
        const look = (): readonly unknown[] => onlookers.problems().map((problem) => [problem.type, problem.since]);
        expect(look()).to.deep.equal([]);
        notice(onlookers);
        expect(look()).to.deep.equal([[type, noticedAt]]);
        const [problem] = onlookers.problems();
        const { advice } = octaviaVipProblems[type];
        const shown = type === 'unrecorded' ? { ...is, advice: problem?.advice } : { advice, ...is };
        expect(problem).to.deep.equal({ type, ...shown, message: problem?.message, since: noticedAt });
        expect(problem?.advice).to.match(/\w+\.$/);
        expect(problem?.message).to.include(says);
        onlookers.clock.step(10_000);
        expect(look()).to.deep.equal([[type, noticedAt]]);
        notice(onlookers);
        expect(look()).to.deep.equal([[type, noticedAt]]);
        end(onlookers);
        expect(look()).to.deep.equal([]);
        onlookers.clock.step(10_000);
        const anew = onlookers.clock.now();
        notice(onlookers);
        expect(look()).to.deep.equal([[type, anew]]);
      });
    });
  }

  describe('when another monitor reconciles the VIP from now on', () => {
    it('should be none of ours any more', () => {
      const onlookers = new Onlookers();
      onlookers.reports.update({ ...inOrder, leftBehind: [uuidOf(6)] }, { dryRun: false });
      onlookers.reports.forget(vip);
      expect(onlookers.problems()).to.deep.equal([]);
    });
  });

  describe('when more ports carry the VIP than count, and then still more', () => {
    it('should be one, of the VIP, since it was so first, until it is not', () => {
      const onlookers = new Onlookers();
      onlookers.reports.update({ ...inOrder, surplus: 3 }, { dryRun: false });
      onlookers.clock.step(10_000);
      onlookers.reports.update({ ...inOrder, surplus: 4 }, { dryRun: false });
      expect(onlookers.problems()).to.deep.equal([
        {
          type: 'oversized',
          kind: 'virtual-machine-interface',
          key: vip,
          advice: octaviaVipProblems.oversized.advice,
          message: '4 more ports carry the VIP than any load balancer has amphorae: they do not count',
          since: noticedAt,
        },
      ]);
      onlookers.reports.update(inOrder, { dryRun: false });
      expect(onlookers.problems()).to.deep.equal([]);
    });
  });
});
