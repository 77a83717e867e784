import { expect } from 'chai';
import { observeFloatingIps } from '../../../../../lib/managers/octavia-vip/floating-ips/observe.js';
import type { LoadBalancerPlan } from '../../../../../lib/managers/index.js';
import { vipKey } from '../../../../../lib/model/index.js';
import { uuidOf } from '../../../../support/change-messages.js';
import { without } from '../../../../support/without.js';
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
import { key, network, portEntity, Stage } from '../support/stage.js';

const virtualIp = uuidOf(0x40);
const stranger = uuidOf(0xa3);

function newStage(floatingIps: readonly string[] = [floatingIp]): Stage {
  return new Stage().putLoadBalancer(vipPort, amphora1, amphora2).put('virtual-ip', {
    uuid: virtualIp,
    fqName: ['default-domain', 'shop', 'octavia-lb-1'],
    projectUuid: tenant.projectUuid,
    address: vip,
    portUuids: [vipPort, amphora1, amphora2],
    floatingIpUuids: [],
    record: { vip: key, loadBalancer: 'lb', vipPort, floatingIps, members: [] },
  });
}

function putFloatingIp(
  stage: Stage,
  delta: { fixedIp?: string; portUuids?: readonly string[]; projectUuids?: readonly string[] },
) {
  return stage.put('floating-ip', {
    uuid: floatingIp,
    isVirtualIp: true,
    portUuids: [],
    projectUuids: [tenant.projectUuid],
    ...delta,
  });
}

function observe(stage: Stage, delta: Partial<LoadBalancerPlan> = {}) {
  const { cache, clock, settings } = stage;
  const managed = cache.find('virtual-ip', 'virtualIpsByVip', key);
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
    { cache, clock, settings },
    { key, managed: { current: managed, former: [] }, loadBalancer, verified: false },
  );
}

/** The floating ip referenced these ports, and then a read shows that it references none. */
function detach(stage: Stage, portUuids: readonly string[]): Stage {
  const after = { uuid: floatingIp, isVirtualIp: true, portUuids: [], projectUuids: [tenant.projectUuid] };
  const before = { ...after, portUuids, fixedIp: vip };
  stage.cache.traces.floatingIpSeen(floatingIp, { before, after, readAfter: 0, at: stage.clock.monotonic() });
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
    for (const [what, portUuids] of [
      ['the VIP port', [vipPort]],
      ['an amphora port', [amphora1]],
    ] as const) {
      it(`should be those that reference ${what}, recorded or not`, () => {
        expect(observed(putFloatingIp(newStage([]), { portUuids }))).to.include({ uuid: floatingIp, recorded: false });
      });
    }

    it('should be those that are recorded, whatever they reference', () => {
      expect(observed(putFloatingIp(newStage(), { portUuids: [] }))).to.include({ uuid: floatingIp, recorded: true });
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
      const stage = putFloatingIp(newStage(), { portUuids: [vipPort, newAmphora] });
      expect(observed(stage)?.references).to.deep.equal([
        { portUuid: vipPort, live: true, unclear: false, ownAddress: vip },
        { portUuid: newAmphora, live: true, unclear: true },
      ]);
      stage.remove('virtual-machine-interface', newAmphora);
      expect(observed(stage)?.references[1]).to.deep.equal({ portUuid: newAmphora, live: false, unclear: false });
    });
  });

  describe('what we wrote', () => {
    it('should keep a floating ip in view that is neither recorded nor attached any more', () => {
      const stage = newStage([]).put('floating-ip', {
        uuid: otherFloatingIp,
        isVirtualIp: true,
        portUuids: [],
        projectUuids: [],
      });
      expect(observe(stage).observation.floatingIps).to.deep.equal([]);
      stage.cache.traces.footprints.propertiesSet(otherFloatingIp, key, { isVirtualIp: true, vipPort });
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
      expect(observed(putFloatingIp(newStage(), { projectUuids: [stranger] }))?.trusted).to.equal(false);
      expect(observed(putFloatingIp(newStage(), { projectUuids: [] }))?.trusted).to.equal(false);
    });

    it('should hold for any that we have seen attached to this very VIP', () => {
      const stage = putFloatingIp(newStage(), { projectUuids: [stranger] });
      stage.cache.traces.associationSeen(floatingIp, { key: vipKey(network, '10.107.0.99'), vipPort });
      stage.cache.traces.associationSeen(floatingIp, { key, vipPort: uuidOf(0x99) });
      expect(observed(stage)?.trusted).to.equal(false);
      stage.cache.traces.associationSeen(floatingIp, { key, vipPort });
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
      stage.cache.traces.portDeleted(amphora1, 'req-1');
      expect(gone(stage, amphora1)).to.equal('explained');
    });

    it('should be as good as gone without an address (recording 08)', () => {
      const stage = newStage();
      for (const ip of stage.cache.find('instance-ip', 'instanceIpsByPort', amphora1))
        stage.remove('instance-ip', ip.uuid);
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
    const { traces } = stage.cache;
    detach(stage, [vipPort, amphora1]);
    traces.floatingIpUpdated(floatingIp, { requestId: 'req-1', sequence: 5, at: 0 });
    traces.portDeleted(amphora1, 'req-1');
    traces.referenceAdded(floatingIp, amphora2, 4);
    stage.clock.step(70);
    expect(observed(stage)?.detached).to.deep.equal({
      sinceMs: 70,
      wasSeenAttached: true,
      portUuids: [vipPort, amphora1],
      addedPorts: [amphora2],
      requests: [{ ageMs: 70, deletedPorts: [amphora1] }],
    });
  });

  describe('attached elsewhere', () => {
    const moved = (stage: Stage) => putFloatingIp(stage, { fixedIp: webAddress, portUuids: [web] });

    it('should not be one that a user moved to an ordinary port', () => {
      expect(observed(moved(newStage().putPort(portEntity(web), webAddress)))?.attachedElsewhere).to.equal(false);
    });

    it('should be one that was moved to the VIP port of another load balancer', () => {
      const stage = newStage().putPort(portEntity(web, { owner: 'Octavia', vmNames: [`lb-${web}`] }), webAddress);
      stage.putAmphora(newAmphora, { pairAddresses: [webAddress] });
      expect(observed(moved(stage))?.attachedElsewhere).to.equal(true);
    });

    it('should not be one that was moved to an instance that has the address of a VIP that is gone', () => {
      const stage = newStage().putPort(portEntity(web, { vmNames: [uuidOf(0xd0)] }), webAddress);
      stage.putAmphora(newAmphora, { pairAddresses: [webAddress] });
      expect(observed(moved(stage))?.attachedElsewhere).to.equal(false);
    });

    it('should not be one that was moved to a VIP port that nobody may keep', () => {
      const stage = newStage();
      const nobodys = without(portEntity(web, { owner: 'Octavia', vmNames: [`lb-${web}`] }), 'projectUuid');
      stage.putPort(nobodys, webAddress).putAmphora(newAmphora, { pairAddresses: [webAddress] });
      expect(observed(moved(stage))?.attachedElsewhere).to.equal(false);
    });

    it("should not be one that was moved to a tenant's own virtual address: nobody else would take back what is ours", () => {
      const stage = newStage().putPort(portEntity(web), webAddress);
      stage.putPort(portEntity(newAmphora, { pairAddresses: [webAddress] }));
      expect(observed(moved(stage))?.attachedElsewhere).to.equal(false);
    });

    it('should not be one on this VIP itself', () => {
      expect(observed(putFloatingIp(newStage(), { fixedIp: vip, portUuids: [vipPort] }))?.attachedElsewhere).to.equal(
        false,
      );
    });
  });
});
