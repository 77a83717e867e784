import { expect } from 'chai';
import { vipKey, type VipKey } from '../../../../../lib/managers/octavia-vip/index.js';
import {
  findManaged,
  isBelieved,
  sortManaged,
  takenNames,
} from '../../../../../lib/managers/octavia-vip/record/observe.js';
import { withRecord, type KeptVirtualIp } from '../../../../../lib/managers/octavia-vip/record/record.js';
import type { EntityOf } from '../../../../../lib/model/index.js';
import { uuidOf } from '../../../../support/change-messages.js';
import {
  floatingIpEntity,
  instanceIpEntity,
  key,
  network,
  portEntity,
  virtualIpEntity,
  type VirtualIpDelta,
} from '../support/entities.js';
import { amphora1, floatingIp, vipPort, web } from '../support/floating-ips.js';
import { tenant, vip } from '../support/ports.js';
import { Stage } from '../support/stage.js';

const mallory = uuidOf(0xa3);
const name = ['default-domain', 'shop', 'octavia-lb-1'] as const;

const virtualIp = (number: number, delta: VirtualIpDelta = {}): EntityOf<'virtual-ip'> =>
  virtualIpEntity(uuidOf(number), { ...delta });

const kept = (delta: VirtualIpDelta): KeptVirtualIp => {
  const found = withRecord(virtualIp(1, delta));
  if (found === undefined) throw new Error('it has no record');
  return found;
};

const record = (recorded: string) => ({ record: { vipPort: recorded } });
// By our name: what is to be cleared away.
const named = (recorded: string) => ({ record: { loadBalancer: '1', vipPort: recorded } });

function managed(...virtualIps: readonly EntityOf<'virtual-ip'>[]) {
  const stage = new Stage().putLoadBalancer(vipPort, amphora1);
  for (const entity of virtualIps) stage.put('virtual-ip', entity);
  return findManaged(stage.cache, key).map(({ uuid }) => uuid);
}

describe('findManaged', () => {
  it("should find the virtual-ip whose record names the VIP, in the VIP port's project", () => {
    expect(managed(virtualIp(1))).to.deep.equal([uuidOf(1)]);
  });

  it('should not find virtual-ips without a record, or with the record of another VIP', () => {
    const foreign = virtualIp(1, { record: null });
    const other = virtualIp(2, { record: { vip: vipKey(network, '10.107.0.99') } });
    expect(managed(foreign, other)).to.deep.equal([]);
  });

  describe('when another tenant claims the VIP with annotations of its own', () => {
    for (const [what, vipPortInRecord] of [
      ["the VIP's port", vipPort],
      ['a port of its own', web],
      ['a port that does not exist', uuidOf(0x99)],
    ] as const) {
      it(`should not find it although it names ${what}`, () => {
        const stage = new Stage().putLoadBalancer(vipPort, amphora1);
        stage.putPort(portEntity(web, { project: mallory }));
        stage.put('virtual-ip', virtualIp(1, { project: mallory, ...record(vipPortInRecord) }));
        expect(findManaged(stage.cache, key)).to.deep.equal([]);
      });
    }
  });

  it('should find it after the VIP port was made anew, as Octavia does in a failover', () => {
    expect(managed(virtualIp(1, record(uuidOf(0x99))))).to.deep.equal([uuidOf(1)]);
  });

  it('should find it after the VIP port is gone: what is left is to be deleted', () => {
    const stage = new Stage().put('virtual-ip', virtualIp(1));
    expect(findManaged(stage.cache, key)).to.have.length(1);
  });
});

describe('sortManaged', () => {
  const sorted = (stage: Stage, of: string | undefined = vipPort) => {
    const { current, former } = sortManaged(stage.cache, findManaged(stage.cache, key), { key, vipPort: of });
    return { current: current.map(({ uuid }) => uuid), former: former.map(({ uuid }) => uuid) };
  };
  const gone = uuidOf(0x99);
  const withBoth = () =>
    new Stage()
      .putLoadBalancer(vipPort, amphora1)
      .remove('virtual-machine-interface', gone)
      .put('virtual-ip', virtualIp(1))
      .put('virtual-ip', virtualIp(2, named(gone)));

  it('should tell that of the VIP port from that of one which had the address before', () => {
    expect(sorted(withBoth())).to.deep.equal({ current: [uuidOf(1)], former: [uuidOf(2)] });
  });

  it('should have among the former ones that of a port which is there, and does not own the address any more', () => {
    const stage = withBoth().putPort(portEntity(gone), '10.107.0.77');
    expect(sorted(stage).former).to.deep.equal([uuidOf(2)]);
  });

  it('should be neither, while nothing is known of the port: it may only be unreadable', () => {
    const stage = new Stage().putLoadBalancer(vipPort, amphora1).put('virtual-ip', virtualIp(2, named(gone)));
    expect(sorted(stage)).to.deep.equal({ current: [], former: [] });
  });

  it('should have all among the current ones while nobody owns the address', () => {
    const stage = new Stage()
      .remove('virtual-machine-interface', gone)
      .remove('virtual-machine-interface', vipPort)
      .put('virtual-ip', virtualIp(1, named(vipPort)))
      .put('virtual-ip', virtualIp(2, named(gone)));
    expect(sortManaged(stage.cache, findManaged(stage.cache, key), { key, vipPort: undefined }).current).to.have.length(
      2,
    );
  });
});

describe('isBelieved', () => {
  const recorded = { record: { floatingIps: [floatingIp] } };
  const believed = (
    delta: {
      readonly virtualIp?: VirtualIpDelta;
      readonly projects?: readonly string[];
      readonly seen?: { readonly vip: VipKey; readonly vipPort: string };
      readonly portsProject?: string;
    } = {},
  ) => {
    const stage = new Stage();
    if (delta.portsProject !== undefined) {
      stage.put('virtual-machine-interface', portEntity(vipPort, { project: delta.portsProject }));
      stage.put('instance-ip', instanceIpEntity(uuidOf(0x60), { address: vip, ports: [vipPort] }));
    }
    if (delta.seen !== undefined) stage.history.note(floatingIp, { type: 'associated', of: delta.seen });
    const entity = floatingIpEntity(floatingIp, { projects: delta.projects ?? [tenant.projectUuid] });
    return isBelieved(stage, kept({ ...recorded, ...delta.virtualIp }), entity);
  };
  const seen = { vip: key, vipPort };

  it('should be so of a floating ip of its own project, be the VIP port known or not', () => {
    expect(believed({ portsProject: tenant.projectUuid })).to.equal(true);
    expect(believed()).to.equal(true);
  });

  it('should be so where this process has seen it, and the VIP port is of its own project', () => {
    expect(believed({ projects: [mallory], seen, portsProject: tenant.projectUuid })).to.equal(true);
  });

  it('should not be so of another project’s that nobody has seen there', () => {
    expect(believed({ projects: [mallory], portsProject: tenant.projectUuid })).to.equal(false);
    const elsewhere = { vip: key, vipPort: web };
    expect(believed({ projects: [mallory], seen: elsewhere, portsProject: tenant.projectUuid })).to.equal(false);
  });

  it('should not be so if the VIP port is of another project', () => {
    expect(believed({ seen, portsProject: mallory })).to.equal(false);
  });

  it('should not be so of what it does not name, nor if it is nobody’s', () => {
    expect(believed({ virtualIp: { record: { floatingIps: [] } } })).to.equal(false);
    expect(believed({ virtualIp: { project: null } })).to.equal(false);
  });

  it('should go by the project in which the VIP port was last seen once that is gone', () => {
    const stage = new Stage();
    stage.history.vipPortSeen(vipPort, mallory);
    expect(isBelieved(stage, kept(recorded), floatingIpEntity(floatingIp))).to.equal(false);
  });
});

describe('takenNames', () => {
  it('should be those that virtual-ips have which are not ours', () => {
    const stage = new Stage()
      .put('virtual-ip', virtualIp(1))
      .put('virtual-ip', virtualIp(2, { fqName: ['d', 'p', 'foreign'] }));
    const ours = findManaged(stage.cache, key).filter(({ uuid }) => uuid === uuidOf(1));
    expect(takenNames(stage.cache, [name.join(':'), 'd:p:foreign', 'd:p:free'], ours)).to.deep.equal(['d:p:foreign']);
  });
});
