import { expect } from 'chai';
import { toEntity, parseObject, type EntityOf } from '../../../lib/model/index.js';
import { after, created } from '../../../lib/planning/effects.js';
import type { CreateWrite, EntriesWrite } from '../../../lib/planning/index.js';
import { uuidOf } from '../../support/change-messages.js';
import { portEntity } from '../../support/entities.js';

const port = (number: number) => ({ kind: 'virtual-machine-interface', uuid: uuidOf(number) }) as const;
const on = { kind: 'floating-ip', uuid: uuidOf(1) } as const;
const ours = (name: string) => `opensdn-svc-monitor/${name}`;

const floatingIp: EntityOf<'floating-ip'> = {
  uuid: uuidOf(1),
  fqName: ['public', 'fip'],
  address: '100.64.0.1',
  fixedIp: '10.0.0.3',
  isVirtualIp: false,
  refs: { 'virtual-machine-interface': [uuidOf(3)], project: [uuidOf(0xa1)] },
};

const virtualIp: EntityOf<'virtual-ip'> = {
  uuid: uuidOf(2),
  fqName: ['domain', 'shop', 'a'],
  annotations: { [ours('kept')]: '1', [ours('old')]: '2' },
  refs: { 'virtual-machine-interface': [], 'floating-ip': [], 'loadbalancer-pool': [] },
};

const create: CreateWrite & { readonly kind: 'virtual-ip' } = {
  do: 'create',
  kind: 'virtual-ip',
  as: 'it',
  fqName: ['domain', 'shop', 'a'],
  parent: { kind: 'project', uuid: uuidOf(0xa1) },
  properties: {
    virtual_ip_properties: { address: 'FD00::3', subnet_id: uuidOf(0xb1) },
    annotations: { key_value_pair: [{ key: ours('vip'), value: 'x' }] },
  },
};

describe('after', () => {
  it('should be with the values that were set, and without those that were unset', () => {
    const properties = { floating_ip_fixed_ip_address: null, floating_ip_is_virtual_ip: true };
    const changed = after(floatingIp, { do: 'set', on, properties });
    expect(changed).to.include({ isVirtualIp: true, address: '100.64.0.1' });
    expect(changed).not.to.have.property('fixedIp');
  });

  it('should be with the reference that was added, sorted and once, and without the one that was removed', () => {
    const add = { do: 'add-reference', on, to: port(2), relaxed: true } as const;
    const added = after(after(floatingIp, add)!, add)!;
    expect(added.refs).to.deep.equal({ ...floatingIp.refs, 'virtual-machine-interface': [uuidOf(2), uuidOf(3)] });
    const removed = after(added, { do: 'delete-reference', on, to: port(3), relaxed: true })!;
    expect(removed.refs).to.deep.equal({ ...floatingIp.refs, 'virtual-machine-interface': [uuidOf(2)] });
  });

  it('should be as it was when a reference was added on trial: it is read back', () => {
    const trial = { do: 'add-reference', on, to: port(2), relaxed: true, isTrial: true } as const;
    expect(after(floatingIp, trial)).to.deep.equal(floatingIp);
  });

  describe('when entries were set', () => {
    const entries = (delta: Partial<EntriesWrite>): EntriesWrite => ({
      do: 'set-entries',
      on: { kind: 'virtual-ip', uuid: uuidOf(2) },
      field: 'annotations',
      set: {},
      remove: [],
      ...delta,
    });

    it('should be with them, without those removed, and with the others', () => {
      const write = entries({ set: { [ours('new')]: '3' }, remove: [ours('old'), ours('never there')] });
      expect(after(virtualIp, write)).to.deep.equal({
        ...virtualIp,
        annotations: { [ours('kept')]: '1', [ours('new')]: '3' },
      });
    });

    it('should hold nothing of those that are not of this project, as a read does not', () => {
      expect(after(virtualIp, entries({ set: { theirs: '3' } }))).to.deep.equal(virtualIp);
    });

    it('should not be told where the cache does not hold them: it has to be read', () => {
      expect(after(virtualIp, entries({ field: 'bindings' }))).to.equal(undefined);
      expect(after(portEntity(uuidOf(4)), entries({ on: port(4) }))).to.equal(undefined);
    });
  });
});

describe('created', () => {
  it('should be what a read would show of it', () => {
    const read = parseObject('virtual-ip', {
      ...create.properties,
      uuid: uuidOf(2),
      fq_name: create.fqName,
      parent_type: 'project',
      parent_uuid: uuidOf(0xa1),
    });
    expect(created(create, uuidOf(2))).to.deep.equal(toEntity('virtual-ip', read));
    expect(created(create, uuidOf(2))).to.deep.include({
      address: 'fd00::3',
      parent: { kind: 'project', uuid: uuidOf(0xa1) },
      annotations: { [ours('vip')]: 'x' },
    });
  });

  it('should be without a parent whose uuid is not known', () => {
    expect(created({ ...create, parent: { kind: 'project' } }, uuidOf(2))).not.to.have.property('parent');
  });

  it('should be with the references that were made with it', () => {
    const references = [3, 2].map((number) => ({ to: { ...port(number), fqName: ['p', String(number)] } }));
    expect(created({ ...create, references }, uuidOf(2)).refs).to.deep.equal({
      'virtual-machine-interface': [uuidOf(2), uuidOf(3)],
      'floating-ip': [],
      'loadbalancer-pool': [],
    });
  });

  it('should be with what is said of the links', () => {
    const attr = { ipam_subnets: [{ subnet: { ip_prefix: '100.64.0.0', ip_prefix_len: 29 } }] };
    const to = { kind: 'network-ipam', uuid: uuidOf(3), fqName: ['p', 'ipam'] } as const;
    const network = { do: 'create', kind: 'virtual-network', as: 'n', fqName: ['p', 'n'] } as const;
    const write = { ...network, parent: create.parent, properties: {}, references: [{ to, attr }] };
    expect(created(write, uuidOf(2))).to.deep.include({ families: ['v4'] });
  });
});
