import { expect } from 'chai';
import type { VirtualIpEntity } from '../../../../../lib/cache/index.js';
import { findManaged, takenNames } from '../../../../../lib/managers/octavia-vip/record/observe.js';
import { vipKey } from '../../../../../lib/model/index.js';
import { uuidOf } from '../../../../support/change-messages.js';
import { amphora1, vipPort, web } from '../support/floating-ips.js';
import { tenant } from '../support/ports.js';
import { key, network, portEntity, Stage } from '../support/stage.js';
import { without } from '../../../../support/without.js';

const mallory = uuidOf(0xa3);
const name = ['default-domain', 'shop', 'octavia-lb-1'] as const;

function virtualIp(number: number, delta: Partial<VirtualIpEntity> = {}): VirtualIpEntity {
  return {
    uuid: uuidOf(number),
    fqName: name,
    projectUuid: tenant.projectUuid,
    portUuids: [],
    floatingIpUuids: [],
    record: { vip: key, loadBalancer: 'lb', vipPort, floatingIps: [], members: [] },
    ...delta,
  };
}

const record = (recorded: string) => ({
  record: { vip: key, loadBalancer: 'lb', vipPort: recorded, floatingIps: [], members: [] },
});

function managed(...virtualIps: readonly VirtualIpEntity[]) {
  const stage = new Stage().putLoadBalancer(vipPort, amphora1);
  for (const entity of virtualIps) stage.put('virtual-ip', entity);
  return findManaged(stage.cache, key).map(({ uuid }) => uuid);
}

describe('findManaged', () => {
  it("should find the virtual-ip whose record names the VIP, in the VIP port's project", () => {
    expect(managed(virtualIp(1))).to.deep.equal([uuidOf(1)]);
  });

  it('should not find virtual-ips without a record, or with the record of another VIP', () => {
    const foreign = without(virtualIp(1), 'record');
    const other = { ...record(vipPort).record, vip: vipKey(network, '10.107.0.99') };
    expect(managed(foreign, virtualIp(2, { record: other }))).to.deep.equal([]);
  });

  describe('when another tenant claims the VIP with annotations of its own', () => {
    for (const [what, vipPortInRecord] of [
      ["the VIP's port", vipPort],
      ['a port of its own', web],
      ['a port that does not exist', uuidOf(0x99)],
    ] as const) {
      it(`should not find it although it names ${what}`, () => {
        const stage = new Stage().putLoadBalancer(vipPort, amphora1);
        stage.putPort(portEntity(web, { projectUuid: mallory }));
        stage.put('virtual-ip', virtualIp(1, { projectUuid: mallory, ...record(vipPortInRecord) }));
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

describe('takenNames', () => {
  it('should be those that virtual-ips have which are not ours', () => {
    const stage = new Stage()
      .put('virtual-ip', virtualIp(1))
      .put('virtual-ip', virtualIp(2, { fqName: ['d', 'p', 'foreign'] }));
    const ours = findManaged(stage.cache, key).filter(({ uuid }) => uuid === uuidOf(1));
    expect(takenNames(stage.cache, [name.join(':'), 'd:p:foreign', 'd:p:free'], ours)).to.deep.equal(['d:p:foreign']);
  });
});
