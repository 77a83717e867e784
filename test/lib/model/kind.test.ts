import { expect } from 'chai';
import { z } from 'zod';
import { ObjectCache } from '../../../lib/cache/index.js';
import { ManualClock } from '../../../lib/base/clock/index.js';
import {
  definitionOf,
  defineKind,
  kinds,
  type Kind,
  optional,
  refsField,
  toUnderscored,
  type EntityWith,
} from '../../../lib/model/index.js';
import { uuidOf } from '../../support/change-messages.js';

const identity = { uuid: uuidOf(1), fq_name: ['default-domain', 'shop', 'web'] };

const pool = defineKind({
  name: 'load-balancer-pool',
  properties: { pool_size: optional(z.number()), pool_weight: optional(z.number()), pool_note: optional(z.string()) },
  references: ['virtual-network', 'virtual-machine'],
  entity: (from) => ({
    capacity: from(['pool_size', 'pool_weight'], ({ pool_size: size, pool_weight: weight }) =>
      size === undefined ? undefined : size * (weight ?? 1),
    ),
    machineNames: from(['virtual_machine_refs'], ({ virtual_machine_refs: refs }) =>
      (refs ?? []).map(({ to }) => to.at(-1) ?? ''),
    ),
    isOwned: from(['perms2'], ({ perms2 }) => perms2?.owner !== undefined),
  }),
  indexes: { capacity: ({ capacity }) => (capacity === undefined ? [] : [String(capacity)]) },
  bounds: { 'virtual-machine': 2 },
  cut: ({ pool_note: note }) => ((note ?? '').length > 3 ? ['note'] : []),
  losesReferencesTo: ['virtual-machine'],
  isAged: true,
});

describe('defineKind', () => {
  describe('when a kind is defined', () => {
    it('should read what its fields are made of and its references, each once, and not what comes with each object', () => {
      expect(pool.fields).to.have.members(['pool_size', 'pool_weight', 'virtual_machine_refs', 'virtual_network_refs']);
      expect(pool.fields).to.have.length(4);
    });

    it('should parse its properties and references, keep what it does not know, and take null for absent', () => {
      const parsed = pool.schema.parse({
        ...identity,
        pool_size: 3,
        pool_weight: null,
        virtual_machine_refs: [{ to: ['vm'], uuid: uuidOf(2).toUpperCase(), attr: null }],
        unknown: [1],
      });
      expect(JSON.parse(JSON.stringify(parsed))).to.deep.equal({
        ...identity,
        pool_size: 3,
        virtual_machine_refs: [{ to: ['vm'], uuid: uuidOf(2) }],
        unknown: [1],
      });
      expect(pool.schema.safeParse({ ...identity, pool_size: 'three' }).success).to.equal(false);
    });

    it('should have its indexes, bounds, cuts and what it loses as they were given', () => {
      const entity: Parameters<typeof pool.indexes.capacity>[0] = { capacity: 6 } as never;
      expect(pool.indexes.capacity(entity)).to.deep.equal(['6']);
      expect(pool.bounds).to.deep.equal({ 'virtual-machine': 2 });
      expect(pool.cut({ ...identity, pool_note: 'long' } as never)).to.deep.equal(['note']);
      expect(pool.losesReferencesTo).to.deep.equal(['virtual-machine']);
      expect(pool.isAged).to.equal(true);
    });

    it('should have types that follow from it: what may be missing may be left out', () => {
      const held: NonNullable<typeof pool.held> = {
        uuid: uuidOf(1),
        fqName: ['web'],
        refs: { 'virtual-network': [], 'virtual-machine': [] },
        machineNames: [],
        isOwned: false,
      };
      expect(held.capacity).to.equal(undefined);
      // @ts-expect-error -- it references no projects
      expect(held.refs['project']).to.equal(undefined);
    });
  });

  describe('when nothing but name and references is said', () => {
    it('should keep no fields, cut nothing and lose nothing', () => {
      const plain = defineKind({ name: 'plain', properties: {}, references: ['project'] });
      expect(plain.fields).to.deep.equal(['project_refs']);
      expect(plain.cut({} as never)).to.deep.equal([]);
      expect([plain.entity, plain.indexes, plain.bounds]).to.deep.equal([{}, {}, {}]);
      expect(plain.losesReferencesTo).to.deep.equal([]);
      expect(plain.isAged).to.equal(false);
      const held: EntityWith<object & Record<never, never>, 'project'> = {
        uuid: uuidOf(1),
        fqName: ['x'],
        refs: { project: [] },
      };
      expect(held.refs.project).to.deep.equal([]);
    });
  });
});

describe('the kinds', () => {
  // instance-ip → interface → virtual-machine → service-instance → instance-ip.
  const circle = { 'service-instance': 'instance-ip' } as const satisfies Partial<Record<Kind, Kind>>;

  it('should stand in an order in which each comes after what it references, but for where a circle closes', () => {
    for (const [place, kind] of kinds.entries()) {
      for (const target of definitionOf(kind).references) {
        if (kind in circle && circle[kind as keyof typeof circle] === target) continue;
        const isBefore = kinds.indexOf(target) < place;
        expect(isBefore, `${target} before ${kind}`).to.equal(true);
      }
    }
  });

  it('should each have a definition of its own name, and read the references that it names', () => {
    for (const kind of kinds) {
      const definition = definitionOf(kind);
      expect(definition.name).to.equal(kind);
      for (const target of definition.references) {
        expect(refsField(target)).to.equal(`${toUnderscored(target)}_refs`);
        expect(definition.fields).to.include(refsField(target));
      }
      for (const lost of definition.losesReferencesTo) expect(definition.references).to.include(lost);
    }
  });

  it('should have no references but those of the model: to ask for others does not compile', () => {
    const cache = new ObjectCache(new ManualClock());
    expect(cache.referrers('floating-ip', 'virtual-machine-interface', uuidOf(1))).to.deep.equal([]);
    // @ts-expect-error -- a project references nothing
    expect(cache.referrers('project', 'floating-ip', uuidOf(1))).to.deep.equal([]);
    // @ts-expect-error -- a port references no floating ip
    expect(cache.referrers('virtual-machine-interface', 'floating-ip', uuidOf(1))).to.deep.equal([]);
    // @ts-expect-error -- a floating ip has no such index
    expect(cache.find('floating-ip', 'pair', 'x')).to.deep.equal([]);
  });
});
