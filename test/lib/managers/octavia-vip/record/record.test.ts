import { expect } from 'chai';
import {
  floatingIpRecordKey,
  isCut,
  isRecordedTooOften,
  recordBounds,
  recordedFloatingIps,
  recordedPorts,
  recordOf,
  recordsPerFloatingIp,
  vipKey,
  virtualIpsNaming,
  virtualIpsRecording,
  withRecord,
  type KeptVirtualIp,
  type VipKey,
} from '../../../../../lib/managers/octavia-vip/index.js';
import { uuidOf } from '../../../../support/change-messages.js';
import { floatingIpEntity, key, network, virtualIpEntity, type VirtualIpDelta } from '../support/entities.js';
import { amphora1, amphora2, floatingIp, otherFloatingIp, vipPort } from '../support/floating-ips.js';
import { tenant } from '../support/ports.js';
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
    const recording = (uuid: string) => virtualIpsRecording(stage.cache, { floatingIp: { uuid } });
    expect(uuids(recording(floatingIp))).to.deep.equal([uuidOf(1), uuidOf(2)]);
    expect(recording(otherFloatingIp)).to.deep.equal([]);
  });

  describe('when others record the floating ip', () => {
    const otherKey = vipKey(network, '10.107.0.98');
    const ours = floatingIpEntity(floatingIp, { projects: [tenant.projectUuid] });
    const crowd = (projectUuid: string, count: number): Stage => {
      const many = new Stage().put(
        'virtual-ip',
        virtualIpEntity(uuidOf(0xff), { record: { floatingIps: [floatingIp] } }),
      );
      for (let index = 1; index <= count; index += 1) {
        const record = { vip: otherKey, floatingIps: [floatingIp] };
        many.put('virtual-ip', virtualIpEntity(uuidOf(index), { project: projectUuid, record }));
      }
      return many;
    };
    const seenAt = (vip: VipKey) => ({ episodes: [{ vip, seen: true }] });

    it('should be none of another project, however many there are', () => {
      const { cache } = crowd(uuidOf(0x99), 100);
      expect(uuids(virtualIpsRecording(cache, { floatingIp: ours }))).to.deep.equal([uuidOf(0xff)]);
      expect(isRecordedTooOften(cache, { floatingIp: ours })).to.equal(false);
    });

    it('should be those of another project whose VIP this process has seen it attached to', () => {
      const { cache } = crowd(uuidOf(0x99), 1);
      const found = virtualIpsRecording(cache, { floatingIp: ours, memory: seenAt(otherKey) });
      expect(uuids(found)).to.deep.equal([uuidOf(1), uuidOf(0xff)]);
    });

    it('should be the first of its own project, and that there are more be known', () => {
      const { cache } = crowd(tenant.projectUuid, 20);
      expect(virtualIpsRecording(cache, { floatingIp: ours })).to.have.length(recordsPerFloatingIp);
      expect(isRecordedTooOften(cache, { floatingIp: ours })).to.equal(true);
    });
  });
});
