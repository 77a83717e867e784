import { expect } from 'chai';
import type { ManagerSettings } from '../../../../../lib/managers/index.js';
import {
  type FloatingIpObservation,
  type FloatingIpPlan,
  type ObservedFloatingIp,
  planFloatingIps,
} from '../../../../../lib/managers/octavia-vip/index.js';
import { uuidOf } from '../../../../support/change-messages.js';
import { without } from '../../../../support/without.js';
import {
  add,
  additionalVip,
  after,
  amphora1,
  amphora2,
  amphoraAddress,
  anyVip,
  attached,
  dead,
  drop,
  empty,
  detachedBy,
  floatingIp,
  live,
  newAmphora,
  otherFloatingIp,
  recordedPorts,
  restore,
  set,
  settings,
  vipPort,
  web,
  webAddress,
  whole,
  withoutFixedIp,
  withoutVipPort,
  writesOf,
} from '../support/floating-ips.js';
import { vip } from '../support/ports.js';

const window = settings.stripWindowMs;

function plan(
  seen: ObservedFloatingIp,
  delta: Partial<FloatingIpObservation> = {},
  rules: Partial<ManagerSettings> = {},
) {
  return writesAndLists(planFloatingIps(anyVip({ floatingIps: [seen], ...delta }), { ...settings, ...rules }));
}

/** All but why. */
function writesAndLists(of: FloatingIpPlan): Omit<FloatingIpPlan, 'verdicts'> {
  return without(of, 'verdicts');
}

const nothing = {
  associations: [],
  undecided: [],
  untrusted: [],
  letGo: [],
  end: [],
  forgotten: [],
  handedOver: [],
  leftRead: [],
  bind: [],
  release: [],
  events: [],
  verify: { ports: [], floatingIps: [] },
};
const associated = { ...nothing, associations: [floatingIp] };
const noted = (type: string) => ({
  events: [{ floatingIpUuid: floatingIp, type }],
  ...(['freed', 'moved', 'vip-gone'].includes(type) ? { forgotten: [floatingIp] } : {}),
});

// How it was detached is evidence at the other VIP.
const notedElsewhere = (type: string) => ({
  ...noted(type),
  events: [{ floatingIpUuid: floatingIp, type, keptElsewhere: true }],
});

describe('planFloatingIps', () => {
  describe('when a late write of ours has added a reference after the association was over', () => {
    const late = { recorded: false, isVirtualIp: false, references: live(amphora1) };

    it('should take the reference away', () => {
      const seen = plan(withoutFixedIp(whole({ ...late, wasSeenAssociated: true })));
      expect(writesOf(seen)).to.deep.equal([drop(amphora1)]);
      expect(seen.events).to.deep.equal([]);
    });

    it('should leave one alone that was never seen associated: it is somebody else’s', () => {
      expect(writesOf(plan(withoutFixedIp(whole(late))))).to.deep.equal([]);
    });

    it('should leave one alone that references other ports', () => {
      const seen = whole({ ...late, wasSeenAssociated: true, references: live(amphora1, web) });
      expect(writesOf(plan(withoutFixedIp(seen)))).to.deep.equal([]);
    });
  });

  describe('when a write of ours that cleared its fixed ip may have crossed its user’s next association', () => {
    const on = (portUuid: string, ...addresses: readonly string[]) => [
      { portUuid, live: true, unclear: false, addresses: addresses.length === 0 ? [webAddress] : addresses },
    ];
    const cleared = (delta: Partial<ObservedFloatingIp> = {}) =>
      withoutFixedIp(whole({ recorded: false, isVirtualIp: false, left: null, references: on(web), ...delta }));
    const planGone = (seen: ObservedFloatingIp, verified = true) =>
      writesAndLists(
        planFloatingIps(
          { ...withoutVipPort(anyVip()), members: [], recordedPorts: [], floatingIps: [seen], verified },
          settings,
        ),
      );

    it('should read it before it judges', () => {
      const seen = planGone(cleared(), false);
      expect(seen.verify.floatingIps).to.deep.equal([floatingIp]);
      expect([writesOf(seen), seen.leftRead]).to.deep.equal([[], []]);
    });

    it('should give it the address of the port that it references: Neutron sets both together', () => {
      const seen = planGone(cleared());
      expect(writesOf(seen)).to.deep.equal([set({ fixedIp: webAddress })]);
      // It is read again then: its user may have moved it meanwhile.
      expect([seen.leftRead, seen.forgotten]).to.deep.equal([[], [floatingIp]]);
    });

    it('should do so where it is the VIP port that it references, unless we may have added that reference', () => {
      const next = { vipPort: { uuid: vipPort, addresses: [], dormant: false }, verified: true };
      expect(writesOf(plan(cleared({ references: on(vipPort, vip) }), next))).to.deep.equal([set({ fixedIp: vip })]);
      const again = cleared({ references: on(vipPort, vip), wasSeenAssociated: true });
      expect(writesOf(plan(again, next))).to.deep.equal([set({ fixedIp: vip })]);
      const ours = cleared({ references: on(vipPort, vip), wasSeenAssociated: true, added: [vipPort] });
      expect(writesOf(plan(ours, next)).filter(({ do: what }) => what === 'set')).to.deep.equal([]);
    });

    for (const [what, delta] of [
      ['one that is free', { references: [] }],
      ['a reference of ours', { footprint: { flag: false, fixedIp: false, ports: [web] } }],
      ['a port with several addresses: which of them was meant is not known', { references: live(web) }],
      ['references to several ports', { references: [...on(web), ...on(amphora1)] }],
      ['a reference to a port that is gone', { references: dead(web) }],
    ] as const) {
      it(`should set nothing, and be done with it: ${what}`, () => {
        const seen = planGone(cleared(delta));
        expect(writesOf(seen).filter(({ do: done }) => done === 'set')).to.deep.equal([]);
        expect(seen.leftRead).to.deep.equal([floatingIp]);
      });
    }

    it('should clear one that we gave, if nothing is referenced any more: the port of it was deleted at that moment', () => {
      const given = whole({
        recorded: false,
        isVirtualIp: false,
        left: webAddress,
        fixedIp: webAddress,
        references: [],
      });
      expect(writesOf(planGone(given))).to.deep.equal([set({ fixedIp: null })]);
      expect(writesOf(planGone({ ...given, references: on(web) }))).to.deep.equal([]);
      expect(writesOf(planGone({ ...given, fixedIp: amphoraAddress }))).to.deep.equal([]);
    });

    it('should set one that we gave to the address of the port that it references, if it is none of that port: its user chose it since', () => {
      const given = whole({ recorded: false, isVirtualIp: false, left: webAddress, fixedIp: webAddress });
      expect(writesOf(planGone({ ...given, references: on(web, amphoraAddress) }))).to.deep.equal([
        set({ fixedIp: amphoraAddress }),
      ]);
      expect(writesOf(planGone({ ...given, references: on(web, webAddress, amphoraAddress) }))).to.deep.equal([]);
    });

    it('should not be done with one that the same plan clears again', () => {
      const footprint = { flag: false, fixedIp: true, ports: [] };
      const seen = planGone(whole({ recorded: false, isVirtualIp: false, references: [], left: null, footprint }));
      expect(writesOf(seen)).to.deep.equal([set({ fixedIp: null })]);
      expect(seen.leftRead).to.deep.equal([]);
    });
  });

  describe('when the association was ended by another instance before writes of ours came', () => {
    const footprint = { flag: true, fixedIp: true, ports: [vipPort, amphora1] };
    const late = (delta: Partial<ObservedFloatingIp>) => whole({ recorded: false, footprint, ...delta });
    const dormant = { vipPort: { uuid: vipPort, addresses: [], dormant: true }, members: [] };

    it('should take back the flag, and leave what is the user’s', () => {
      const moved = late({ fixedIp: webAddress, references: live(web) });
      expect(writesOf(plan(moved))).to.deep.equal([set({ isVirtualIp: false })]);
      const onVipPort = late({ references: live(vipPort) });
      expect(plan(onVipPort, dormant)).to.deep.equal({ ...nothing, release: [set({ isVirtualIp: false })] });
    });

    it('should take back a reference to an amphora beside the user’s own', () => {
      const moved = late({ fixedIp: webAddress, isVirtualIp: false, references: live(web, amphora1) });
      expect(writesOf(plan(moved))).to.deep.equal([drop(amphora1)]);
    });

    it('should take back a fixed ip that nothing goes with', () => {
      expect(writesOf(plan(late({ isVirtualIp: false, references: [] })))).to.deep.equal([set({ fixedIp: null })]);
    });

    it('should read the floating ip again before', () => {
      const moved = late({ fixedIp: webAddress, references: live(web) });
      expect(plan(moved, { verified: false }).verify.floatingIps).to.deep.equal([floatingIp]);
      expect(plan(moved, { verified: true }).verify.floatingIps).to.deep.equal([]);
    });

    for (const [what, delta] of [
      ['a port that its user attached it to himself', { isVirtualIp: false, references: live(amphora1) }],
      ['what others wrote', { footprint: { flag: false, fixedIp: false, ports: [] }, references: live(web, amphora2) }],
      ['what another VIP’s manager will see to', { heldElsewhere: true, references: live(web, amphora1) }],
    ] as const) {
      it(`should leave ${what}`, () => {
        expect(writesOf(plan(late({ fixedIp: webAddress, ...delta })))).to.deep.equal([]);
      });
    }

    describe('and an amphora that we had made it reference was deleted then', () => {
      const stripped = (delta: Partial<ObservedFloatingIp> = {}) =>
        empty(detachedBy([0, amphora1]), { recorded: false, footprint, ...delta });

      it('should restore it, in two steps', () => {
        expect(plan(stripped(), dormant)).to.deep.equal({
          ...associated,
          undecided: [floatingIp],
          bind: [restore({ fixedIp: vip, isVirtualIp: false })],
          recheckAfterMs: window,
          ...noted('stripped'),
        });
        const second = plan(stripped({ fixedIp: vip, isVirtualIp: false }), dormant);
        expect(second.bind).to.deep.equal([add(vipPort)]);
      });

      it('should not if the delete was of a port that is not ours', () => {
        expect(
          writesOf(plan(empty(detachedBy([0, web]), { recorded: false, footprint, isVirtualIp: false }))),
        ).to.deep.equal([]);
      });
    });
  });

  describe('when it references the VIP port while it is restored', () => {
    const restoring = (addedPorts: readonly string[], delta: Partial<ObservedFloatingIp> = {}) =>
      whole({
        isVirtualIp: true,
        references: live(vipPort),
        detached: { ...detachedBy([5_000, amphora1], [4_000]), addedPorts },
        ...delta,
      });

    it('should wait for the fence if the reference is a late one of ours', () => {
      const stripped = { ...detachedBy([5_000, amphora1]), addedPorts: [vipPort] };
      const seen = plan(restoring([vipPort], { fence: 'open', detached: stripped }));
      expect(writesOf(seen)).to.deep.equal([]);
      expect(seen.undecided).to.deep.equal([floatingIp]);
    });

    it('should give it up if its user freed it before that', () => {
      const seen = plan(restoring([vipPort]));
      expect(seen.associations).to.deep.equal([]);
      expect(seen.events).to.deep.equal([{ floatingIpUuid: floatingIp, type: 'freed' }]);
    });

    it('should take it for associated if the reference is not ours: its user attached it again', () => {
      expect(plan(restoring([amphora1])).associations).to.deep.equal([floatingIp]);
    });
  });

  describe('when nothing is known of a port that it references', () => {
    const unreadable = { portUuid: amphora2, live: true, unclear: true, addresses: [] };

    it('should leave the reference as it is: the port may only be unreadable', () => {
      const floating = whole({ references: [...live(vipPort, amphora1), unreadable] });
      expect(writesOf(plan(floating, { members: [amphora1] }))).to.deep.equal([]);
    });
  });

  describe('when a floating ip is associated', () => {
    it('should write nothing if it is whole', () => {
      expect(plan(whole())).to.deep.equal(associated);
    });

    it('should write the properties first, then the references that lack, sorted', () => {
      expect(plan(attached())).to.deep.equal({
        ...associated,
        bind: [set({ isVirtualIp: true }), add(amphora1), add(amphora2)],
        ...noted('associated'),
      });
    });

    it('should add the new amphora before it drops what is left over', () => {
      const seen = plan(whole({ references: live(vipPort, amphora1, amphora2) }), { members: [amphora2, newAmphora] });
      expect(seen).to.deep.equal({ ...associated, bind: [add(newAmphora)], release: [drop(amphora1)] });
    });

    it('should let go of a leaving port first of all', () => {
      const seen = plan(whole(), { members: [amphora2, newAmphora], outsiders: [amphora1] });
      expect(seen).to.deep.equal({ ...associated, letGo: [drop(amphora1)], bind: [add(newAmphora)] });
    });

    it('should let go only of what is leaving: a reference to a port that is gone keeps nobody up', () => {
      const references = [...live(vipPort, amphora2), ...dead(amphora1)];
      expect(plan(whole({ references }), { members: [amphora2], outsiders: [amphora1] })).to.deep.equal({
        ...associated,
        release: [drop(amphora1)],
      });
    });

    it("should drop a reference to the user's other port: Neutron attaches to one port, and that is the VIP port", () => {
      expect(plan(whole({ references: live(vipPort, amphora1, amphora2, web) })).release).to.deep.equal([drop(web)]);
    });

    it('should be so without a record and whoever owns it: the user attached it', () => {
      expect(plan(attached({ trusted: false, recorded: false })).associations).to.deep.equal([floatingIp]);
    });

    it('should add again a reference that is shown and whose port was gone for a while', () => {
      const references = [...live(vipPort, amphora1), ...dead(amphora2)];
      expect(plan(whole({ references })).bind).to.deep.equal([add(amphora2)]);
    });

    it('should keep the references to no amphora where the fabric reads virtual-ips', () => {
      const rules = { projectToFloatingIp: false };
      expect(plan(attached(), {}, rules)).to.deep.equal({
        ...associated,
        bind: [set({ isVirtualIp: true })],
        ...noted('associated'),
      });
      expect(plan(whole(), {}, rules).release).to.deep.equal([drop(amphora1), drop(amphora2)]);
    });
  });

  describe('when nobody carries the VIP of a tenant any more (dormant)', () => {
    const dormant = { vipPort: { uuid: vipPort, addresses: [], dormant: true }, members: [] };

    it("should take back what we wrote, leave the user's association, and look again", () => {
      expect(plan(whole(), dormant)).to.deep.equal({
        ...associated,
        undecided: [floatingIp],
        recheckAfterMs: window,
        bind: [set({ isVirtualIp: false })],
        release: [drop(amphora1), drop(amphora2)],
      });
    });

    const left = whole({ isVirtualIp: false, references: live(vipPort) });

    it('should write nothing then', () => {
      expect(plan(left, dormant)).to.deep.include({ associations: [floatingIp], letGo: [], bind: [], release: [] });
    });

    it('should keep the record until the floating ip was read again: an amphora may be deleted at this moment', () => {
      const seen = plan(left, { ...dormant, verified: false });
      expect(seen.undecided).to.deep.equal([floatingIp]);
      expect(seen.verify.floatingIps).to.deep.equal([floatingIp]);
      expect(plan(left, { ...dormant, verified: true }).undecided).to.deep.equal([]);
    });

    it('should not forget a stripped one before it is whole: the record must outlive the first step', () => {
      const stripped = empty(detachedBy([0, amphora1]));
      expect(plan(stripped, dormant).undecided).to.deep.equal([floatingIp]);
    });
  });

  describe('when an update of the description has spoiled the fixed ip (recording 18)', () => {
    it('should repair it', () => {
      expect(plan(whole({ fixedIp: amphoraAddress }))).to.deep.equal({ ...associated, bind: [set({ fixedIp: vip })] });
    });

    it("should take it for the user's choice if it is another address of the VIP port", () => {
      const vipPortWithTwo = { uuid: vipPort, addresses: [additionalVip], dormant: false };
      const seen = plan(whole({ fixedIp: additionalVip }), { vipPort: vipPortWithTwo });
      expect(seen).to.deep.include({ associations: [], ...noted('moved') });
    });

    it('should repair it although one of the ports is leaving, or has left already', () => {
      const changed = { members: [amphora2], outsiders: [amphora1] };
      expect(plan(whole({ fixedIp: amphoraAddress }), changed)).to.deep.equal({
        ...associated,
        letGo: [set({ fixedIp: vip }), drop(amphora1)],
      });
    });

    it('should never be without what it is known by, wherever its repair is cut off', () => {
      const changed = { members: [newAmphora], outsiders: [amphora1, amphora2] };
      expect(plan(withoutFixedIp(whole({ recorded: false })), changed).letGo).to.deep.equal([
        restore({ fixedIp: vip }),
        drop(amphora1),
        drop(amphora2),
      ]);
      expect(plan(whole({ references: live(amphora1) }), changed).letGo).to.deep.equal([add(vipPort), drop(amphora1)]);
    });

    it('should also add the VIP port again where only amphorae and the VIP as fixed ip are left', () => {
      expect(plan(whole({ references: live(amphora1, amphora2) })).bind).to.deep.equal([add(vipPort)]);
    });
  });

  describe('when a port delete has stripped it (recording 05)', () => {
    const stripped = empty(detachedBy([10, amphora1]));
    const changed = { members: [amphora2, newAmphora], recordedPorts: recordedPorts({ [amphora1]: 'explained' }) };

    it('should write only the fixed ip at first, and add no reference', () => {
      const seen = plan(stripped, changed);
      expect(writesOf(seen)).to.deep.equal([restore({ fixedIp: vip })]);
      expect(seen).to.deep.include({ associations: [floatingIp], ...noted('stripped') });
    });

    it('should look again by itself: the notification of the first step may be lost', () => {
      expect(plan(stripped, changed).recheckAfterMs).to.equal(window);
    });

    it('should wait while it is not known what others did before the first step', () => {
      const firstStepDone = { ...stripped, fixedIp: vip, fence: 'open' } as const;
      expect(plan(firstStepDone, changed)).to.deep.equal({
        ...nothing,
        undecided: [floatingIp],
        recheckAfterMs: window,
      });
    });

    it('should write the references when that is known', () => {
      const fencePassed = { ...stripped, fixedIp: vip, fence: 'passed' } as const;
      expect(plan(fencePassed, changed)).to.deep.equal({
        ...associated,
        bind: [add(vipPort), add(amphora2), add(newAmphora)],
        ...noted('restored'),
      });
    });

    it('should take the first step back if its user had disassociated it meanwhile', () => {
      const detached = detachedBy([2 * window, amphora1], [window]);
      expect(plan(empty(detached, { fixedIp: vip }), { ...changed, verified: true })).to.deep.equal({
        ...nothing,
        release: [set({ isVirtualIp: false, fixedIp: null })],
        ...noted('freed'),
        // What that has crossed is looked for at once.
        recheckAfterMs: 0,
      });
    });

    it('should go on after a restart: only we leave a fixed ip without references', () => {
      expect(plan(empty(undefined, { fixedIp: vip }), { verified: false })).to.deep.equal({
        ...associated,
        bind: [add(vipPort), add(amphora1), add(amphora2)],
        ...noted('restored'),
      });
    });

    it('should be restored without the amphorae that are not members', () => {
      const seen = plan({ ...stripped, fixedIp: vip }, { ...changed, members: [amphora2], outsiders: [newAmphora] });
      expect(seen.bind).to.deep.equal([add(vipPort), add(amphora2)]);
    });

    it('should not be restored if it was never recorded', () => {
      expect(plan({ ...stripped, recorded: false }, changed)).to.deep.equal(nothing);
    });

    it('should not be restored if the record cannot be believed', () => {
      expect(plan({ ...stripped, trusted: false }, changed)).to.deep.equal({ ...nothing, untrusted: [floatingIp] });
    });
  });

  describe('when a port delete has stripped it while we added references', () => {
    it('should be restored: references without a fixed ip are what we wrote too late', () => {
      const half = withoutFixedIp(whole({ references: live(newAmphora), detached: detachedBy([0, amphora1]) }));
      const seen = plan(half, {
        members: [amphora2, newAmphora],
        recordedPorts: recordedPorts({ [amphora1]: 'explained' }),
      });
      expect(seen.events).not.to.deep.equal(noted('freed').events);
      expect([...seen.associations, ...seen.undecided]).to.include(floatingIp);
    });
  });

  describe('when its user has disassociated it (recording 06)', () => {
    it('should wait for the window', () => {
      const seen = plan(empty(detachedBy([500])));
      expect(seen).to.deep.equal({ ...nothing, undecided: [floatingIp], recheckAfterMs: window - 500 });
    });

    it('should have the recorded ports, the VIP port and those that it referenced read again before it is given up', () => {
      const seen = plan(empty({ ...detachedBy([window]), portUuids: [newAmphora] }), {
        verified: false,
        recordedPorts: [],
      });
      expect(seen).to.deep.equal({
        ...nothing,
        undecided: [floatingIp],
        verify: { ports: [vipPort, newAmphora], floatingIps: [] },
      });
    });

    it('should be rid of the flag, and forgotten', () => {
      expect(plan(empty(detachedBy([window])))).to.deep.equal({
        ...nothing,
        release: [set({ isVirtualIp: false })],
        ...noted('freed'),
      });
    });

    it('should write nothing on it if the flag is off already', () => {
      expect(writesOf(plan(empty(detachedBy([window]), { isVirtualIp: false })))).to.deep.equal([]);
    });

    it('should be rid of references that we wrote at the same time: Neutron leaves none without a fixed ip', () => {
      const half = withoutFixedIp(whole({ references: live(amphora2) }));
      expect(plan(half)).to.deep.equal({
        ...nothing,
        release: [drop(amphora2), set({ isVirtualIp: false })],
        ...noted('freed'),
      });
    });

    it("should keep the user's own references even then", () => {
      const half = withoutFixedIp(whole({ references: live(amphora2, web) }));
      expect(writesOf(plan(half))).to.deep.equal([drop(amphora2), set({ isVirtualIp: false })]);
    });
  });

  describe('when its user has moved it while it was restored', () => {
    const other = { portUuid: web, live: true, unclear: false, addresses: [webAddress] };
    const overtaken = (delta: Partial<ObservedFloatingIp> = {}) =>
      whole({ references: [...live(vipPort), other], added: [vipPort], ...delta });

    it('should be his, with the address of that port: the reference to the VIP port is ours', () => {
      const seen = plan(overtaken());
      expect(seen.release).to.deep.equal([drop(vipPort), set({ isVirtualIp: false, fixedIp: webAddress })]);
      expect(seen.events).to.deep.equal([{ floatingIpUuid: floatingIp, type: 'moved' }]);
    });

    for (const [what, delta] of [
      ['we have not added the reference to the VIP port', { added: [amphora1] }],
      ['the other is an amphora’s', { references: live(vipPort, amphora1) }],
      ['the other is ours', { added: [vipPort, web] }],
      ['nothing is known of the other', { references: [...live(vipPort), { ...other, unclear: true, addresses: [] }] }],
      ['the other has the VIP as address', { references: [...live(vipPort), { ...other, addresses: [vip] }] }],
    ] as const) {
      it(`should stay associated if ${what}`, () => {
        expect(plan(overtaken(delta)).associations).to.deep.equal([floatingIp]);
      });
    }
  });

  describe('when its user has moved it (recording 18)', () => {
    it('should keep the new attachment, and lose the flag', () => {
      expect(plan(whole({ fixedIp: webAddress, references: live(web) }))).to.deep.equal({
        ...nothing,
        release: [set({ isVirtualIp: false })],
        ...noted('moved'),
      });
    });

    it('should be rid of references that we wrote at the same time', () => {
      const seen = plan(whole({ fixedIp: webAddress, references: live(web, amphora1) }));
      expect(seen.release).to.deep.equal([drop(amphora1), set({ isVirtualIp: false })]);
    });

    it("should get the port's own address back, if our fixed ip was written at the moment at which it was moved", () => {
      const onWeb = (...addresses: readonly string[]) =>
        plan(whole({ references: [{ portUuid: web, live: true, unclear: false, addresses }] })).release;
      expect(onWeb(webAddress)).to.deep.equal([set({ isVirtualIp: false, fixedIp: webAddress })]);
      const several = onWeb(webAddress, additionalVip);
      expect(several, 'of a port with several').to.deep.equal([set({ isVirtualIp: false, fixedIp: null })]);
      expect(onWeb(webAddress, vip), 'one of which it is').to.deep.equal([set({ isVirtualIp: false })]);
    });

    it('should leave the fixed ip alone while it is not known whether it is the port’s own, and read that port before', () => {
      const moved = whole({ references: live(web) });
      expect(plan(moved).release).to.deep.equal([set({ isVirtualIp: false })]);
      expect(plan(moved, { verified: false }).verify).to.deep.equal({ ports: [web], floatingIps: [floatingIp] });
      const freshlyMade = whole({ references: [{ portUuid: web, live: true, unclear: true, addresses: [] }] });
      expect(plan(freshlyMade).release).to.deep.equal([set({ isVirtualIp: false })]);
    });

    it('should be read again before anything is taken away: its user may have given it a moment ago', () => {
      const moved = whole({ fixedIp: webAddress, references: live(web) });
      expect(plan(moved, { verified: false }).verify.floatingIps).to.deep.equal([floatingIp]);
      expect(plan(moved, { verified: true }).verify.floatingIps).to.deep.equal([]);
    });

    describe('to a port of which no addresses are known yet, when our restore has overwritten its fixed ip', () => {
      const footprint = { flag: false, fixedIp: true, ports: [] };
      const unknown = whole({ isVirtualIp: false, references: live(web), footprint });
      const known = (...addresses: readonly string[]): ObservedFloatingIp['references'] =>
        live(web).map((reference) => ({ ...reference, addresses }));

      it('should be remembered: what it should be cannot be told', () => {
        const ended = plan(unknown, { verified: true });
        expect(ended).to.deep.equal({ ...nothing, ...noted('moved'), forgotten: [] });
      });

      for (const [addresses, fixedIp] of [
        [[webAddress], webAddress],
        [[webAddress, '10.107.0.99'], null],
      ] as const) {
        it(`should be that port’s own once it is known: ${String(fixedIp)}`, () => {
          const over = { ...unknown, recorded: false, trusted: false, references: known(...addresses) };
          expect(plan(over, { verified: true }).release).to.deep.equal([set({ fixedIp })]);
        });
      }

      it('should be left alone if it is an address of that port', () => {
        const over = { ...unknown, recorded: false, trusted: false, references: known(webAddress, vip) };
        expect(writesOf(plan(over, { verified: true }))).to.deep.equal([]);
      });
    });

    it('should be left to the other VIP, if that is where it went', () => {
      const references = live(web, amphora1);
      const moved = whole({ fixedIp: webAddress, references, heldElsewhere: true, keptElsewhere: true });
      expect(plan(moved)).to.deep.equal({ ...nothing, ...notedElsewhere('moved') });
    });

    it('should be remembered until the other VIP has recorded it: that one may end before', () => {
      const references = live(web, amphora1);
      const moved = whole({ fixedIp: webAddress, references, heldElsewhere: true, recordedAt: vipPort });
      const handedOver = [{ floatingIpUuid: floatingIp, vipPortUuid: vipPort }];
      expect(plan(moved)).to.deep.equal({ ...nothing, ...noted('moved'), forgotten: [], handedOver });
      expect(plan({ ...moved, isVirtualIp: false }).handedOver).to.deep.equal([]);
    });

    it('should be left to the other address of the same VIP port', () => {
      const twoAddresses = { uuid: vipPort, addresses: [additionalVip], dormant: false };
      const moved = whole({
        fixedIp: additionalVip,
        references: live(vipPort),
        heldElsewhere: true,
        keptElsewhere: true,
      });
      expect(plan(moved, { vipPort: twoAddresses })).to.deep.equal({ ...nothing, ...notedElsewhere('moved') });
    });

    it("should keep the one to an amphora's own port and address, and drop what we wrote beside it at that moment", () => {
      const references = live(amphora1, amphora2).map((reference) =>
        reference.portUuid === amphora1 ? { ...reference, addresses: [amphoraAddress] } : reference,
      );
      expect(plan(whole({ fixedIp: amphoraAddress, references })).release).to.deep.equal([
        drop(amphora2),
        set({ isVirtualIp: false }),
      ]);
      const footprint = { flag: false, fixedIp: false, ports: [amphora1, amphora2] };
      const late = { recorded: false, isVirtualIp: false, fixedIp: amphoraAddress, footprint, references };
      expect(writesOf(plan(whole(late)))).to.deep.equal([drop(amphora2)]);
    });

    it("should keep the reference to an amphora's own port and address, if that is what the user wants", () => {
      expect(plan(whole({ fixedIp: amphoraAddress, references: live(amphora1) }))).to.deep.equal({
        ...nothing,
        release: [set({ isVirtualIp: false })],
        ...noted('moved'),
      });
    });

    it('should not be brought back although the port that it went to was deleted', () => {
      const detached = { ...detachedBy([window, web]), portUuids: [web] };
      expect(plan(empty(detached)).events).to.deep.equal(noted('freed').events);
    });
  });

  describe('when the VIP is gone', () => {
    const gone = (seen: ObservedFloatingIp) =>
      writesAndLists(planFloatingIps(withoutVipPort(anyVip({ floatingIps: [seen] })), settings));

    it('should be rid of all that we wrote', () => {
      const references = [...dead(vipPort), ...live(amphora1, amphora2)];
      expect(gone(whole({ references }))).to.deep.equal({
        ...nothing,
        release: [drop(vipPort), drop(amphora1), drop(amphora2), set({ isVirtualIp: false, fixedIp: null })],
        ...noted('vip-gone'),
        recheckAfterMs: 0,
      });
    });

    it('should be rid of all that we wrote also where another VIP has but written on it once, and leave it to one that holds it', () => {
      const seen = whole({ references: [], heldElsewhere: true });
      expect(gone(seen).release).to.deep.equal([]);
      const release = [set({ isVirtualIp: false, fixedIp: null })];
      expect(gone({ ...seen, onlyWrittenElsewhere: true }).release).to.deep.equal(release);
    });

    it('should not be restored, however it was stripped (recording 19)', () => {
      expect(gone(empty(detachedBy([0, amphora1])))).to.deep.equal({
        ...nothing,
        release: [set({ isVirtualIp: false })],
        ...noted('vip-gone'),
      });
    });

    it('should keep what the user made of it meanwhile', () => {
      const seen = gone(whole({ fixedIp: webAddress, references: live(web) }));
      expect(seen.release).to.deep.equal([set({ isVirtualIp: false })]);
    });

    it('should be left as it is while the port of the record is there without an address that anybody deleted', () => {
      const unclear = { ...withoutVipPort(anyVip({ floatingIps: [whole()] })), vipPortUnclear: true };
      expect(writesAndLists(planFloatingIps(unclear, settings))).to.deep.equal({
        ...nothing,
        undecided: [floatingIp],
        recheckAfterMs: 60_000,
      });
    });

    it('should be left alone if it was never recorded, or the record cannot be believed', () => {
      expect(gone(whole({ recorded: false }))).to.deep.equal(nothing);
      expect(gone(whole({ trusted: false }))).to.deep.equal({ ...nothing, untrusted: [floatingIp] });
    });
  });

  describe('when its references are only to ports that are gone', () => {
    it('should be made whole: a disassociation would have cleared them', () => {
      expect(plan(whole({ references: dead(amphora1) }))).to.deep.equal({
        ...associated,
        bind: [add(vipPort), add(amphora1), add(amphora2)],
        ...noted('restored'),
      });
    });

    it('should be read again first: the delete of those ports has stripped it, most likely', () => {
      expect(plan(whole({ references: dead(amphora1) }), { verified: false }).verify.floatingIps).to.deep.equal([
        floatingIp,
      ]);
    });

    it('should drop those that are no members', () => {
      const seen = plan(whole({ references: dead(newAmphora) }));
      expect(seen.release).to.deep.equal([drop(newAmphora)]);
    });
  });

  describe('when a floating ip only looks like ours', () => {
    for (const [what, seen] of [
      [
        "is attached to an amphora's own port",
        whole({ recorded: false, fixedIp: amphoraAddress, references: live(amphora1) }),
      ],
      [
        'references the VIP port alone with another fixed ip',
        whole({ recorded: false, fixedIp: webAddress, references: live(vipPort) }),
      ],
      [
        'references the VIP port alone without a fixed ip',
        withoutFixedIp(whole({ recorded: false, references: live(vipPort) })),
      ],
      [
        'references the VIP port, an amphora and a port of the user’s',
        whole({ recorded: false, fixedIp: webAddress, references: live(vipPort, amphora1, web) }),
      ],
      ['references an amphora with the VIP as fixed ip', whole({ recorded: false, references: live(amphora1) })],
      ['references a VIP port that is gone', whole({ recorded: false, references: dead(vipPort) })],
      ['references nothing', whole({ recorded: false, references: [] })],
    ] as const) {
      it(`should leave it alone when it ${what}`, () => {
        expect(plan(seen)).to.deep.equal(nothing);
      });
    }
  });

  describe('when it was wired by hand: it references the VIP port and nothing but amphorae, and nothing records it', () => {
    const byHand = { recorded: false, isVirtualIp: false } as const;

    for (const [what, seen] of [
      ['its fixed ip is an amphora’s', whole({ ...byHand, fixedIp: amphoraAddress })],
      ['it has no fixed ip', withoutFixedIp(whole(byHand))],
      [
        'one of the amphorae is missing',
        whole({ ...byHand, fixedIp: amphoraAddress, references: live(vipPort, amphora2) }),
      ],
    ] as const) {
      it(`should be taken over, and made whole, when ${what}`, () => {
        const taken = plan(seen);
        expect(taken).to.deep.include({ ...noted('taken-over'), associations: [floatingIp] });
        expect(taken.bind[0]).to.deep.include({
          do: 'set',
          properties: { floating_ip_fixed_ip_address: vip, floating_ip_is_virtual_ip: true },
        });
      });
    }

    for (const [what, delta] of [
      ['another VIP of the VIP port records it', { recordedElsewhere: true }],
      ['this process has seen it associated: it is a late write', { wasSeenAssociated: true }],
      ['this process has written on it', { footprint: { flag: true, fixedIp: false, ports: [amphora1] } }],
    ] as const) {
      it(`should not be taken over when ${what}`, () => {
        expect(plan(whole({ ...byHand, fixedIp: amphoraAddress, ...delta })).associations).to.deep.equal([]);
      });
    }

    it('should not be taken over by a VIP that is not the first of its VIP port', () => {
      const additional = { uuid: vipPort, addresses: [additionalVip], dormant: false, isAdditional: true };
      const seen = plan(whole({ ...byHand, fixedIp: amphoraAddress }), { vipPort: additional });
      expect(seen.associations).to.deep.equal([]);
    });
  });

  describe('when it was associated with a VIP port that had the address before', () => {
    const former = [uuidOf(0x51), uuidOf(0x52)];
    const over = { recorded: false, former } as const;

    it('should be rid of what was written for it, before all else but letting go', () => {
      const seen = plan(whole({ ...over, references: live(uuidOf(0x52)) }));
      expect(seen.end).to.deep.equal([drop(uuidOf(0x52)), set({ isVirtualIp: false, fixedIp: null })]);
      expect(seen).to.deep.include({ associations: [], undecided: [], ...noted('vip-gone') });
    });

    it('should not be taken for stripped, whatever ports are gone', () => {
      const seen = plan({ ...empty(detachedBy([0, amphora1])), ...over });
      expect(seen).to.deep.include({ associations: [], undecided: [], bind: [] });
    });

    it('should keep what its user has associated with the next', () => {
      const seen = plan(whole({ ...over, isVirtualIp: false, references: live(vipPort) }));
      expect(seen).to.deep.include({ associations: [floatingIp], end: [], release: [] });
    });

    it('should keep what its user has associated with the next even if nobody carries that yet, but not the flag', () => {
      const dormant = { uuid: vipPort, addresses: [], dormant: true };
      const seen = plan(whole({ ...over, references: live(vipPort) }), { vipPort: dormant, members: [] });
      expect(seen).to.deep.include({ end: [set({ isVirtualIp: false })], release: [], bind: [] });
    });

    it('should keep the port and the fixed ip of an instance that has the address now', () => {
      const references = [{ portUuid: web, live: true, unclear: false, addresses: [vip] }];
      const seen = plan(whole({ ...over, references }));
      expect(seen.end).to.deep.equal([set({ isVirtualIp: false })]);
    });
  });

  describe('when there are several', () => {
    const firstFloatingIp = uuidOf(0x2f);
    const seen = anyVip({
      floatingIps: [
        attached({ uuid: otherFloatingIp }),
        empty(detachedBy([500])),
        empty(detachedBy([1_500]), { uuid: firstFloatingIp }),
      ],
    });

    it('should look again when the first window ends', () => {
      expect(planFloatingIps(seen, settings).recheckAfterMs).to.equal(window - 1_500);
    });

    it('should plan each by itself, in the order of uuids', () => {
      const { associations, undecided } = planFloatingIps(seen, settings);
      expect(associations).to.deep.equal([otherFloatingIp]);
      expect(undecided).to.deep.equal([firstFloatingIp, floatingIp]);
    });
  });

  it('should come to an end: what it makes of a spoiled floating ip needs no more writes', () => {
    const seen = whole({ fixedIp: amphoraAddress, isVirtualIp: false, references: live(vipPort, amphora1, web) });
    expect(writesOf(plan(after(whole(seen), writesOf(plan(whole(seen))))))).to.deep.equal([]);
  });
});
