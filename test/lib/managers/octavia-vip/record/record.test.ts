import { expect } from 'chai';
import {
  floatingIpRecordKey,
  isCut,
  recordBounds,
  recordedFloatingIps,
  recordedPorts,
  recordOf,
  vipKey,
  virtualIpsNaming,
  virtualIpsRecording,
  withRecord,
  type KeptVirtualIp,
} from '../../../../../lib/managers/octavia-vip/index.js';
import { uuidOf } from '../../../../support/change-messages.js';
import { key, network, virtualIpEntity, type VirtualIpDelta } from '../support/entities.js';
import { amphora1, amphora2, floatingIp, otherFloatingIp, vipPort } from '../support/floating-ips.js';
import { Stage } from '../support/stage.js';

const uuid = uuidOf(0x40);
const kept = (delta: VirtualIpDelta): KeptVirtualIp => {
  const virtualIp = withRecord(virtualIpEntity(uuid, delta));
  if (virtualIp === undefined) throw new Error('it has no record');
  return virtualIp;
};
const foreign = virtualIpEntity(uuid, { record: null, ports: [amphora1], floatingIps: [floatingIp] });

describe('what a virtual-ip records', () => {
  it('should be read from its annotations, and nothing of one that is not ours', () => {
    const virtualIp = virtualIpEntity(uuid, { record: { floatingIps: [floatingIp], members: [amphora1] } });
    expect(recordOf(virtualIp)).to.deep.equal({
      vip: key,
      loadBalancer: 'lb',
      vipPort,
      floatingIps: [floatingIp],
      members: [amphora1],
    });
    expect(recordOf(foreign)).to.equal(undefined);
    expect(withRecord(foreign)).to.equal(undefined);
  });

  it('should be no members, and cut, where annotations were left out', () => {
    const record = recordOf(virtualIpEntity(uuid, { record: { members: [amphora1] }, cut: ['annotations'] }));
    expect(record).to.deep.include({ members: [], cut: ['floatingIps', 'members'] });
  });

  it('should be whole where other things were left out', () => {
    const record = recordOf(virtualIpEntity(uuid, { record: { members: [amphora1] }, cut: ['references to x'] }));
    expect(record)
      .to.deep.include({ members: [amphora1] })
      .and.not.to.have.property('cut');
  });

  describe('whether it is cut', () => {
    const tooMany = Array.from({ length: recordBounds.floatingIps + 1 }, (_, number) => uuidOf(0x1000 + number));
    for (const [what, delta, expected] of [
      ['it is whole', {}, false],
      ['references are left out', { cut: ['references to floating-ip'] }, true],
      ['its record names too many', { record: { floatingIps: tooMany } }, true],
    ] as const) {
      it(`should be ${expected} when ${what}`, () => {
        expect(isCut(kept(delta))).to.equal(expected);
      });
    }
  });

  describe('the floating ips', () => {
    it('should be those in annotations and those that it references, sorted, each once', () => {
      const virtualIp = kept({
        record: { floatingIps: [otherFloatingIp, floatingIp] },
        floatingIps: [floatingIp, uuidOf(0x29)],
      });
      expect(recordedFloatingIps(virtualIp)).to.deep.equal([uuidOf(0x29), floatingIp, otherFloatingIp]);
    });
  });

  describe('the ports', () => {
    it('should be those that it references and its members, sorted, each once', () => {
      const virtualIp = kept({
        ports: [vipPort, amphora2],
        record: { members: [amphora2, amphora1] },
      });
      expect(recordedPorts(virtualIp)).to.deep.equal([vipPort, amphora1, amphora2]);
    });
  });
});

describe('who records', () => {
  const stage = new Stage()
    .put('virtual-ip', virtualIpEntity(uuidOf(1), { record: { floatingIps: [floatingIp] } }))
    .put('virtual-ip', virtualIpEntity(uuidOf(2), { floatingIps: [floatingIp] }))
    .put('virtual-ip', virtualIpEntity(uuidOf(3), { record: null, floatingIps: [floatingIp] }))
    .put('virtual-ip', virtualIpEntity(uuidOf(4), { record: { vip: vipKey(network, '10.107.0.99') } }))
    .put('virtual-ip', {
      ...virtualIpEntity(uuidOf(5), { record: null }),
      annotations: { [floatingIpRecordKey(floatingIp)]: 'x' },
    });
  const uuids = (virtualIps: readonly { readonly uuid: string }[]) => virtualIps.map((one) => one.uuid).sort();

  it('should be the virtual-ips that name the VIP with a whole record, whoever wrote that', () => {
    expect(uuids(virtualIpsNaming(stage.cache, key))).to.deep.equal([uuidOf(1), uuidOf(2)]);
  });

  it('should be the virtual-ips that name the floating ip in annotations or by reference, and have a record', () => {
    expect(uuids(virtualIpsRecording(stage.cache, floatingIp))).to.deep.equal([uuidOf(1), uuidOf(2)]);
    expect(virtualIpsRecording(stage.cache, otherFloatingIp)).to.deep.equal([]);
  });
});
