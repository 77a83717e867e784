import { expect } from 'chai';
import {
  claimRules,
  holderRules,
  type ClaimFacts,
  type HolderFacts,
} from '../../../../../lib/managers/octavia-vip/record/claim-rules.js';
import {
  associationRules,
  beliefRules,
  virtualIpRules,
  type BeliefFacts,
  type VirtualIpFacts,
} from '../../../../../lib/managers/octavia-vip/record/rules.js';
import { decide } from '../../../../../lib/planning/index.js';

describe('what becomes of the virtual-ip', () => {
  const first: VirtualIpFacts = {
    virtualIp: 'first',
    vipPort: 'there',
    undecided: false,
    members: true,
    nameFree: true,
  };
  for (const [what, delta, rule, stands] of [
    ['there is none', { virtualIp: 'none' }, 'lacking', 'create'],
    ['there is none, and a floating ip undecided', { virtualIp: 'none', undecided: true }, 'lacking', 'create'],
    ['there is none, and no name', { virtualIp: 'none', nameFree: false }, 'names-taken', 'unnamed'],
    ['there is none, and no member', { virtualIp: 'none', members: false, nameFree: false }, 'not-carried-yet', 'none'],
    ['there is none, and no VIP port', { virtualIp: 'none', vipPort: 'gone' }, 'no-vip-port', 'none'],
    ['there is one', {}, 'kept', 'update'],
    ['there is one, and no member: a failover may be under way', { members: false }, 'kept', 'update'],
    ['there is one, and all names are taken', { nameFree: false }, 'kept', 'update'],
    ['it is a further one', { virtualIp: 'further' }, 'further', 'delete'],
    [
      'it is a further one, and a floating ip undecided',
      { virtualIp: 'further', undecided: true },
      'further',
      'delete',
    ],
    ['the VIP port is gone', { vipPort: 'gone' }, 'vip-gone', 'delete'],
    ['only our record names the VIP port', { vipPort: 'recorded' }, 'vip-gone', 'delete'],
    ['the VIP port is gone, a floating ip undecided', { vipPort: 'gone', undecided: true }, 'undecided', 'keep'],
    [
      'it is a further one, the VIP port gone, a floating ip undecided',
      { virtualIp: 'further', vipPort: 'recorded', undecided: true },
      'undecided',
      'keep',
    ],
    ['another VIP port has the address', { virtualIp: 'former' }, 'of-a-former-vip-port', 'bury'],
    [
      'another has it, and only by our record',
      { virtualIp: 'former', vipPort: 'recorded' },
      'of-a-former-vip-port',
      'bury',
    ],
  ] as const) {
    it(`should be: ${stands}, by ${rule}, when ${what}`, () => {
      expect(decide(virtualIpRules, { ...first, ...delta })).to.include({ rule, stands });
    });
  }
});

describe('where an association is recorded', () => {
  const steps = (schema: 'stock' | 'native' | 'unknown', wanted: boolean, ...places: readonly string[]) =>
    decide(associationRules, {
      schema,
      wanted,
      annotated: places.includes('annotation'),
      referenced: places.includes('reference'),
    }).stands;

  for (const schema of ['stock', 'native', 'unknown'] as const) {
    it(`should be nowhere once it is over, on a schema that is ${schema}`, () => {
      expect(steps(schema, false, 'annotation', 'reference')).to.deep.equal(['unannotate', 'unreference']);
      expect(steps(schema, false, 'annotation')).to.deep.equal(['unannotate']);
      expect(steps(schema, false, 'reference')).to.deep.equal(['unreference']);
    });
  }

  it('should be in the annotations on a stock schema', () => {
    expect(steps('stock', true)).to.deep.equal(['annotate']);
    expect(steps('stock', true, 'annotation')).to.deep.equal([]);
    expect(steps('stock', true, 'reference')).to.deep.equal(['annotate', 'unreference']);
    expect(steps('stock', true, 'annotation', 'reference')).to.deep.equal(['unreference']);
  });

  it('should be among the references on a native schema', () => {
    expect(steps('native', true)).to.deep.equal(['reference']);
    expect(steps('native', true, 'reference')).to.deep.equal([]);
    expect(steps('native', true, 'annotation')).to.deep.equal(['reference', 'unannotate']);
    expect(steps('native', true, 'annotation', 'reference')).to.deep.equal(['unannotate']);
  });

  it('should stay where it is while the schema is not known, and a new one be referenced to find out', () => {
    expect(steps('unknown', true)).to.deep.equal(['reference']);
    for (const places of [['annotation'], ['reference'], ['annotation', 'reference']]) {
      expect(steps('unknown', true, ...places)).to.deep.equal([]);
    }
  });
});

describe('whether a virtual-ip is ours', () => {
  for (const [recordedPort, portsProject, ownersProject, named, expected] of [
    ['owner', 'same', 'same', false, 'ours'],
    ['owner', 'other', 'same', true, 'forged'],
    ['elsewhere', 'other', 'same', true, 'forged'],
    ['elsewhere', 'same', 'other', true, 'ours'],
    ['elsewhere', 'same', 'none', false, 'forged'],
    ['gone', 'unknown', 'other', true, 'ours'],
    ['gone', 'unknown', 'none', false, 'forged'],
    ['unreadable', 'unknown', 'none', false, 'ours'],
    ['unreadable', 'unknown', 'same', false, 'ours'],
    ['unreadable', 'unknown', 'other', true, 'forged'],
  ] as const) {
    const facts: ClaimFacts = { recordedPort, portsProject, ownersProject, named };
    it(`should be ${expected} with ${JSON.stringify(facts)}`, () => {
      expect(decide(claimRules, facts).stands).to.equal(expected);
    });
  }
});

describe('whose record a virtual-ip holds', () => {
  for (const [recordedPort, address, rule, stands] of [
    ['vip-port', 'vip-port', 'of-the-vip-port', 'current'],
    ['owner', 'vip-port', 'of-another-vip-port', 'left'],
    ['elsewhere', 'vip-port', 'over', 'former'],
    ['gone', 'vip-port', 'over', 'former'],
    ['unreadable', 'vip-port', 'of-another-vip-port', 'left'],
    ['owner', 'others', 'no-vip-port-now', 'current'],
    ['elsewhere', 'others', 'over', 'former'],
    ['gone', 'others', 'over', 'former'],
    ['unreadable', 'others', 'no-vip-port-now', 'current'],
    ['elsewhere', 'nobody', 'address-free', 'current'],
    ['gone', 'nobody', 'address-free', 'current'],
    ['unreadable', 'nobody', 'address-free', 'current'],
  ] as const) {
    const facts: HolderFacts = { recordedPort, address };
    it(`should be ${stands}, by ${rule}, with ${JSON.stringify(facts)}`, () => {
      expect(decide(holderRules, facts)).to.include({ rule, stands });
    });
  }
});

describe('whether a record is believed', () => {
  const own: BeliefFacts = {
    ofProject: true,
    named: true,
    vipPortsProject: 'same',
    floatingIpsProject: 'same',
    seenAssociated: false,
  };
  for (const [what, delta, rule, stands] of [
    ['all are of one project', {}, 'of-one-project', 'believed'],
    ['the VIP port is not known', { vipPortsProject: 'unknown' }, 'of-one-project', 'believed'],
    [
      'the VIP port is of another project',
      { vipPortsProject: 'other', seenAssociated: true },
      'vip-port-of-others',
      'disbelieved',
    ],
    ['the floating ip is of another project', { floatingIpsProject: 'other' }, 'not-seen', 'disbelieved'],
    ['we have seen it', { floatingIpsProject: 'other', seenAssociated: true }, 'seen-associated', 'believed'],
    [
      'we have seen it, and know of no VIP port',
      { floatingIpsProject: 'other', seenAssociated: true, vipPortsProject: 'unknown' },
      'not-seen',
      'disbelieved',
    ],
    ['it is not named', { named: false, seenAssociated: true }, 'not-named', 'disbelieved'],
    ['the virtual-ip is of no project', { ofProject: false, seenAssociated: true }, 'of-nobody', 'disbelieved'],
  ] as const) {
    it(`should be ${stands} by ${rule} when ${what}`, () => {
      expect(decide(beliefRules, { ...own, ...delta })).to.include({ rule, stands });
    });
  }
});
