import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  annotationBound,
  nameOf,
  pairBound,
  parseObject,
  projectOf,
  toEntity,
  withProperties,
  withReference,
  type EntityOf,
  type Kind,
} from '../../../lib/model/index.js';
import { uuidOf } from '../../support/change-messages.js';
import { noRefs } from '../../support/entities.js';
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
} from '../cache/support/objects.js';

const id = uuidOf(1);
const createdAt = Date.UTC(2026, 10, 22, 7, 32, 40, 601);

function entity<K extends Kind>(kind: K, raw: Raw): EntityOf<K> {
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

describe('toEntity', () => {
  describe('of a virtual-network', () => {
    const shareWith = (tenant: string): object => ({ perms2: { share: [{ tenant, tenant_access: 4 }] } });
    for (const [what, delta, shared, openTo] of [
      ["is its tenant's own", {}, false, undefined],
      ['is shared by its flag (recording 21)', { is_shared: true }, true, 'all'],
      ['is shared by global access', { perms2: { global_access: 7 } }, true, 'all'],
      ['is open to one other tenant', shareWith(uuidOf(9)), true, [uuidOf(9)]],
      [
        'is open to one, as Keystone writes it',
        shareWith(`tenant:${uuidOf(9).replaceAll('-', '')}`),
        true,
        [uuidOf(9)],
      ],
      ['is open to a domain, of whose projects nothing is known', shareWith(`domain:${uuidOf(9)}`), true, undefined],
      ['says nothing of it', { is_shared: null, perms2: null }, false, undefined],
    ] as const) {
      it(`should be ${shared ? '' : 'not '}shared when it ${what}`, () => {
        expect(entity('virtual-network', rawNetwork(id, delta))).to.deep.equal({
          uuid: id,
          fqName: ['default-domain', 'shop', 'tenant'],
          parent: { kind: 'project', uuid: project },
          createdAt,
          refs: noRefs('virtual-network'),
          families: [],
          shared,
          ...(openTo === undefined ? {} : { openTo }),
        });
      });
    }
  });

  describe('of a port', () => {
    it('should be what matters of it', () => {
      expect(entity('virtual-machine-interface', rawPort(id))).to.deep.equal({
        uuid: id,
        fqName: ['default-domain', 'shop', `port-${id}`],
        parent: { kind: 'project', uuid: project },
        owner: 'compute:nova',
        refs: { ...noRefs('virtual-machine-interface'), 'virtual-network': [network] },
        vmNames: [],
        pairAddresses: [],
        createdAt,
      });
    });

    it("should be Octavia's VIP port with its placeholder (recording 10)", () => {
      const raw = created('10-associate-before-amphora', 'virtual_machine_interface', named('octavia-lb-5fbc'));
      expect(entity('virtual-machine-interface', raw)).to.deep.include({
        owner: 'Octavia',
        vmNames: ['lb-5fbc7590-f1fb-4754-9c17-cd7c7be0300e'],
        parent: { kind: 'project', uuid: raw['parent_uuid'] },
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
      expect(port.pairAddresses).to.have.length(pairBound);
      expect(port.pairAddresses).to.include(vip);
      expect(port.cut).to.deep.equal(['allowed address pairs']);
      const enough = many.slice(0, pairBound);
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
      expect(port.refs['virtual-network']).to.deep.equal([]);
      expect(projectOf(port)).to.equal(undefined);
      expect(port).not.to.have.property('createdAt');
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
      fqName: [id],
      address: 'fd00:107::3',
      subnetUuid: uuidOf(0xb1),
      refs: {
        ...noRefs('instance-ip'),
        'virtual-network': [network],
        'virtual-machine-interface': [uuidOf(2), uuidOf(3)],
      },
    });
  });

  describe('of a floating ip', () => {
    it('should be its fixed ip, flag, references and project', () => {
      expect(entity('floating-ip', rawFloatingIp(id, vip, uuidOf(3), uuidOf(2)))).to.deep.equal({
        uuid: id,
        fqName: ['default-domain', 'public', 'public', 'floating-ip-pool', id],
        address: '100.64.200.3',
        fixedIp: vip,
        isVirtualIp: false,
        refs: { 'virtual-machine-interface': [uuidOf(2), uuidOf(3)], project: [project] },
      });
    });

    it('should be without references and fixed ip after a port delete, with the flag still on (recording 05)', () => {
      const answer = recording('05-failover-ref-not-dropped').events.findLast(({ http }) => http?.method === 'GET')!;
      const stripped = entity('floating-ip', answer.http!.response!['floating-ip']!);
      expect(stripped).to.deep.include({ isVirtualIp: true });
      expect(stripped.refs['virtual-machine-interface']).to.deep.equal([]);
      expect(stripped).not.to.have.property('fixedIp');
    });
  });

  describe('of a virtual-ip', () => {
    it('should be its address, its references, and the annotations of this project', () => {
      const record = ourRecord(uuidOf(2), uuidOf(5), uuidOf(4));
      const virtualIp = entity('virtual-ip', rawVirtualIp(id, { ...record, mine: 'x' }, uuidOf(2)));
      expect(virtualIp).to.deep.equal({
        uuid: id,
        fqName: ['default-domain', 'shop', 'octavia-lb-1'],
        parent: { kind: 'project', uuid: project },
        createdAt,
        address: vip,
        subnetUuid: uuidOf(0xb1),
        adminState: true,
        refs: { 'virtual-machine-interface': [uuidOf(2)], 'floating-ip': [], 'loadbalancer-pool': [] },
        annotations: record,
      });
    });

    it('should be cut where it references more ports than any VIP has, or has more annotations of this project', () => {
      const ports = Array.from({ length: 5_000 }, (_, index) => uuidOf(0x1000 + index));
      const many = entity('virtual-ip', rawVirtualIp(id, ourRecord(uuidOf(2)), ...ports));
      expect(many.refs['virtual-machine-interface']).to.deep.equal(ports.slice(0, 128));
      expect(many.cut).to.deep.equal(['references to virtual-machine-interface']);
      const recording = entity('virtual-ip', rawVirtualIp(id, ourRecord(uuidOf(2), ...ports), uuidOf(2)));
      expect(recording.cut).to.deep.equal(['annotations']);
      expect(Object.keys(recording.annotations)).to.have.length(4 + annotationBound);
      expect(recording.annotations).to.include(ourRecord(uuidOf(2)));
    });

    it('should hold each list of its annotations, however long another is, and in whatever order they come', () => {
      const many = Object.fromEntries(
        Array.from({ length: 5_000 }, (_, index) => [`opensdn-svc-monitor/a/${uuidOf(0x1000 + index)}`, 'x']),
      );
      for (const annotations of [
        { ...many, ...ourRecord(uuidOf(2), uuidOf(4)) },
        { ...ourRecord(uuidOf(2), uuidOf(4)), ...many },
      ]) {
        const virtualIp = entity('virtual-ip', rawVirtualIp(id, annotations));
        expect(virtualIp.annotations).to.include(ourRecord(uuidOf(2), uuidOf(4)));
        expect(Object.keys(virtualIp.annotations)).to.have.length(5 + annotationBound);
        expect(virtualIp.cut).to.deep.equal(['annotations']);
      }
    });

    it('should be bounded by its lists, too', () => {
      const many = Object.fromEntries(
        Array.from({ length: 5_000 }, (_, index) => [`opensdn-svc-monitor/list-${index}/entry`, 'x']),
      );
      const virtualIp = entity('virtual-ip', rawVirtualIp(id, { ...ourRecord(uuidOf(2)), ...many }));
      expect(virtualIp.annotations).to.include(ourRecord(uuidOf(2)));
      expect(Object.keys(virtualIp.annotations).length).to.be.at.most(annotationBound);
      expect(virtualIp.cut).to.deep.equal(['annotations']);
    });

    it('should not be cut by what others annotate, however much it is', () => {
      const others = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`theirs/${index}`, 'x']));
      const virtualIp = entity('virtual-ip', rawVirtualIp(id, { ...others, ...ourRecord(uuidOf(2)) }));
      expect(virtualIp).not.to.have.property('cut');
      expect(virtualIp.annotations).to.deep.equal(ourRecord(uuidOf(2)));
    });
  });
});

describe('nameOf and projectOf', () => {
  it('should be the last part of the name, and the parent if that is a project', () => {
    const port = entity('virtual-machine-interface', rawPort(id));
    expect(nameOf(port)).to.equal(`port-${id}`);
    expect(projectOf(port)).to.equal(project);
    const ofPool = entity('floating-ip', { ...rawFloatingIp(id, vip), parent_uuid: uuidOf(9) });
    expect(ofPool.parent).to.deep.equal({ kind: 'floating-ip-pool', uuid: uuidOf(9) });
    expect(projectOf(ofPool)).to.equal(undefined);
  });

  it('should be no project if the server does not say which, or names another parent like one', () => {
    expect(projectOf(entity('floating-ip', { ...rawFloatingIp(id, vip), parent_type: 'project' }))).to.equal(undefined);
    const underscored = entity('floating-ip', {
      ...rawFloatingIp(id, vip),
      parent_type: 'virtual_machine',
      parent_uuid: project,
    });
    expect(underscored.parent?.kind).to.equal('virtual-machine');
    expect(projectOf(underscored)).to.equal(undefined);
  });
});

describe('withProperties', () => {
  const before = entity('floating-ip', rawFloatingIp(id, vip, uuidOf(2)));

  it('should be what a read shows when they are set, and leave the others', () => {
    const after = withProperties('floating-ip', before, {
      floating_ip_fixed_ip_address: 'FD00::3',
      floating_ip_is_virtual_ip: true,
    });
    expect(after).to.deep.equal({ ...before, fixedIp: 'fd00::3', isVirtualIp: true });
  });

  it('should have nothing left of one that is unset by null', () => {
    const after = withProperties('floating-ip', before, { floating_ip_fixed_ip_address: null });
    expect(after).not.to.have.property('fixedIp');
    expect(after.address).to.equal(before.address);
  });

  it('should leave a field that is made of others, too: the next read brings it', () => {
    const network = entity('virtual-network', rawNetwork(id, { perms2: { global_access: 7 } }));
    expect(withProperties('virtual-network', network, { is_shared: false })).to.deep.equal(network);
  });
});

describe('withReference', () => {
  const before = entity('floating-ip', rawFloatingIp(id, vip, uuidOf(3)));
  const target = (number: number) => ({ kind: 'virtual-machine-interface', uuid: uuidOf(number) }) as const;

  it('should add one, sorted and once, and remove one; others stay', () => {
    const added = [1, 2].reduce((entityBefore) => withReference<'floating-ip'>(entityBefore, target(2), 'ADD'), before);
    expect(added.refs).to.deep.equal({ ...before.refs, 'virtual-machine-interface': [uuidOf(2), uuidOf(3)] });
    expect(withReference<'floating-ip'>(added, target(3), 'DELETE').refs['virtual-machine-interface']).to.deep.equal([
      uuidOf(2),
    ]);
    expect(withReference(before, target(9), 'DELETE')).to.deep.equal(before);
  });
});
