import { expect } from 'chai';
import { ManualClock } from '../../../../lib/base/clock/index.js';
import { ObjectCache, type CacheReader, type Transition } from '../../../../lib/cache/index.js';
import {
  allVips,
  causeOf,
  defaultOctaviaVipSettings,
  History,
  reactions,
  recordKeys,
  vipKey,
  type MarkRules,
  type ReactionContext,
  type VipKey,
} from '../../../../lib/managers/octavia-vip/index.js';
import type { EntityOf, Kind } from '../../../../lib/model/index.js';
import { uuidOf } from '../../../support/change-messages.js';
import {
  floatingIpEntity,
  instanceIpEntity,
  key,
  network,
  networkEntity,
  portEntity,
  virtualIpEntity,
  type PortDelta,
} from './support/entities.js';

const otherNetwork = uuidOf(0xb2);
const secondKey = vipKey(network, 'fd00:107::3');
const [vipPort, amphora, web, keepalived] = [uuidOf(1), uuidOf(2), uuidOf(3), uuidOf(4)];
const [vipAddress, amphoraAddress, webAddress] = [uuidOf(11), uuidOf(12), uuidOf(13)];
const [floatingIp, virtualIp] = [uuidOf(21), uuidOf(31)];

function port(uuid: string, delta: PortDelta = {}): EntityOf<'virtual-machine-interface'> {
  return portEntity(uuid, { owner: '', vms: [], ...delta });
}

const carries: PortDelta = { name: 'octavia-lb-vrrp-1', pairAddresses: ['10.107.0.3', 'fd00:107::3'] };
const amphoraPort = port(amphora, carries);

function record(...floatingIps: readonly string[]): EntityOf<'virtual-ip'> {
  return virtualIpEntity(virtualIp, { ports: [vipPort], record: { vipPort, floatingIps } });
}

/** A load balancer with two VIPs and an amphora, an ordinary port, and a tenant's keepalived that carries the VIP. */
class Scene implements ReactionContext {
  public readonly cache = new ObjectCache(new ManualClock());
  public readonly history = new History(this.cache);

  public constructor(public readonly settings: MarkRules = defaultOctaviaVipSettings) {
    this.put('virtual-machine-interface', port(vipPort));
    this.put('virtual-machine-interface', amphoraPort);
    this.put('virtual-machine-interface', port(web));
    this.put('virtual-machine-interface', port(keepalived, { pairAddresses: ['10.107.0.77'] }));
    this.put('instance-ip', instanceIpEntity(vipAddress, { address: '10.107.0.3', ports: [vipPort] }));
    this.put('instance-ip', instanceIpEntity(amphoraAddress, { address: '10.107.0.4', ports: [amphora] }));
    this.put('instance-ip', instanceIpEntity(webAddress, { address: '10.107.0.6', ports: [web] }));
  }

  public put<K extends Kind>(kind: K, entity: EntityOf<K>): Transition {
    return this.cache.put(kind, entity);
  }

  public remove(kind: Kind, uuid: string): Transition {
    return this.cache.remove(kind, uuid, this.cache.nextSequence());
  }

  /** As a controller's feed asks: for the object as it was and as it is. */
  public touched({ kind, before, after }: Transition): readonly string[] {
    const reaction = reactions(this)[kind] as ((entity: EntityOf, cache: CacheReader) => Iterable<VipKey>) | undefined;
    const entities = [before, after].filter((entity) => entity !== undefined);
    return [...new Set(entities.flatMap((entity) => [...(reaction?.(entity, this.cache) ?? [])]))].sort();
  }
}

const both = [key, secondKey].sort();

describe('the reactions: which VIPs a change touches', () => {
  describe('of a virtual-network', () => {
    it('should be all that are carried or kept in it: sharing decides whom to trust', () => {
      const scene = new Scene();
      scene.put('virtual-ip', record());
      expect(scene.touched(scene.put('virtual-network', networkEntity(network, true)))).to.include.members(both);
      expect(scene.touched(scene.put('virtual-network', networkEntity(otherNetwork, true)))).to.deep.equal([]);
    });

    it('should be nothing that annotations only call a VIP: anybody can write those', () => {
      const scene = new Scene();
      scene.remove('virtual-machine-interface', amphora);
      scene.remove('virtual-machine-interface', keepalived);
      const annotations = { [recordKeys.vip]: `${network}/nonsense` };
      scene.put('virtual-ip', { ...virtualIpEntity(virtualIp, { record: null }), annotations });
      expect(scene.touched(scene.put('virtual-network', networkEntity(network, true)))).to.deep.equal([]);
      expect([...allVips(scene.cache, scene)]).to.deep.equal([]);
    });
  });

  describe('of a port', () => {
    it("should be an amphora's pairs", () => {
      const scene = new Scene();
      expect(scene.touched(scene.put('virtual-machine-interface', { ...amphoraPort, owner: 'x' }))).to.deep.equal(both);
    });

    it('should be those that it carried before: Octavia clears the pairs', () => {
      const scene = new Scene();
      const cleared = { ...amphoraPort, pairAddresses: [] };
      expect(scene.touched(scene.put('virtual-machine-interface', cleared))).to.deep.equal(both);
    });

    it('should be those of an amphora that is deleted, or was renamed', () => {
      const scene = new Scene();
      expect(
        scene.touched(scene.put('virtual-machine-interface', port(amphora, { ...carries, name: 'web' }))),
      ).to.deep.equal(both);
      scene.put('virtual-machine-interface', amphoraPort);
      expect(scene.touched(scene.remove('virtual-machine-interface', amphora))).to.deep.equal(both);
    });

    it('should be those for which we wrote on a floating ip that references it: it may not have been known', () => {
      const scene = new Scene();
      const of = { vip: secondKey, vipPort };
      scene.put('floating-ip', floatingIpEntity(floatingIp, { ports: [web] }));
      scene.history.note(floatingIp, { type: 'properties-set', isVirtualIp: true, of });
      expect(scene.touched(scene.put('virtual-machine-interface', port(web, { name: 'x' })))).to.deep.equal([
        secondKey,
      ]);
      const address = instanceIpEntity(webAddress, { address: '10.107.0.7', ports: [web] });
      expect(scene.touched(scene.put('instance-ip', address))).to.deep.equal([secondKey]);
    });

    it('should be its own addresses, if an amphora carries them', () => {
      const scene = new Scene();
      expect(scene.touched(scene.put('virtual-machine-interface', port(vipPort, { owner: 'Octavia' })))).to.deep.equal([
        key,
      ]);
    });

    it('should be its own addresses, if we keep a virtual-ip for them', () => {
      const scene = new Scene();
      scene.remove('virtual-machine-interface', amphora);
      scene.put('virtual-ip', virtualIpEntity(virtualIp, { record: { vipPort } }));
      expect(scene.touched(scene.put('virtual-machine-interface', port(vipPort, { owner: 'Octavia' })))).to.deep.equal([
        key,
      ]);
    });

    it('should be that of the virtual-ips that reference it, whatever else it has lost', () => {
      const scene = new Scene();
      scene.put('virtual-ip', record());
      scene.remove('instance-ip', vipAddress);
      expect(scene.touched(scene.remove('virtual-machine-interface', vipPort))).to.deep.equal([key]);
    });

    it('should be that of the virtual-ips that record it, though it carries nothing any more: it was leaving', () => {
      const scene = new Scene();
      scene.put('virtual-ip', virtualIpEntity(virtualIp, { record: { vipPort, members: [web] } }));
      expect(scene.touched(scene.remove('virtual-machine-interface', web))).to.deep.equal([key]);
    });

    for (const [what, uuid, delta] of [
      ['an ordinary port', web, { owner: 'compute:nova' }],
      ["a tenant's keepalived with a pair of its own", keepalived, { pairAddresses: ['10.107.0.78'] }],
      ["a tenant's keepalived that takes the VIP as pair", keepalived, { pairAddresses: ['10.107.0.3'] }],
      ['a port without a network', web, { network: null }],
    ] as const) {
      it(`should be none when it is ${what}`, () => {
        const scene = new Scene();
        const changed = port(uuid, delta);
        expect(scene.touched(scene.put('virtual-machine-interface', changed))).to.deep.equal([]);
      });
    }
  });

  describe('of a port, where virtual ports in general count', () => {
    it('should be the pairs of anybody but Octavia’s VIP port', () => {
      const scene = new Scene({ ...defaultOctaviaVipSettings, virtualPorts: 'all' });
      const paired = scene.put('virtual-machine-interface', port(web, { pairAddresses: ['10.107.0.3'] }));
      expect(scene.touched(paired)).to.deep.equal([key]);
    });
  });

  describe('of an instance-ip', () => {
    it('should be its address', () => {
      const scene = new Scene();
      expect(scene.touched(scene.remove('instance-ip', vipAddress))).to.deep.equal([key]);
    });

    it('should be all that its ports touch: a port that loses its last address is as good as gone (recording 08)', () => {
      const scene = new Scene();
      expect(scene.touched(scene.remove('instance-ip', amphoraAddress))).to.deep.equal(both);
    });

    it('should be none when it is an ordinary address of an ordinary port', () => {
      const scene = new Scene();
      expect(scene.touched(scene.remove('instance-ip', webAddress))).to.deep.equal([]);
      const without = instanceIpEntity(uuidOf(14), { network: null });
      expect(scene.touched(scene.put('instance-ip', without))).to.deep.equal([]);
    });
  });

  describe('of a floating ip', () => {
    const on = (...ports: readonly string[]) => floatingIpEntity(floatingIp, { ports });

    it('should be those for which we wrote on it, whatever it references now', () => {
      const scene = new Scene();
      const of = { vip: secondKey, vipPort };
      scene.history.note(floatingIp, { type: 'properties-set', isVirtualIp: true, of });
      expect(scene.touched(scene.put('floating-ip', on()))).to.deep.equal([secondKey]);
    });

    it('should be that of the VIP port that it references: a user attached it', () => {
      const scene = new Scene();
      expect(scene.touched(scene.put('floating-ip', on(vipPort)))).to.deep.equal([key]);
    });

    it('should be those of the amphorae that it references', () => {
      const scene = new Scene();
      expect(scene.touched(scene.put('floating-ip', on(amphora)))).to.deep.equal(both);
    });

    it('should be that which it has left, also when it was emptied or deleted', () => {
      for (const after of [on(web), on()]) {
        const scene = new Scene();
        scene.put('floating-ip', on(vipPort));
        expect(scene.touched(scene.put('floating-ip', after))).to.deep.equal([key]);
      }
      const scene = new Scene();
      scene.put('floating-ip', on(vipPort));
      expect(scene.touched(scene.remove('floating-ip', floatingIp))).to.deep.equal([key]);
    });

    it('should be that which records it, whatever it references', () => {
      const scene = new Scene();
      scene.put('virtual-ip', record(floatingIp));
      expect(scene.touched(scene.put('floating-ip', on()))).to.deep.equal([key]);
    });

    it('should be none of those that others record it for', () => {
      const scene = new Scene();
      scene.put(
        'virtual-ip',
        virtualIpEntity(virtualIp, { project: uuidOf(0x99), record: { floatingIps: [floatingIp] } }),
      );
      expect(scene.touched(scene.put('floating-ip', on()))).to.deep.equal([]);
    });

    it('should be none when it is on an ordinary port, or on none', () => {
      const scene = new Scene();
      expect(scene.touched(scene.put('floating-ip', on(web)))).to.deep.equal([]);
      expect(scene.touched(scene.put('floating-ip', on(uuidOf(99))))).to.deep.equal([]);
      expect(scene.touched(scene.put('floating-ip', on()))).to.deep.equal([]);
    });
  });

  describe('of a virtual-ip', () => {
    it('should be the VIP that it is kept for, before and after', () => {
      const scene = new Scene();
      expect(scene.touched(scene.put('virtual-ip', record()))).to.deep.equal([key]);
      const moved = virtualIpEntity(virtualIp, { ports: [vipPort], record: { vipPort, vip: secondKey } });
      expect(scene.touched(scene.put('virtual-ip', moved))).to.deep.equal(both);
      expect(scene.touched(scene.remove('virtual-ip', virtualIp))).to.deep.equal([secondKey]);
    });

    it('should be those for which we wrote on a floating ip that references its VIP port: it may hold it no more', () => {
      const scene = new Scene();
      const of = { vip: secondKey, vipPort: web };
      scene.put('floating-ip', floatingIpEntity(floatingIp, { ports: [vipPort] }));
      scene.history.note(floatingIp, { type: 'properties-set', isVirtualIp: true, of });
      scene.put('virtual-ip', record());
      expect(scene.touched(scene.remove('virtual-ip', virtualIp))).to.deep.equal(both);
    });

    it('should be those for which we wrote on a floating ip that it records: it may hold it no more', () => {
      const scene = new Scene();
      const of = { vip: secondKey, vipPort };
      scene.history.note(floatingIp, { type: 'properties-set', isVirtualIp: true, of });
      scene.put('virtual-ip', record(floatingIp));
      expect(scene.touched(scene.put('virtual-ip', record()))).to.deep.equal(both);
    });

    it("should be none when it is somebody else's", () => {
      const scene = new Scene();
      const foreign = virtualIpEntity(virtualIp, { ports: [vipPort], record: null });
      expect(scene.touched(scene.put('virtual-ip', foreign))).to.deep.equal([]);
    });
  });
});

describe('allVips', () => {
  it('should be those that amphorae carry and those that we keep, each once', () => {
    const scene = new Scene();
    expect([...allVips(scene.cache, scene)].sort()).to.deep.equal(both);
    scene.put('virtual-ip', record());
    expect([...allVips(scene.cache, scene)].sort()).to.deep.equal(both);
    scene.remove('virtual-machine-interface', amphora);
    expect([...allVips(scene.cache, scene)]).to.deep.equal([key]);
  });

  it('should be none where only tenants carry addresses', () => {
    const scene = new Scene();
    scene.remove('virtual-machine-interface', amphora);
    expect([...allVips(scene.cache, scene)]).to.deep.equal([]);
  });
});

describe('in whose hands a change was', () => {
  const project = uuidOf(0xa1);
  const scene = new Scene();
  const owned = scene.put('virtual-machine-interface', port(web, { project }));

  it('should be the project of a port, a virtual-ip, a floating ip, and of the port of an instance-ip', () => {
    const transitions = [
      owned,
      scene.put('instance-ip', instanceIpEntity(webAddress, { ports: [web] })),
      scene.put('virtual-ip', virtualIpEntity(virtualIp, { project })),
      scene.put('floating-ip', floatingIpEntity(floatingIp, { projects: [project] })),
    ];
    expect(transitions.map((transition) => causeOf(transition, scene.cache))).to.deep.equal(
      Array<string>(4).fill(project),
    );
  });

  it('should be that of an object that is gone', () => {
    expect(causeOf(scene.remove('virtual-ip', virtualIp), scene.cache)).to.equal(project);
  });

  it('should be the network itself, and nobody where none is known', () => {
    expect(causeOf(scene.put('virtual-network', networkEntity(network, true)), scene.cache)).to.equal(network);
    const owned = { ...networkEntity(network), parent: { kind: 'project', uuid: project } };
    expect(causeOf(scene.put('virtual-network', owned), scene.cache)).to.equal(project);
    const unknown = scene.put('instance-ip', instanceIpEntity(webAddress));
    expect(causeOf(unknown, scene.cache)).to.equal(undefined);
  });
});
