import { expect } from 'chai';
import {
  composeVipPlan,
  describeVipPlan,
  isEnd,
  type FloatingIpPlan,
  floatingIpRecordKey,
  type LoadBalancerPlan,
  vipKey,
  type VirtualIpPlan,
} from '../../../../lib/managers/octavia-vip/index.js';
import { describeWrite, type Verdict, type Write } from '../../../../lib/planning/index.js';
import {
  associationReference,
  createdVirtualIp,
  createVirtualIp,
  deleteVirtualIp,
  portReference,
  setRecord,
  setVipProperties,
  virtualIp as virtualIpRef,
} from '../../../../lib/managers/octavia-vip/writes.js';
import { uuidOf } from '../../../support/change-messages.js';
import { add, amphora1, amphora2, drop, floatingIp, set } from './support/floating-ips.js';
import { vip } from './support/ports.js';

const key = vipKey(uuidOf(0xb0), vip);
const target = virtualIpRef(uuidOf(0x40));

const loadBalancer: LoadBalancerPlan = {
  members: [amphora2],
  leaving: [amphora1],
  orphans: [],
  refused: [],
  leftBehind: [],
  unlistedProjects: [],
  verdicts: [],
};
const floatingIps: FloatingIpPlan = {
  associations: [],
  undecided: [],
  untrusted: [],
  letGo: [],
  end: [],
  forgotten: [],
  handedOver: [],
  leftRead: [],
  bind: [],
  release: [],
  events: [],
  verify: { ports: [], floatingIps: [] },
  verdicts: [],
};
const virtualIp: VirtualIpPlan = {
  bury: [],
  answer: [],
  record: [],
  attach: [],
  leave: [],
  detach: [],
  forget: [],
  verdicts: [],
};

function compose(
  plans: {
    loadBalancer?: Partial<LoadBalancerPlan>;
    floatingIps?: Partial<FloatingIpPlan>;
    virtualIp?: Partial<VirtualIpPlan>;
  },
  projectToFloatingIp = true,
) {
  const all = {
    loadBalancer: { ...loadBalancer, ...plans.loadBalancer },
    floatingIps: { ...floatingIps, ...plans.floatingIps },
    virtualIp: { ...virtualIp, ...plans.virtualIp },
  };
  return composeVipPlan(key, all, { projectToFloatingIp });
}

const all = {
  floatingIps: {
    letGo: [drop(amphora1)],
    end: [drop(uuidOf(0x21))],
    bind: [set({ fixedIp: vip }), add(amphora2)],
    release: [drop(uuidOf(0x20))],
  },
  virtualIp: {
    bury: [deleteVirtualIp(uuidOf(0x42))],
    record: [setRecord(target, { set: { [floatingIpRecordKey(floatingIp)]: vip } })],
    attach: [portReference('add-reference', target, amphora2)],
    leave: [portReference('delete-reference', target, uuidOf(0x22))],
    detach: [portReference('delete-reference', target, amphora1)],
    forget: [deleteVirtualIp(uuidOf(0x41))],
  } satisfies Partial<VirtualIpPlan>,
};

describe('composeVipPlan', () => {
  it('should let go of leaving ports first, record before it binds, and forget last', () => {
    expect(compose(all).stages.map(({ name }) => name)).to.deep.equal([
      'let go',
      'end',
      'bury',
      'record',
      'bind',
      'release',
      'attach',
      'leave',
      'detach',
      'forget',
    ]);
  });

  it('should call bookkeeping what changes the virtual-ip after the floating ips', () => {
    const bookkeeping = compose(all).stages.filter(({ isBookkeeping }) => isBookkeeping === true);
    expect(bookkeeping.map(({ name }) => name)).to.deep.equal(['attach', 'leave', 'detach', 'forget']);
    const dropping = compose(all).stages.filter(({ dropsEvidence }) => dropsEvidence === true);
    expect(dropping.map(({ name }) => name)).to.deep.equal(['bury', 'detach', 'forget']);
  });

  it('should attach the virtual-ip while it binds where the fabric reads that', () => {
    const { stages } = compose(all, false);
    expect(stages.find(({ name }) => name === 'bind')?.writes).to.include.members(all.virtualIp.attach);
    expect(stages.map(({ name }) => name)).not.to.include('attach');
  });

  it('should have no stage without writes', () => {
    expect(compose({}).stages).to.deep.equal([]);
    expect(compose({ floatingIps: { release: [drop(amphora1)] } }).stages).to.deep.equal([
      { name: 'release', writes: [drop(amphora1)] },
    ]);
  });

  it('should look again at the first of the moments that the plans name', () => {
    expect(compose({})).not.to.have.property('recheckAfterMs');
    expect(compose({ floatingIps: { recheckAfterMs: 5 } }).recheckAfterMs).to.equal(5);
    expect(
      compose({ loadBalancer: { recheckAfterMs: 7 }, floatingIps: { recheckAfterMs: 5 } }).recheckAfterMs,
    ).to.equal(5);
    expect(
      compose({ loadBalancer: { recheckAfterMs: 3 }, floatingIps: { recheckAfterMs: 5 } }).recheckAfterMs,
    ).to.equal(3);
  });
});

describe('describeVipPlan', () => {
  it('should be one line for each write, with its stage', () => {
    expect(describeVipPlan(compose(all)).split('\n')).to.deep.equal([
      `VIP ${key}: 1 members, 0 floating ips`,
      `  let go: delete reference floating-ip ${floatingIp} -> virtual-machine-interface ${amphora1}`,
      `  end: delete reference floating-ip ${floatingIp} -> virtual-machine-interface ${uuidOf(0x21)}`,
      `  bury: delete virtual-ip ${uuidOf(0x42)}`,
      `  record: set ${floatingIpRecordKey(floatingIp)} in the annotations of virtual-ip ${target.uuid}`,
      `  bind: set floating_ip_fixed_ip_address ${vip} on floating-ip ${floatingIp}`,
      `  bind: add reference floating-ip ${floatingIp} -> virtual-machine-interface ${amphora2}`,
      `  release: delete reference floating-ip ${floatingIp} -> virtual-machine-interface ${uuidOf(0x20)}`,
      `  attach: add reference virtual-ip ${target.uuid} -> virtual-machine-interface ${amphora2}`,
      `  leave: delete reference virtual-ip ${target.uuid} -> virtual-machine-interface ${uuidOf(0x22)}`,
      `  detach: delete reference virtual-ip ${target.uuid} -> virtual-machine-interface ${amphora1}`,
      `  forget: delete virtual-ip ${uuidOf(0x41)}`,
    ]);
  });

  it('should say that there is nothing to write', () => {
    expect(describeVipPlan(compose({}))).to.equal(`VIP ${key}: 1 members, 0 floating ips, nothing to write`);
  });
});

describe('the verdicts of a plan for a VIP', () => {
  it('should be those of all its parts, by uuid', () => {
    const verdict = (kind: string, uuid: string): Verdict => ({ about: { kind, uuid }, rule: 'rule', says: 'why' });
    const port = verdict('virtual-machine-interface', amphora1);
    const [first, second] = [verdict('floating-ip', floatingIp), verdict('floating-ip', uuidOf(0x01))];
    const lacking = verdict('virtual-ip', '');
    const { verdicts } = compose({
      loadBalancer: { verdicts: [port] },
      floatingIps: { verdicts: [first, second] },
      virtualIp: { verdicts: [lacking] },
    });
    expect(verdicts).to.deep.equal([lacking, second, port, first]);
  });
});

describe('what a plan asks to be read and heeded', () => {
  const other = uuidOf(0x32);

  it('should be the ports and the floating ips that are to be verified, ports first', () => {
    const { verify } = compose({ floatingIps: { verify: { ports: [amphora1], floatingIps: [floatingIp] } } });
    expect(verify).to.deep.equal([
      { kind: 'virtual-machine-interface', uuid: amphora1 },
      { kind: 'floating-ip', uuid: floatingIp },
    ]);
  });

  it('should be to heed the floating ips that are associated or written, each once, and nothing that is ours alone', () => {
    const { heeds } = compose({
      floatingIps: { ...all.floatingIps, associations: [other, floatingIp] },
      virtualIp: all.virtualIp,
    });
    expect(heeds).to.deep.equal([
      { kind: 'floating-ip', uuid: other },
      { kind: 'floating-ip', uuid: floatingIp },
    ]);
    expect(compose({ virtualIp: all.virtualIp }).heeds).to.deep.equal([]);
    expect(compose({ floatingIps: all.floatingIps }).heeds).to.deep.equal([{ kind: 'floating-ip', uuid: floatingIp }]);
  });
});

describe('isEnd', () => {
  for (const [type, expected] of [
    ['freed', true],
    ['moved', true],
    ['vip-gone', true],
    ['associated', false],
    ['stripped', false],
    ['restored', false],
  ] as const) {
    it(`should be ${expected} of ${type}`, () => {
      expect(isEnd({ floatingIpUuid: floatingIp, type })).to.equal(expected);
    });
  }
});

describe('describeWrite', () => {
  const fqName = ['default-domain', 'shop', 'octavia-lb-1'];
  const record = { vip: key, loadBalancer: 'lb', vipPort: amphora1, floatingIps: [], members: [] };
  const virtualIpWrites: readonly (readonly [Write, string])[] = [
    [
      createVirtualIp({ fqName, projectUuid: uuidOf(0xa1), properties: { address: vip }, record }),
      'create virtual-ip default-domain:shop:octavia-lb-1',
    ],
    [
      setVipProperties(target, { address: vip }),
      `set virtual_ip_properties {"address":"${vip}","admin_state":true} on virtual-ip ${target.uuid}`,
    ],
    [
      portReference('delete-reference', createdVirtualIp, amphora1),
      `delete reference virtual-ip (created) -> virtual-machine-interface ${amphora1}`,
    ],
    [
      associationReference('add-reference', target, floatingIp),
      `add reference virtual-ip ${target.uuid} -> floating-ip ${floatingIp}`,
    ],
    [setRecord(target, { remove: ['a', 'b'] }), `remove a, b in the annotations of virtual-ip ${target.uuid}`],
    [
      set({ fixedIp: null, isVirtualIp: false }),
      `set floating_ip_fixed_ip_address null, floating_ip_is_virtual_ip false on floating-ip ${floatingIp}`,
    ],
  ];

  for (const [write, text] of virtualIpWrites) {
    it(`should read: ${text}`, () => {
      expect(describeWrite(write)).to.equal(text);
    });
  }
});
