import { expect } from 'chai';
import sinon from 'sinon';
import { ManualClock } from '../../../../lib/base/clock/index.js';
import { silentLogger } from '../../../../lib/base/log/index.js';
import { metricsFor, silentMetrics } from '../../../../lib/base/metrics/index.js';
import {
  describeDistrust,
  octaviaVipMetrics,
  VipReports,
  vipKey,
  type VipPlan,
} from '../../../../lib/managers/octavia-vip/index.js';
import { deleteVirtualIp } from '../../../../lib/managers/octavia-vip/writes.js';
import { uuidOf } from '../../../support/change-messages.js';
import { without } from '../../../support/without.js';

const key = vipKey(uuidOf(0xb0), '10.107.0.3');

const quiet: VipPlan = {
  key,
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

const nobodys: VipPlan = { ...without(quiet, 'vipPortUuid'), members: [], associations: [] };

describe('VipReports', () => {
  const setUp = (): {
    reports: VipReports;
    clock: ManualClock;
    warn: sinon.SinonSpy;
    info: sinon.SinonSpy;
    set: sinon.SinonSpy;
  } => {
    const clock = new ManualClock(1_000);
    const warn = sinon.spy();
    const info = sinon.spy();
    const set = sinon.spy();
    const reports = new VipReports({
      clock,
      logger: { ...silentLogger, warn, info },
      metrics: { ...metricsFor(silentMetrics, octaviaVipMetrics), set },
    });
    return { reports, clock, warn, info, set };
  };

  describe('when a VIP is managed', () => {
    it('should count it and its floating ips, until it is gone', () => {
      const { reports, set } = setUp();
      reports.update(quiet, { dryRun: false });
      expect(reports.totals()).to.deep.equal({ vips: 1, associations: 1 });
      expect(set.calledWith('associations', {}, 1)).to.equal(true);
      reports.update({ ...quiet, members: [], associations: [] }, { dryRun: false });
      expect(reports.totals()).to.deep.equal({ vips: 0, associations: 0 });
      expect([...reports.all()]).to.deep.equal([]);
    });
  });

  describe('when a port is refused', () => {
    const refusing: VipPlan = { ...quiet, refused: [{ uuid: uuidOf(9), reason: 'untrusted-project' }] };

    it('should say so once, and keep since when', () => {
      const { reports, clock, warn } = setUp();
      reports.update(refusing, { dryRun: false });
      clock.step(60_000);
      reports.update(refusing, { dryRun: false });
      expect(warn.callCount).to.equal(1);
      expect([...reports.all()][0]?.refused).to.deep.equal([
        { portUuid: uuidOf(9), reason: 'untrusted-project', why: describeDistrust(undefined), since: 1_000 },
      ]);
    });

    it('should say so again if it was gone in between', () => {
      const { reports, warn } = setUp();
      for (const plan of [refusing, quiet, refusing]) reports.update(plan, { dryRun: false });
      expect(warn.callCount).to.equal(2);
    });
  });

  describe('when a VIP port belongs to no project', () => {
    it('should say so once for each port, and count it among those that are refused', () => {
      const { reports, warn, set } = setUp();
      const refusing: VipPlan = { ...nobodys, refusedVipPort: uuidOf(9) };
      for (const plan of [refusing, refusing]) reports.update(plan, { dryRun: false });
      expect(warn.callCount).to.equal(1);
      expect(set.calledWith('ports_refused', {}, 1)).to.equal(true);
      expect([...reports.all()][0]?.refusedVipPort).to.deep.equal({ portUuid: uuidOf(9), since: 1_000 });
      reports.update({ ...refusing, refusedVipPort: uuidOf(8) }, { dryRun: false });
      expect(warn.callCount).to.equal(2);
    });
  });

  describe('when an amphora port was left behind', () => {
    it('should say so once, and keep since when, until it is gone', () => {
      const { reports, clock, warn, set } = setUp();
      const left: VipPlan = { ...nobodys, leftBehind: [uuidOf(9)] };
      reports.update(left, { dryRun: false });
      clock.step(60_000);
      reports.update(left, { dryRun: false });
      expect(warn.callCount).to.equal(1);
      expect(set.calledWith('ports_left_behind', {}, 1)).to.equal(true);
      expect([...reports.all()][0]?.leftBehind).to.deep.equal([{ portUuid: uuidOf(9), since: 1_000 }]);
      reports.update({ ...left, leftBehind: [] }, { dryRun: false });
      expect([...reports.all()]).to.deep.equal([]);
    });
  });

  describe('when amphorae are of a project that would not be trusted', () => {
    const other = vipKey(uuidOf(0xb0), '10.107.0.4');
    const project = { uuid: uuidOf(0xa5), name: 'default-domain:octavia' };
    const unlisted: VipPlan = { ...quiet, unlistedProjects: [project] };

    it('should say so once for all VIPs, and end with the last of them', () => {
      const { reports, clock, warn, set } = setUp();
      reports.update(unlisted, { dryRun: false });
      clock.step(60_000);
      for (const key of [unlisted.key, other]) reports.update({ ...unlisted, key }, { dryRun: false });
      expect(warn.callCount).to.equal(1);
      expect(set.calledWith('amphora_projects_unlisted', {}, 1)).to.equal(true);
      reports.update(quiet, { dryRun: false });
      expect([...reports.unlistedProjects()].map(({ since }) => since)).to.deep.equal([1_000]);
      reports.forget(other);
      expect([...reports.unlistedProjects()]).to.deep.equal([]);
    });

    it('should name the project and what would admit it', () => {
      const { reports, warn } = setUp();
      reports.update(unlisted, { dryRun: false });
      const { why } = warn.firstCall.args[1] as { readonly why: string };
      expect(why).to.equal(describeDistrust(project));
      expect(why).to.include('default-domain:octavia').and.include(project.uuid).and.include('rules.amphora_projects');
    });
  });

  describe('when the record of a floating ip is not believed', () => {
    it('should say so once', () => {
      const { reports, warn } = setUp();
      const doubting: VipPlan = { ...quiet, untrusted: [uuidOf(4)] };
      reports.update(doubting, { dryRun: false });
      reports.update(doubting, { dryRun: false });
      expect(warn.callCount).to.equal(1);
      expect([...reports.all()][0]?.untrusted).to.deep.equal([{ floatingIpUuid: uuidOf(4), since: 1_000 }]);
    });
  });

  describe('when what is to be recorded is refused', () => {
    it('should say so once, and once that it is over', () => {
      const { reports, clock, warn, info } = setUp();
      const unrecorded = { code: 'quota-exceeded', message: 'quota limit (0) exceeded' } as const;
      reports.update(quiet, { dryRun: false, unrecorded });
      clock.step(60_000);
      reports.update(quiet, { dryRun: false, unrecorded });
      expect(warn.callCount).to.equal(1);
      expect([...reports.all()][0]?.unrecorded).to.deep.equal({ ...unrecorded, since: 1_000 });
      for (let count = 0; count < 2; count += 1) reports.update(quiet, { dryRun: false });
      expect(info.callCount).to.equal(1);
      expect([...reports.all()][0]).not.to.have.property('unrecorded');
    });

    it('should tell of a VIP that would not be told of otherwise', () => {
      const { reports } = setUp();
      reports.update(nobodys, { dryRun: false, unrecorded: { code: 'forbidden', message: 'no' } });
      expect([...reports.all()]).to.have.length(1);
    });
  });

  describe('when it is a dry run', () => {
    it('should keep what would be written, as text', () => {
      const { reports } = setUp();
      const stages = [{ name: 'forget', writes: [deleteVirtualIp(uuidOf(5))] }];
      reports.update({ ...quiet, stages }, { dryRun: true });
      expect([...reports.all()][0]?.plan).to.include(`forget: delete virtual-ip ${uuidOf(5)}`);
      reports.update({ ...quiet, stages }, { dryRun: false });
      expect([...reports.all()][0]?.plan).to.equal(undefined);
    });
  });
});
