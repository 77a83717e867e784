import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  cachedFields,
  cachedKinds,
  isCachedKind,
  objectBounds,
  toEntity,
  type CachedKind,
  type Entities,
} from '../../../lib/cache/index.js';
import { kinds, parseObject } from '../../../lib/model/index.js';
import { uuidOf } from '../../support/change-messages.js';
import {
  network,
  ourRecord,
  pairs,
  project,
  rawFloatingIp,
  rawInstanceIp,
  rawNetwork,
  rawPort,
  rawVirtualIp,
  vip,
  type Raw,
} from './support/objects.js';
import { without } from '../../support/without.js';

const id = uuidOf(1);

function entity<K extends CachedKind>(kind: K, raw: Raw): Entities[K] {
  return toEntity(kind, parseObject(kind, raw));
}

interface Recorded {
  readonly events: readonly {
    readonly notification?: { readonly oper: string; readonly type: string; readonly obj_dict?: Raw };
    readonly http?: {
      readonly method: string;
      readonly path: string;
      readonly response?: Readonly<Record<string, Raw>>;
    };
  }[];
}

function recording(name: string): Recorded {
  return JSON.parse(readFileSync(join(process.cwd(), 'fixtures', 'recordings', `${name}.json`), 'utf8')) as Recorded;
}

/** The object that a recorded CREATE carries, the one with the name. */
function created(file: string, type: string, matches: (raw: Raw) => boolean = () => true): Raw {
  const found = recording(file)
    .events.map(({ notification }) => notification)
    .find((message) => message?.oper === 'CREATE' && message.type === type && matches(message.obj_dict!));
  return found!.obj_dict!;
}

const named = (text: string) => (raw: Raw) => (raw['fq_name'] as string[]).at(-1)!.includes(text);

describe('the kinds of the cache', () => {
  it('should be those that matter, and of each the fields are named', () => {
    for (const kind of kinds) expect(isCachedKind(kind)).to.equal((cachedKinds as readonly string[]).includes(kind));
    expect(isCachedKind('virtual-machine')).to.equal(false);
    for (const kind of cachedKinds) expect(cachedFields[kind]).not.to.be.empty;
  });
});

describe('toEntity', () => {
  describe('of a virtual-network', () => {
    for (const [what, delta, shared] of [
      ["is its tenant's own", {}, false],
      ['is shared by its flag (recording 21)', { is_shared: true }, true],
      ['is shared by global access', { perms2: { global_access: 7 } }, true],
      ['is open to one other tenant', { perms2: { share: [{ tenant: uuidOf(9), tenant_access: 4 }] } }, true],
      ['says nothing of it', { is_shared: null, perms2: null }, false],
    ] as const) {
      it(`should be ${shared ? '' : 'not '}shared when it ${what}`, () => {
        expect(entity('virtual-network', rawNetwork(id, delta))).to.deep.equal({ uuid: id, shared });
      });
    }
  });

  describe('of a port', () => {
    it('should be what matters of it', () => {
      expect(entity('virtual-machine-interface', rawPort(id))).to.deep.equal({
        uuid: id,
        name: `port-${id}`,
        fqName: ['default-domain', 'shop', `port-${id}`],
        projectUuid: project,
        owner: 'compute:nova',
        networkUuid: network,
        vmUuids: [],
        vmNames: [],
        pairAddresses: [],
        createdAt: Date.UTC(2026, 10, 22, 7, 32, 40, 601),
      });
    });

    it("should be Octavia's VIP port with its placeholder (recording 10)", () => {
      const raw = created('10-associate-before-amphora', 'virtual_machine_interface', named('octavia-lb-5fbc'));
      expect(entity('virtual-machine-interface', raw)).to.deep.include({
        owner: 'Octavia',
        vmNames: ['lb-5fbc7590-f1fb-4754-9c17-cd7c7be0300e'],
        projectUuid: raw['parent_uuid'],
      });
    });

    it('should carry IPv4 and IPv6 pairs of full length (recording 12)', () => {
      const raw = created('12-additional-vip-ipv6', 'virtual_machine_interface', named('vrrp'));
      const port = entity('virtual-machine-interface', raw);
      expect(port.pairAddresses).to.deep.equal(['10.107.0.3', 'fd00:107::3']);
    });

    it('should not carry the address of a wider prefix (recording 14)', () => {
      const raw = created('14-lookalike-ports', 'virtual_machine_interface', named('web-2'));
      expect(entity('virtual-machine-interface', raw)).to.deep.include({ pairAddresses: [] });
    });

    for (const [what, prefixes, addresses] of [
      ['an address with the last bit cut off', ['10.107.0.3/31'], []],
      ['an IPv6 address with an IPv4 length', ['fd00:107::3/32'], []],
      ['all there is', ['0.0.0.0/0', '::/0'], []],
      ['another spelling', ['FD00:0107:0:0:0:0:0:3'], ['fd00:107::3']],
      ['the same twice', [vip, vip], [vip]],
      ['several, in any order', ['10.107.0.9', vip], [vip, '10.107.0.9']],
      ['no address', ['nonsense'], []],
    ] as const) {
      it(`should carry [${addresses.join(', ')}] when its pair is ${what}`, () => {
        const port = entity('virtual-machine-interface', rawPort(id, pairs(...prefixes)));
        expect(port.pairAddresses).to.have.members(addresses);
      });
    }

    it('should carry the first of thousands of pairs, as they stand, and say that there are more', () => {
      const many = Array.from({ length: 1_000 }, (_, index) => `10.9.${index >> 8}.${index & 255}`);
      const port = entity('virtual-machine-interface', rawPort(id, pairs('10.0.0.0/8', vip, vip, ...many)));
      expect(port.pairAddresses).to.have.length(objectBounds.pairs);
      expect(port.pairAddresses).to.include(vip);
      expect(port.cut).to.deep.equal(['allowed address pairs']);
      const enough = many.slice(0, objectBounds.pairs);
      expect(entity('virtual-machine-interface', rawPort(id, pairs(...enough)))).not.to.have.property('cut');
    });

    it('should be the same, whatever is changed beyond what is taken', () => {
      const many = Array.from({ length: 1_000 }, (_, index) => `10.9.${index >> 8}.${index & 255}`);
      const others = [...many.slice(0, 500), vip];
      expect(entity('virtual-machine-interface', rawPort(id, pairs(...others)))).to.deep.equal(
        entity('virtual-machine-interface', rawPort(id, pairs(...many))),
      );
    });

    it('should be without owner, network and project where it has none', () => {
      const raw = rawPort(id, {
        parent_type: 'virtual-machine',
        virtual_machine_interface_device_owner: null,
        virtual_network_refs: null,
        id_perms: null,
      });
      const port = entity('virtual-machine-interface', raw);
      expect(port).to.include({ owner: '' });
      expect(port).not.to.have.any.keys('networkUuid', 'projectUuid', 'createdAt');
    });

    it("should take the server's time for UTC, with or without a zone, and nothing for what is none", () => {
      const at = (createdText: string) =>
        entity('virtual-machine-interface', rawPort(id, { id_perms: { created: createdText } })).createdAt;
      expect(at('2026-01-01T00:00:01')).to.equal(Date.UTC(2026, 0, 1, 0, 0, 1));
      expect(at('2026-01-01T00:00:01Z')).to.equal(Date.UTC(2026, 0, 1, 0, 0, 1));
      expect(at('2026-01-01T02:00:01+02:00')).to.equal(Date.UTC(2026, 0, 1, 0, 0, 1));
      expect(at('yesterday')).to.equal(undefined);
    });
  });

  it('of an instance-ip should be its address, canonical, its network, subnet and ports', () => {
    const raw = { ...rawInstanceIp(id, 'FD00:107:0::3', uuidOf(3), uuidOf(2), uuidOf(3)) };
    expect(entity('instance-ip', raw)).to.deep.equal({
      uuid: id,
      address: 'fd00:107::3',
      networkUuid: network,
      subnetUuid: uuidOf(0xb1),
      portUuids: [uuidOf(2), uuidOf(3)],
    });
  });

  describe('of a floating ip', () => {
    it('should be its fixed ip, flag, references and project', () => {
      expect(entity('floating-ip', rawFloatingIp(id, vip, uuidOf(3), uuidOf(2)))).to.deep.equal({
        uuid: id,
        address: '100.64.200.3',
        fixedIp: vip,
        isVirtualIp: false,
        portUuids: [uuidOf(2), uuidOf(3)],
        projectUuids: [project],
      });
    });

    it('should be without references and fixed ip after a port delete, with the flag still on (recording 05)', () => {
      const answer = recording('05-failover-ref-not-dropped').events.findLast(({ http }) => http?.method === 'GET')!;
      const stripped = entity('floating-ip', answer.http!.response!['floating-ip']!);
      expect(stripped).to.deep.include({ portUuids: [], isVirtualIp: true });
      expect(stripped).not.to.have.property('fixedIp');
    });
  });

  describe('of a virtual-ip', () => {
    it('should be ours with what its annotations record', () => {
      const raw = rawVirtualIp(id, ourRecord(uuidOf(2), uuidOf(5), uuidOf(4)), uuidOf(2));
      const virtualIp = entity('virtual-ip', raw);
      expect(virtualIp).to.deep.include({
        fqName: ['default-domain', 'shop', 'octavia-lb-1'],
        projectUuid: project,
        address: vip,
        subnetUuid: uuidOf(0xb1),
        adminState: true,
        portUuids: [uuidOf(2)],
      });
      expect(virtualIp.record).to.deep.include({
        vip: `${network}/${vip}`,
        vipPort: uuidOf(2),
        floatingIps: [uuidOf(4), uuidOf(5)],
      });
    });

    it('should be cut where it references more ports than any VIP has, or records more', () => {
      const ports = Array.from({ length: 5_000 }, (_, index) => uuidOf(0x1000 + index));
      const many = entity('virtual-ip', rawVirtualIp(id, ourRecord(uuidOf(2)), ...ports));
      expect(many.portUuids).to.have.length(objectBounds.portReferences);
      expect(many.cut).to.deep.equal(['references to ports']);
      const recording = entity('virtual-ip', rawVirtualIp(id, ourRecord(uuidOf(2), ...ports), uuidOf(2)));
      expect(recording.cut).to.deep.equal(['floating ips in the record']);
    });

    it("should be somebody else's without them, or with half of them", () => {
      const half = without(ourRecord(uuidOf(2)), 'opensdn-svc-monitor/vip');
      for (const annotations of [{}, { mine: 'x' }, half]) {
        expect(entity('virtual-ip', rawVirtualIp(id, annotations))).not.to.have.property('record');
      }
    });
  });
});
