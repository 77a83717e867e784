import { expect } from 'chai';
import {
  composeVipPlan,
  describeVipPlan,
  describeWrite,
  type FloatingIpPlan,
  type LoadBalancerPlan,
  type VirtualIpPlan,
  type Write,
} from '../../../../lib/managers/index.js';
import type { Verdict } from '../../../../lib/planning/index.js';
import { floatingIpRecordKey, vipKey } from '../../../../lib/model/index.js';
import { uuidOf } from '../../../support/change-messages.js';
import { add, amphora1, amphora2, drop, floatingIp, set } from './support/floating-ips.js';
import { vip } from './support/ports.js';

const key = vipKey(uuidOf(0xb0), vip);
const target = { uuid: uuidOf(0x40) };

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
  bind: [],
  release: [],
  events: [],
  verify: { ports: [], floatingIps: [] },
  verdicts: [],
};
const virtualIp: VirtualIpPlan = { bury: [], record: [], attach: [], detach: [], forget: [], verdicts: [] };

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
    bury: [{ action: 'delete-virtual-ip', uuid: uuidOf(0x42) }],
    record: [{ action: 'set-record', target, entries: [{ key: floatingIpRecordKey(floatingIp), value: vip }] }],
    attach: [{ action: 'add-virtual-ip-reference', target, portUuid: amphora2 }],
    detach: [{ action: 'delete-virtual-ip-reference', target, portUuid: amphora1 }],
    forget: [{ action: 'delete-virtual-ip', uuid: uuidOf(0x41) }],
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
      'detach',
      'forget',
    ]);
  });

  it('should call bookkeeping what changes the virtual-ip after the floating ips', () => {
    const bookkeeping = compose(all).stages.filter(({ isBookkeeping }) => isBookkeeping === true);
    expect(bookkeeping.map(({ name }) => name)).to.deep.equal(['attach', 'detach', 'forget']);
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
      `  let go: delete reference floating-ip ${floatingIp} -> port ${amphora1}`,
      `  end: delete reference floating-ip ${floatingIp} -> port ${uuidOf(0x21)}`,
      `  bury: delete virtual-ip ${uuidOf(0x42)}`,
      `  record: set ${floatingIpRecordKey(floatingIp)} on virtual-ip ${target.uuid}`,
      `  bind: set fixedIp ${vip} on floating-ip ${floatingIp}`,
      `  bind: add reference floating-ip ${floatingIp} -> port ${amphora2}`,
      `  release: delete reference floating-ip ${floatingIp} -> port ${uuidOf(0x20)}`,
      `  attach: add reference virtual-ip ${target.uuid} -> port ${amphora2}`,
      `  detach: delete reference virtual-ip ${target.uuid} -> port ${amphora1}`,
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

describe('describeWrite', () => {
  const virtualIpWrites: readonly (readonly [Write, string])[] = [
    [
      {
        action: 'create-virtual-ip',
        virtualIp: { fqName: ['default-domain', 'shop', 'octavia-lb-1'], properties: { address: vip }, record: [] },
      },
      `create virtual-ip default-domain:shop:octavia-lb-1 for ${vip}`,
    ],
    [
      { action: 'set-virtual-ip-properties', target, properties: { address: vip } },
      `set address ${vip} on virtual-ip ${target.uuid}`,
    ],
    [
      { action: 'delete-virtual-ip-reference', target: 'created', portUuid: amphora1 },
      `delete reference virtual-ip (created) -> port ${amphora1}`,
    ],
    [{ action: 'delete-record', target, keys: ['a', 'b'] }, `remove a, b from virtual-ip ${target.uuid}`],
    [set({ fixedIp: null, isVirtualIp: false }), `set fixedIp null, isVirtualIp false on floating-ip ${floatingIp}`],
  ];

  for (const [write, text] of virtualIpWrites) {
    it(`should read: ${text}`, () => {
      expect(describeWrite(write)).to.equal(text);
    });
  }
});
