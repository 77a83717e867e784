import { expect } from 'chai';
import fc from 'fast-check';
import { SvcMonitorError } from '../../../lib/base/errors/index.js';
import { isKind, kinds, parseObject, refUuids, toDashed, toUnderscored, type Kind } from '../../../lib/model/index.js';

const uuid = '3a6b40fa-ab02-4208-b487-8b9b20ab911d';
const identity = { uuid, fq_name: ['default-domain', 'p', 'x'] };

function failureOf(kind: Kind, raw: unknown): SvcMonitorError {
  try {
    parseObject(kind, raw);
  } catch (error) {
    if (SvcMonitorError.is(error)) return error;
    throw error;
  }
  throw new Error('it was parsed');
}

describe('parseObject', () => {
  for (const kind of kinds) {
    it(`should parse a ${kind} of which nothing but the identity is known`, () => {
      expect(parseObject(kind, identity)).to.deep.equal(identity);
    });
  }

  it('should take null for absent, everywhere', () => {
    const port = parseObject('virtual-machine-interface', {
      ...identity,
      display_name: null,
      virtual_machine_interface_device_owner: null,
      virtual_machine_interface_allowed_address_pairs: null,
      virtual_machine_interface_bindings: { key_value_pair: null },
      virtual_machine_refs: null,
      virtual_network_refs: [{ to: ['a'], uuid: null, attr: null }],
      annotations: { key_value_pair: [{ key: 'k', value: null }] },
      id_perms: null,
      perms2: { owner: null, share: null },
    });
    expect(JSON.parse(JSON.stringify(port))).to.deep.equal({
      ...identity,
      virtual_machine_interface_bindings: {},
      virtual_network_refs: [{ to: ['a'] }],
      annotations: { key_value_pair: [{ key: 'k' }] },
      perms2: {},
    });
  });

  it('should keep fields that it does not know, at every level', () => {
    const raw = {
      ...identity,
      href: 'http://api-server:8082/floating-ip/1',
      floating_ip_traffic_direction: 'both',
      virtual_machine_interface_refs: [{ to: ['a'], uuid, attr: { weight: 1 }, href: 'x' }],
      id_perms: { enable: true, uuid: { uuid_mslong: 18446744073709551557, uuid_lslong: 1 } },
      annotations: { key_value_pair: [{ key: 'k', value: 'v', more: [1] }], other: 1 },
    };
    expect(parseObject('floating-ip', raw)).to.deep.equal(raw);
  });

  it('should write uuids in lower case, whatever their version', () => {
    const parsed = parseObject('floating-ip', {
      ...identity,
      uuid: '00000000-0000-0001-0000-00000000000A',
      parent_uuid: uuid.toUpperCase(),
      virtual_machine_interface_refs: [{ to: ['a'], uuid: uuid.toUpperCase() }],
    });
    expect(parsed.uuid).to.equal('00000000-0000-0001-0000-00000000000a');
    expect(parsed.parent_uuid).to.equal(uuid);
    expect(refUuids(parsed, 'virtual-machine-interface')).to.deep.equal([uuid]);
  });

  describe('when the object does not have the shape of its kind', () => {
    it('should throw invalid-object with kind, uuid and every problem by its path', () => {
      const error = failureOf('virtual-machine-interface', {
        uuid,
        fq_name: [],
        virtual_machine_interface_allowed_address_pairs: {
          allowed_address_pair: [{ ip: { ip_prefix: 5, ip_prefix_len: '32' } }],
        },
      });
      expect(error).to.include({ code: 'invalid-object', retriable: false });
      expect(error.details).to.include({ kind: 'virtual-machine-interface', uuid });
      const problems = error.details['problems'] as string[];
      const pair = 'virtual_machine_interface_allowed_address_pairs.allowed_address_pair.0.ip';
      expect(problems.map((problem) => problem.split(': ')[0])).to.deep.equal([
        'fq_name',
        `${pair}.ip_prefix`,
        `${pair}.ip_prefix_len`,
      ]);
    });

    it('should not show the values: they may be a secret', () => {
      const error = failureOf('project', {
        uuid: 'hunter2',
        fq_name: 'hunter2',
        display_name: ['hunter2'],
        hunter2: 1,
      });
      expect(JSON.stringify([error.message, error.details['problems']])).not.to.include('hunter2');
    });

    for (const raw of [undefined, null, 5, 'text', [], {}, { uuid: 5 }, { uuid }, { fq_name: ['a'] }]) {
      it(`should throw it for ${raw === undefined ? 'nothing' : JSON.stringify(raw)} too`, () => {
        for (const kind of kinds) expect(failureOf(kind, raw)).to.include({ code: 'invalid-object' });
      });
    }

    it('should throw nothing but invalid-object, whatever the value', () => {
      fc.assert(
        fc.property(fc.constantFrom(...kinds), fc.anything(), (kind, raw) => {
          expect(failureOf(kind, raw).code).to.equal('invalid-object');
        }),
      );
    });
  });
});

describe('a field with parts of its own', () => {
  for (const [name, value] of [
    ['missing', {}],
    ['null', { virtual_ip_properties: null, annotations: null }],
    ['an empty list', { virtual_ip_properties: [], annotations: [], perms2: [], id_perms: [] }],
  ] as const) {
    it(`should be unset when it is ${name}`, () => {
      const object = parseObject('virtual-ip', { uuid, fq_name: ['vip'], ...value });
      expect(object.virtual_ip_properties).to.equal(undefined);
      expect(object.annotations).to.equal(undefined);
    });
  }

  it('should be refused when it is anything else', () => {
    for (const value of [[{}], 'text', 7]) {
      const object = { uuid, fq_name: ['vip'], virtual_ip_properties: value };
      expect(() => parseObject('virtual-ip', object)).to.throw(SvcMonitorError);
    }
  });
});

describe('refUuids', () => {
  it('should give the uuids in the order in which they stand, and leave out references without one', () => {
    const object = { virtual_network_refs: [{ to: ['b'], uuid: 'b' }, { to: ['x'] }, { to: ['a'], uuid: 'a' }] };
    expect(refUuids(object, 'virtual-network')).to.deep.equal(['b', 'a']);
    expect(refUuids(object, 'floating-ip')).to.deep.equal([]);
  });
});

describe('kinds', () => {
  it('should translate between URLs and fields', () => {
    for (const kind of kinds) {
      expect(toDashed(toUnderscored(kind))).to.equal(kind);
      expect(isKind(kind)).to.equal(true);
    }
    expect(toUnderscored('virtual-machine-interface')).to.equal('virtual_machine_interface');
    expect(isKind('virtual_ip')).to.equal(false);
    expect(isKind('constructor')).to.equal(false);
  });

  describe('when what a kind is known by are its references, and something else is not what it should be', () => {
    const broken = { virtual_router_type: 7, perms2: { owner: 7 }, id_perms: 'garbage', annotations: [1] };
    const references = { virtual_machine_refs: [{ to: ['ns1__1'], uuid: identity.uuid }] };

    it('should leave that out, and keep who it is and what it references', () => {
      const router = parseObject('virtual-router', { ...identity, ...references, ...broken });
      expect(router.virtual_machine_refs?.map(({ uuid: one }) => one)).to.deep.equal([identity.uuid]);
      for (const field of Object.keys(broken)) expect(router[field], field).to.equal(undefined);
    });

    it('should refuse it where its references, or who it is, cannot be read', () => {
      for (const object of [
        { ...identity, virtual_machine_refs: 'garbage' },
        { ...identity, fq_name: 7 },
      ]) {
        expect(() => parseObject('virtual-router', object)).to.throw(SvcMonitorError);
      }
    });
  });
});
