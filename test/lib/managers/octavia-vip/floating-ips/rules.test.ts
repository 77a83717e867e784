import { expect } from 'chai';
import fc from 'fast-check';
import type { ManagerSettings } from '../../../../../lib/managers/index.js';
import {
  type FloatingIpObservation,
  type ObservedFloatingIp,
  planFloatingIps,
} from '../../../../../lib/managers/octavia-vip/index.js';
import { decide, factSets, isPossible } from '../../../../../lib/planning/index.js';
import { factsOf } from '../../../../../lib/managers/octavia-vip/floating-ips/facts.js';
import { lossRules } from '../../../../../lib/managers/octavia-vip/floating-ips/loss-rules.js';
import { floatingIpRules } from '../../../../../lib/managers/octavia-vip/floating-ips/rules.js';
import { uuidOf } from '../../../../support/change-messages.js';
import {
  additionalVip,
  amphora1,
  amphora2,
  amphoraAddress,
  anyVip,
  attached,
  dead,
  detachedBy,
  empty,
  floatingIp,
  live,
  recordedPorts,
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

function verdictOn(
  seen: ObservedFloatingIp,
  around: FloatingIpObservation = anyVip(),
  rules: Partial<ManagerSettings> = {},
) {
  const { verdicts } = planFloatingIps({ ...around, floatingIps: [seen] }, { ...settings, ...rules });
  expect(verdicts).to.have.length(1);
  expect(verdicts[0]?.about).to.deep.equal({ kind: 'floating-ip', uuid: floatingIp });
  return verdicts[0]!;
}

const noVipPort = withoutVipPort(anyVip());
const stripping = detachedBy([0, amphora1]);
const beforeWeLooked = { sinceMs: 0, wasSeenAttached: false, portUuids: [], addedPorts: [], requests: [] };
const unrecorded = { recorded: false, trusted: false };
const ours = { flag: true, fixedIp: true, ports: [amphora1] };

describe('how a floating ip stands to a VIP', () => {
  const cases: readonly (readonly [
    what: string,
    rule: string,
    seen: ObservedFloatingIp,
    around?: FloatingIpObservation,
  ])[] = [
    [
      'has lost its fixed ip to a write of ours that crossed its user’s',
      'crossed',
      withoutFixedIp(
        whole({
          ...unrecorded,
          left: null,
          references: [{ portUuid: web, live: true, unclear: false, addresses: [webAddress] }],
        }),
      ),
    ],
    [
      'was moved by its user while it was restored',
      'overtaken',
      whole({
        added: [vipPort],
        references: [...live(vipPort), { portUuid: web, live: true, unclear: false, addresses: [webAddress] }],
      }),
    ],
    ['is whole', 'associated', whole()],
    ['was just attached', 'attached-by-its-user', attached()],
    ['was wired by a workaround', 'wired-by-hand', whole({ ...unrecorded, fixedIp: amphoraAddress })],
    ['is what the last VIP port left', 'of-a-former-vip-port', whole({ ...unrecorded, references: [], former: [web] })],
    ['is recorded by a stranger', 'record-not-believed', whole({ trusted: false, references: [] })],
    ['has lost a VIP port that may be unreadable', 'vip-port-unclear', whole(), { ...noVipPort, vipPortUnclear: true }],
    ['has lost its VIP port', 'vip-port-gone', whole(), noVipPort],
    ['is held by another VIP', 'held-by-another', empty(stripping, { heldElsewhere: true })],
    ['was half restored before we looked', 'first-step-found', whole({ references: [], detached: beforeWeLooked })],
    ['was stripped', 'stripped', empty(stripping)],
    ['is being restored', 'restore-begun', whole({ references: [], detached: stripping, fence: 'open' })],
    ['is being restored, the fence passed', 'half-restored', whole({ references: [], detached: stripping })],
    ['was freed', 'freed', empty(detachedBy([window]))],
    ['was detached a moment ago', 'stripped-or-freed', empty(detachedBy([0]))],
    [
      'was detached long ago, and nothing read again',
      'not-verified',
      empty(detachedBy([window])),
      anyVip({ verified: false }),
    ],
    ['references only what is gone', 'references-dead', whole({ references: dead(amphora1) })],
    ['has a spoiled fixed ip', 'fixed-ip-spoiled', whole({ fixedIp: amphoraAddress })],
    ['lacks the reference to the VIP port', 'vip-port-reference-lost', whole({ references: live(amphora1, amphora2) })],
    ['was moved', 'moved', whole({ fixedIp: webAddress, references: live(web) })],
    [
      'bears what we wrote too late',
      'left-over',
      withoutFixedIp(whole({ ...unrecorded, wasSeenAssociated: true, references: live(amphora1), footprint: ours })),
    ],
    ['is attached to something else', 'not-ours', whole({ ...unrecorded, fixedIp: webAddress, references: live(web) })],
  ];

  for (const [what, rule, seen, around] of cases) {
    it(`should be decided by ${rule} when it ${what}`, () => {
      expect(verdictOn(seen, around).rule).to.equal(rule);
    });
  }

  it('should have a case here for each row', () => {
    expect(cases.map(([, rule]) => rule)).to.deep.equal(floatingIpRules.rules.map(({ rule }) => rule));
  });

  it('should say of a detached one why it is stripped or freed', () => {
    expect(verdictOn(empty(stripping)).says).to.equal(
      'a port delete stripped it: the request that detached it deleted a port of the VIP',
    );
    expect(verdictOn(empty(detachedBy([window]))).says).to.equal(
      'its user freed it: the request that detached it deleted no port',
    );
  });
});

describe('a floating ip that another VIP holds', () => {
  it('should be associated, restored or judged by no rule, whatever else is known of it', () => {
    const held = [...factSets(floatingIpRules)].filter(({ heldElsewhere }) => heldElsewhere);
    const standings = held.map((facts) => decide(floatingIpRules, facts));
    expect(held).not.to.have.length(0);
    expect([...new Set(standings.map(({ stands }) => stands.is))].sort()).to.deep.equal([
      'crossed',
      'ended',
      'former',
      'left-over',
      'none',
      'undecided',
      'untrusted',
    ]);
    const undecided = standings.filter(({ stands }) => stands.is === 'undecided');
    expect([...new Set(undecided.map(({ rule }) => rule))]).to.deep.equal(['vip-port-unclear']);
  });

  it('should be written on by nobody but that one', () => {
    const given = [whole(), attached(), empty(stripping), empty(detachedBy([window])), withoutFixedIp(whole())];
    for (const one of given) {
      for (const record of [{}, unrecorded, { ...unrecorded, former: [web] }]) {
        const seen = { ...one, ...record, footprint: ours, wasSeenAssociated: true, heldElsewhere: true };
        const plan = planFloatingIps(anyVip({ floatingIps: [seen] }), settings);
        expect([...plan.end, ...writesOf(plan)], JSON.stringify(seen)).to.deep.equal([]);
      }
    }
  });
});

describe('stripped or freed', () => {
  const unclear = anyVip({ recordedPorts: recordedPorts({ [amphora1]: 'unexplained' }) });
  const cases: readonly (readonly [
    what: string,
    rule: string,
    seen: ObservedFloatingIp,
    around?: FloatingIpObservation,
    rules?: Partial<ManagerSettings>,
  ])[] = [
    ['the request deleted an amphora port', 'request-deleted-a-port', empty(stripping)],
    ['the request is young', 'within-the-window', empty(detachedBy([window - 1]))],
    ['the ports were not read again', 'not-verified', empty(detachedBy([window])), anyVip({ verified: false })],
    ['the request deleted nothing', 'request-deleted-nothing', empty(detachedBy([window]))],
    [
      'nothing tells, and all is restored',
      'unclear-restore',
      empty(undefined),
      anyVip(),
      { unclearDisassociation: 'restore' },
    ],
    [
      'nothing tells, and all is respected',
      'unclear-respect',
      empty(undefined),
      anyVip(),
      { unclearDisassociation: 'respect' },
    ],
    ['a port is gone of whose delete nobody told', 'unclear-port-gone', empty(detachedBy([window])), unclear],
    ['nothing tells, and all ports are there', 'unclear-no-port-gone', empty(undefined)],
  ];

  for (const [what, rule, seen, around, rules] of cases) {
    it(`should be decided by ${rule} when ${what}`, () => {
      const { says } = lossRules.rules.find((row) => row.rule === rule)!;
      expect(verdictOn(seen, around, rules).says).to.match(new RegExp(`: ${says}$`));
    });
  }

  it('should have a case here for each row', () => {
    expect(cases.map(([, rule]) => rule)).to.deep.equal(lossRules.rules.map(({ rule }) => rule));
  });
});

describe('what is known of a floating ip, as facts', () => {
  const ports = [vipPort, amphora1, amphora2, web];
  const references = fc
    .tuple(fc.subarray(ports), fc.subarray(ports))
    .map(([there, gone]) => [...live(...there), ...dead(...gone.filter((uuid) => !there.includes(uuid)))]);
  const maybe = <T>(name: string, value: fc.Arbitrary<T>) =>
    fc.option(value, { nil: undefined }).map((given) => (given === undefined ? {} : { [name]: given }));
  const detached = fc.record({
    sinceMs: fc.nat(2 * window),
    wasSeenAttached: fc.boolean(),
    portUuids: fc.subarray(ports),
    addedPorts: fc.subarray(ports),
    requests: fc.array(fc.record({ ageMs: fc.nat(2 * window), deletedPorts: fc.subarray(ports) }), { maxLength: 2 }),
  });
  const one = fc
    .tuple(
      fc.record({
        references,
        recorded: fc.boolean(),
        trusted: fc.boolean(),
        wasSeenAssociated: fc.boolean(),
        recordedElsewhere: fc.boolean(),
        heldElsewhere: fc.boolean(),
        seenLast: fc.boolean(),
        fence: fc.constantFrom('open' as const, 'passed' as const),
      }),
      maybe('fixedIp', fc.constantFrom(vip, amphoraAddress, additionalVip)),
      maybe('detached', detached),
      maybe('footprint', fc.record({ flag: fc.boolean(), fixedIp: fc.boolean(), ports: fc.subarray(ports) })),
      maybe('former', fc.constant([uuidOf(0x51)])),
    )
    .map(([seen, ...parts]) => Object.assign(withoutFixedIp(whole(seen)), ...parts) as ObservedFloatingIp);
  const around = fc.oneof(
    fc
      .record({ uuid: fc.constant(vipPort), addresses: fc.subarray([additionalVip]), dormant: fc.boolean() })
      .map((port) => anyVip({ vipPort: port })),
    fc.boolean().map((vipPortUnclear) => ({ ...noVipPort, vipPortUnclear })),
  );

  it('should be a set of facts that the table has, and of which it does not say that it cannot be', () => {
    fc.assert(
      fc.property(one, around, (seen, vipAround) => {
        const facts = factsOf(seen, vipAround, settings);
        expect(isPossible(floatingIpRules, facts), JSON.stringify(facts)).to.equal(true);
        for (const [name, { values }] of Object.entries(floatingIpRules.facts)) {
          expect(values, name).to.include(facts[name as keyof typeof facts]);
        }
      }),
      { seed: Number(process.env['FC_SEED'] ?? 20261126), numRuns: 1_000 },
    );
  });
});
