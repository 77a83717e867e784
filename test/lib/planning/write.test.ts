import { expect } from 'chai';
import {
  actionOf,
  describeStages,
  describeWrite,
  isToCreated,
  keysOf as keysByName,
  kindOf,
  subjectOf,
  type EntriesWrite,
  type Target,
  type Write,
} from '../../../lib/planning/index.js';

const floatingIp = (uuid = 'fip') => ({ kind: 'floating-ip', uuid }) as const;
const port = (uuid = 'port') => ({ kind: 'virtual-machine-interface', uuid }) as const;
const virtualIp = { kind: 'virtual-ip', uuid: 'vip' } as const;
const made: Target = { kind: 'virtual-ip', created: 'it' };

const create: Write = {
  do: 'create',
  kind: 'virtual-ip',
  as: 'it',
  fqName: ['domain', 'shop', 'a'],
  parent: { kind: 'project' },
  properties: { display_name: 'a' },
};
const remove: Write = { do: 'delete', on: virtualIp };
const set = (properties: Readonly<Record<string, unknown>>, on: Target = floatingIp()): Write => ({
  do: 'set',
  on,
  properties,
});
const reference = (what: 'add-reference' | 'delete-reference', on: Target, to = port()): Write => ({
  do: what,
  on,
  to,
  relaxed: true,
});
const entries = (delta: Partial<EntriesWrite>): EntriesWrite => ({
  do: 'set-entries',
  on: made,
  field: 'annotations',
  set: {},
  remove: [],
  ...delta,
});

const all: readonly (readonly [Write, string])[] = [
  [create, 'create virtual-ip domain:shop:a'],
  [
    { ...create, references: [{ to: { ...port(), fqName: ['p'] } }, { to: { ...floatingIp(), fqName: ['f'] } }] },
    'create virtual-ip domain:shop:a -> virtual-machine-interface port, floating-ip fip',
  ],
  [remove, 'delete virtual-ip vip'],
  [
    set({ floating_ip_fixed_ip_address: '10.0.0.1', floating_ip_is_virtual_ip: true, other: null }),
    'set floating_ip_fixed_ip_address 10.0.0.1, floating_ip_is_virtual_ip true, other null on floating-ip fip',
  ],
  [reference('add-reference', floatingIp()), 'add reference floating-ip fip -> virtual-machine-interface port'],
  [reference('delete-reference', made), 'delete reference virtual-ip (created) -> virtual-machine-interface port'],
  [
    entries({ set: { a: '1', b: '2' }, remove: ['c'] }),
    'set a, b and remove c in the annotations of virtual-ip (created)',
  ],
  [entries({ remove: ['c', 'd'], on: virtualIp }), 'remove c, d in the annotations of virtual-ip vip'],
];

/** With the mark or the uuid of what it changes for a name. */
function keysOf(write: Write): readonly string[] {
  if (write.do === 'create') return keysByName(write, write.as);
  return keysByName(write, 'created' in write.on ? write.on.created : write.on.uuid);
}

describe('keysOf', () => {
  describe('when a plan makes the same object anew, and writes the same to it', () => {
    it('should be the same each time, by the name of what it makes', () => {
      const name = create.fqName.join(':');
      for (const [first, later] of [
        [reference('add-reference', made), reference('add-reference', virtualIp)],
        [set({ address: '10.0.0.1' }, made), set({ address: '10.0.0.1' }, virtualIp)],
        [entries({ set: { a: '1' }, remove: ['b'] }), entries({ set: { a: '1' }, remove: ['b'], on: virtualIp })],
        [create, { ...create, properties: { display_name: 'b' } }],
        [remove, { ...remove, on: { ...virtualIp, uuid: 'another' } }],
      ] as const) {
        expect(keysByName(later, name)).to.deep.equal(keysByName(first, name));
      }
    });
  });

  describe('when something else is written', () => {
    it('should be another', () => {
      const writes: readonly Write[] = [
        reference('add-reference', floatingIp()),
        reference('add-reference', floatingIp(), port('other')),
        reference('add-reference', floatingIp('other')),
        reference('delete-reference', floatingIp()),
        reference('add-reference', made),
        reference('delete-reference', made),
        reference('add-reference', virtualIp),
        set({ virtual_ip_properties: { address: '10.0.0.1' } }, made),
        create,
        remove,
        set({ floating_ip_fixed_ip_address: '10.0.0.1' }),
        set({ floating_ip_fixed_ip_address: null }),
        entries({ set: { a: '1' } }),
        entries({ set: { a: '2' } }),
        entries({ remove: ['a'] }),
      ];
      const keys = writes.flatMap((write) => keysOf(write));
      expect(new Set(keys).size).to.equal(writes.length);
    });
  });

  describe('when several entries or values are written at once', () => {
    it('should be one for each, the same as if it were written alone', () => {
      const alone = [entries({ set: { a: '1' } }), entries({ set: { b: '1' } }), entries({ remove: ['c'] })];
      expect(keysOf(entries({ set: { a: '1', b: '1' }, remove: ['c'] }))).to.deep.equal(alone.flatMap(keysOf));
      const properties = { floating_ip_fixed_ip_address: '10.0.0.1', floating_ip_is_virtual_ip: true };
      expect(keysOf(set(properties))).to.deep.equal(
        Object.entries(properties).flatMap(([name, value]) => keysOf(set({ [name]: value }))),
      );
    });
  });
});

describe('what is said of a write', () => {
  it('should be one line for people', () => {
    for (const [write, line] of all) expect(describeWrite(write)).to.equal(line);
  });

  it('should be one line with the name of its stage for each write of a plan', () => {
    const stages = [
      { name: 'make', writes: [create] },
      { name: 'drop', writes: [remove, reference('add-reference', floatingIp())] },
    ];
    expect(describeStages(stages)).to.deep.equal([
      '  make: create virtual-ip domain:shop:a',
      '  drop: delete virtual-ip vip',
      '  drop: add reference floating-ip fip -> virtual-machine-interface port',
    ]);
  });

  it('should be kind and action, for metrics', () => {
    expect(all.map(([write]) => `${actionOf(write)} ${kindOf(write)}`)).to.deep.equal([
      'create virtual-ip',
      'create virtual-ip',
      'delete virtual-ip',
      'set floating-ip',
      'add-reference floating-ip',
      'delete-reference virtual-ip',
      'set-entries virtual-ip',
      'set-entries virtual-ip',
    ]);
  });

  it('should be the object that it changes: what is created, and what is written to it, are one', () => {
    expect(subjectOf(create)).to.equal(subjectOf(reference('add-reference', made)));
    expect(subjectOf(remove)).to.equal(subjectOf(reference('add-reference', virtualIp)));
    expect(subjectOf(create)).not.to.equal(subjectOf({ ...create, as: 'another' }));
    expect([create, remove, reference('add-reference', made)].map(isToCreated)).to.deep.equal([false, false, true]);
  });
});
