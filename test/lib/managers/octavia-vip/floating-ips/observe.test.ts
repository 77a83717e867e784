import { expect } from 'chai';
import { observeFloatingIps } from '../../../../../lib/managers/octavia-vip/floating-ips/observe.js';
import {
  virtualIpsNaming,
  vipKey,
  type EpisodeOf,
  type LoadBalancerPlan,
} from '../../../../../lib/managers/octavia-vip/index.js';
import { addressesOf } from '../../../../../lib/managers/octavia-vip/ports.js';
import { uuidOf } from '../../../../support/change-messages.js';
import {
  amphora1,
  amphora2,
  floatingIp,
  newAmphora,
  otherFloatingIp,
  vipPort,
  web,
  webAddress,
} from '../support/floating-ips.js';
import { tenant, vip } from '../support/ports.js';
import { floatingIpEntity, key, network, portEntity, virtualIpEntity } from '../support/entities.js';
import { Stage } from '../support/stage.js';

const virtualIp = uuidOf(0x40);
const stranger = uuidOf(0xa3);

function newStage(floatingIps: readonly string[] = [floatingIp]): Stage {
  return new Stage()
    .putLoadBalancer(vipPort, amphora1, amphora2)
    .put('virtual-ip', virtualIpEntity(virtualIp, { ports: [vipPort, amphora1, amphora2], record: { floatingIps } }));
}

function putFloatingIp(
  stage: Stage,
  delta: { fixedIp?: string; ports?: readonly string[]; projects?: readonly string[] },
) {
  return stage.put('floating-ip', floatingIpEntity(floatingIp, { isVirtualIp: true, ...delta }));
}

function observe(stage: Stage, delta: Partial<LoadBalancerPlan> = {}) {
  const { cache, history, clock, settings } = stage;
  const managed = virtualIpsNaming(cache, key);
  const loadBalancer: LoadBalancerPlan = {
    vipPort: {
      uuid: vipPort,
      ...tenant,
      loadBalancerId: 'lb',
      origin: 'octavia',
      addresses: [vip, 'fd00:107::3'],
    },
    members: [amphora1, amphora2],
    leaving: [],
    orphans: [],
    refused: [],
    leftBehind: [],
    unlistedProjects: [],
    verdicts: [],
    ...delta,
  };
  return observeFloatingIps(
    { cache, history, now: clock.monotonic(), settings },
    { key, managed: { current: managed, former: [], verdicts: [] }, loadBalancer, verified: false },
  );
}

/** The floating ip referenced these ports, and then a read shows that it references none. */
function detach(stage: Stage, ports: readonly string[]): Stage {
  const after = floatingIpEntity(floatingIp, { isVirtualIp: true });
  const before = floatingIpEntity(floatingIp, { isVirtualIp: true, fixedIp: vip, ports });
  const at = stage.clock.monotonic();
  stage.history.seen({ kind: 'floating-ip', uuid: floatingIp, before, after }, { readAfter: 0, at });
  return stage.put('floating-ip', after);
}

function observed(stage: Stage) {
  return observe(stage).observation.floatingIps[0];
}

describe('observeFloatingIps', () => {
  it('should name the VIP port with its other addresses, and everybody who does not belong', () => {
    const { observation } = observe(newStage(), {
      leaving: [uuidOf(3)],
      orphans: [uuidOf(1)],
      refused: [{ uuid: uuidOf(2), reason: 'untrusted-project' }],
    });
    expect(observation.vipPort).to.deep.equal({ uuid: vipPort, addresses: ['fd00:107::3'], dormant: false });
    expect(observation.outsiders).to.deep.equal([uuidOf(1), uuidOf(2), uuidOf(3)]);
  });

  describe('the floating ips', () => {
    for (const [what, ports] of [
      ['the VIP port', [vipPort]],
      ['an amphora port', [amphora1]],
    ] as const) {
      it(`should be those that reference ${what}, recorded or not`, () => {
        expect(observed(putFloatingIp(newStage([]), { ports }))).to.include({ uuid: floatingIp, recorded: false });
      });
    }

    it('should be those that are recorded, whatever they reference', () => {
      expect(observed(putFloatingIp(newStage(), { ports: [] }))).to.include({ uuid: floatingIp, recorded: true });
    });

    it('should not be those of which nothing is known: they are named apart, for they may only be unreadable', () => {
      const { observation, unknown } = observe(newStage([otherFloatingIp]));
      expect(observation.floatingIps).to.deep.equal([]);
      expect(unknown).to.deep.equal([otherFloatingIp]);
    });

    it('should not be named apart when they are known to be gone', () => {
      const stage = newStage([otherFloatingIp]).remove('floating-ip', otherFloatingIp);
      expect(observe(stage).unknown).to.deep.equal([]);
    });

    it('should be alive in their references, but for those to ports that are known to be gone', () => {
      const stage = putFloatingIp(newStage(), { ports: [vipPort, newAmphora] });
      expect(observed(stage)?.references).to.deep.equal([
        { portUuid: vipPort, live: true, unclear: false, addresses: [vip] },
        { portUuid: newAmphora, live: true, unclear: true, addresses: [] },
      ]);
      stage.remove('virtual-machine-interface', newAmphora);
      expect(observed(stage)?.references[1]?.live).to.equal(false);
    });
  });

  describe('what we wrote', () => {
    it('should keep a floating ip in view that is neither recorded nor attached any more', () => {
      const stage = newStage([]).put(
        'floating-ip',
        floatingIpEntity(otherFloatingIp, { isVirtualIp: true, projects: [] }),
      );
      expect(observe(stage).observation.floatingIps).to.deep.equal([]);
      const of = { vip: key, vipPort };
      stage.history.note(otherFloatingIp, { type: 'properties-set', isVirtualIp: true, of });
      const [seen] = observe(stage).observation.floatingIps;
      expect(seen).to.include({ uuid: otherFloatingIp, recorded: false });
      expect(seen?.footprint).to.include({ flag: true, fixedIp: false });
    });
  });

  describe('trust', () => {
    it("should hold for floating ips of the VIP's own project", () => {
      expect(observed(putFloatingIp(newStage(), {}))?.trusted).to.equal(true);
    });

    it("should not hold for another project's, nor for nobody's", () => {
      expect(observed(putFloatingIp(newStage(), { projects: [stranger] }))?.trusted).to.equal(false);
      expect(observed(putFloatingIp(newStage(), { projects: [] }))?.trusted).to.equal(false);
    });

    it('should hold for any that we have seen attached to this very VIP', () => {
      const stage = putFloatingIp(newStage(), { projects: [stranger] });
      const associated = (of: EpisodeOf): void => {
        stage.history.note(floatingIp, { type: 'associated', of });
      };
      associated({ vip: vipKey(network, '10.107.0.99'), vipPort });
      associated({ vip: key, vipPort: uuidOf(0x99) });
      expect(observed(stage)?.trusted).to.equal(false);
      associated({ vip: key, vipPort });
      expect(observed(stage)?.trusted).to.equal(true);
    });
  });

  describe('the recorded ports', () => {
    const gone = (stage: Stage, uuid: string) =>
      observe(stage).observation.recordedPorts.find((port) => port.uuid === uuid)?.gone;

    it('should be there', () => {
      expect(observe(newStage()).observation.recordedPorts).to.deep.equal(
        [vipPort, amphora1, amphora2].map((uuid) => ({ uuid, gone: 'no' })),
      );
    });

    it('should be gone without an explanation, or with one', () => {
      const stage = newStage().remove('virtual-machine-interface', amphora1);
      expect(gone(stage, amphora1)).to.equal('unexplained');
      stage.history.requests.portDeleted(amphora1, 'req-1');
      expect(gone(stage, amphora1)).to.equal('explained');
    });

    it('should be as good as gone without an address (recording 08)', () => {
      const stage = newStage();
      for (const { uuid } of addressesOf(stage.cache, amphora1)) stage.remove('instance-ip', uuid);
      expect(gone(stage, amphora1)).to.equal('unexplained');
    });

    const empties = (stage: Stage, before: readonly string[]) => detach(stage, before);

    it('should include those that the floating ip referenced with the VIP port before it was detached', () => {
      const stage = newStage();
      stage.cache.remove('virtual-machine-interface', newAmphora, 0);
      expect(gone(empties(stage, [vipPort, newAmphora]), newAmphora)).to.equal('unexplained');
    });

    it('should not count as gone while nothing is known of them: they may only be unreadable', () => {
      expect(gone(empties(newStage(), [vipPort, newAmphora]), newAmphora)).to.equal('no');
    });

    it("should not include those that it was moved to: the user's own", () => {
      expect(gone(empties(newStage(), [web]), web)).to.equal(undefined);
    });
  });

  it('should name the requests that updated a detached floating ip, how long ago, and what they deleted', () => {
    const stage = putFloatingIp(newStage(), {});
    const { history } = stage;
    detach(stage, [vipPort, amphora1]);
    history.note(floatingIp, { type: 'updated', request: { requestId: 'req-1', sequence: 5, at: 0 } });
    history.requests.portDeleted(amphora1, 'req-1');
    const of = { vip: key, vipPort };
    history.note(floatingIp, { type: 'reference-added', port: amphora2, plannedAt: 4, isFreed: false, of });
    stage.clock.step(70);
    expect(observed(stage)?.detached).to.deep.equal({
      sinceMs: 70,
      wasSeenAttached: true,
      portUuids: [vipPort, amphora1],
      addedPorts: [amphora2],
      requests: [{ ageMs: 70, deletedPorts: [amphora1] }],
    });
  });

  describe('held elsewhere', () => {
    const moved = (stage: Stage) => putFloatingIp(stage, { fixedIp: webAddress, ports: [web] });

    it('should not be one that a user moved to an ordinary port', () => {
      expect(observed(moved(newStage().putPort(portEntity(web), webAddress)))?.heldElsewhere).to.equal(false);
    });

    it('should be one that was moved to the VIP port of another load balancer', () => {
      const stage = newStage().putPort(portEntity(web, { owner: 'Octavia', vmNames: [`lb-${web}`] }), webAddress);
      stage.putAmphora(newAmphora, { pairAddresses: [webAddress] });
      expect(observed(moved(stage))?.heldElsewhere).to.equal(true);
    });

    it('should not be one that was moved to an instance that has the address of a VIP that is gone', () => {
      const stage = newStage().putPort(portEntity(web, { vmNames: [uuidOf(0xd0)] }), webAddress);
      stage.putAmphora(newAmphora, { pairAddresses: [webAddress] });
      expect(observed(moved(stage))?.heldElsewhere).to.equal(false);
    });

    it('should not be one that was moved to a VIP port that nobody may keep', () => {
      const stage = newStage();
      const nobodys = portEntity(web, { owner: 'Octavia', vmNames: [`lb-${web}`], project: null });
      stage.putPort(nobodys, webAddress).putAmphora(newAmphora, { pairAddresses: [webAddress] });
      expect(observed(moved(stage))?.heldElsewhere).to.equal(false);
    });

    it("should not be one that was moved to a tenant's own virtual address: nobody else would take back what is ours", () => {
      const stage = newStage().putPort(portEntity(web), webAddress);
      stage.putPort(portEntity(newAmphora, { pairAddresses: [webAddress] }));
      expect(observed(moved(stage))?.heldElsewhere).to.equal(false);
    });

    it('should not be one on this VIP itself', () => {
      expect(observed(putFloatingIp(newStage(), { fixedIp: vip, ports: [vipPort] }))?.heldElsewhere).to.equal(false);
    });
  });
});
