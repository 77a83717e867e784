import { expect } from 'chai';
import fc from 'fast-check';
import { holderOf } from '../../../../../lib/managers/octavia-vip/floating-ips/holder.js';
import { vipKey, type VipKey } from '../../../../../lib/managers/octavia-vip/index.js';
import { uuidOf } from '../../../../support/change-messages.js';
import { floatingIpEntity, instanceIpEntity, key, network, virtualIpEntity } from '../support/entities.js';
import { additionalVip, amphora1, amphora2, floatingIp, vipPort, web, webAddress } from '../support/floating-ips.js';
import { vip } from '../support/ports.js';
import { Stage } from '../support/stage.js';

const other = vipKey(network, additionalVip);
const virtualIps: Readonly<Record<string, string>> = { [key]: uuidOf(0x40), [other]: uuidOf(0x41) };

/** What is known of a floating ip that may be held by either VIP of one VIP port. */
interface Situation {
  readonly shown?: { readonly fixedIp?: string; readonly ports?: readonly string[] };
  readonly recordedAt?: readonly VipKey[];
  readonly associatedAt?: readonly VipKey[];
  readonly writtenFor?: readonly VipKey[];
}

/** A load balancer with two VIPs on one VIP port. */
function staged({ shown = {}, recordedAt = [], associatedAt = [], writtenFor = [] }: Situation): Stage {
  const stage = new Stage().putLoadBalancer(vipPort);
  stage.put('instance-ip', instanceIpEntity(uuidOf(0x60), { address: additionalVip, ports: [vipPort] }));
  for (const amphora of [amphora1, amphora2]) stage.putAmphora(amphora, { pairAddresses: [vip, additionalVip] });
  for (const at of [key, other]) {
    const floatingIps = recordedAt.includes(at) ? [floatingIp] : [];
    const ports = [vipPort, amphora1, amphora2];
    stage.put('virtual-ip', virtualIpEntity(virtualIps[at] ?? '', { ports, record: { vip: at, floatingIps } }));
  }
  for (const at of associatedAt) stage.history.note(floatingIp, { type: 'associated', of: { vip: at, vipPort } });
  for (const at of writtenFor) {
    const of = { vip: at, vipPort };
    stage.history.note(floatingIp, { type: 'reference-added', port: amphora1, plannedAt: 0, isFreed: false, of });
  }
  return stage.put('floating-ip', floatingIpEntity(floatingIp, shown));
}

/** Who holds it, as each VIP is told. */
function holders(situation: Situation, change: (stage: Stage) => void = () => undefined) {
  const stage = staged(situation);
  change(stage);
  const { cache, history, clock, settings } = stage;
  const parts = { cache, history, settings, now: clock.monotonic() };
  const seen = cache.get('floating-ip', floatingIp)!;
  return [key, other].map((asking) => holderOf(parts, seen, asking)?.vip);
}

describe('holderOf', () => {
  const cases: readonly (readonly [what: string, situation: Situation])[] = [
    [
      'it is attached to, whatever is recorded and remembered',
      {
        shown: { fixedIp: additionalVip, ports: [vipPort] },
        recordedAt: [key],
        associatedAt: [other, key],
        writtenFor: [key],
      },
    ],
    [
      'whose address it has as fixed ip: its restore has begun, and other monitors go by that',
      { shown: { fixedIp: additionalVip }, recordedAt: [key, other], associatedAt: [other, key] },
    ],
    [
      'where it was seen last, though it is recorded at the other alone',
      { recordedAt: [key], associatedAt: [key, other] },
    ],
    ['where it was seen last, if it is recorded at both', { recordedAt: [key, other], associatedAt: [key, other] }],
    ['where it is recorded, though what was written for the other is left', { recordedAt: [other], writtenFor: [key] }],
    [
      'where it is recorded, if its fixed ip is spoiled',
      { shown: { fixedIp: webAddress, ports: [vipPort, amphora1] }, recordedAt: [other], writtenFor: [key] },
    ],
  ];
  for (const [what, situation] of cases) {
    it(`should be the VIP ${what}`, () => {
      expect(holders(situation)).to.deep.equal([other, other]);
    });
  }

  it('should be the VIP at which it was recorded while no monitor ran, and of two that record it the first in order', () => {
    expect(holders({ recordedAt: [key, other] })).to.deep.equal([key, key]);
  });

  it('should be the VIP for which something was written, if that is all that is known', () => {
    const shown = { fixedIp: webAddress, ports: [web] };
    expect(holders({ shown, writtenFor: [other] })).to.deep.equal([other, other]);
  });

  it('should be no VIP that nobody keeps any more', () => {
    const gone = holders({ recordedAt: [key], associatedAt: [key, other] }, (stage) => {
      stage.remove('instance-ip', uuidOf(0x60)).remove('virtual-ip', virtualIps[other] ?? '');
      for (const amphora of [amphora1, amphora2]) stage.putAmphora(amphora, { pairAddresses: [vip] });
    });
    expect(gone).to.deep.equal([key, key]);
  });

  it('should be one VIP at most, the same for all who ask, whatever is shown, recorded, seen and written', () => {
    const some = fc.subarray([key, other]);
    const situation: fc.Arbitrary<Situation> = fc.record({
      shown: fc.record(
        {
          fixedIp: fc.constantFrom(vip, additionalVip, webAddress),
          ports: fc.subarray([vipPort, amphora1, web]),
        },
        { requiredKeys: [] },
      ),
      recordedAt: some,
      associatedAt: some,
      writtenFor: some,
    });
    fc.assert(
      fc.property(situation, fc.boolean(), (one, isGone) => {
        const [first, second] = holders(one, (stage) => {
          if (isGone) stage.remove('virtual-machine-interface', amphora1);
        });
        const { recordedAt = [], associatedAt = [], writtenFor = [] } = one;
        // Where nothing is known of it, none has to yield to another.
        if (recordedAt.length + associatedAt.length + writtenFor.length > 0) expect(second).to.equal(first);
      }),
      { seed: Number(process.env['FC_SEED'] ?? 20261127), numRuns: 300 },
    );
  });
});
