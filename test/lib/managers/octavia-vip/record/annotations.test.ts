import { expect } from 'chai';
import {
  departureKey,
  floatingIpRecordKey,
  memberRecordKey,
  readRecord,
  recordBounds,
  recordKeys,
  recordOf,
  vipKey,
  type VirtualIpRecord,
  writeRecord,
} from '../../../../../lib/managers/octavia-vip/index.js';
import { setRecord, virtualIp } from '../../../../../lib/managers/octavia-vip/writes.js';
import type { EntityOf } from '../../../../../lib/model/index.js';
import { after } from '../../../../../lib/planning/effects.js';
import type { Write } from '../../../../../lib/planning/index.js';
import { virtualIpEntity } from '../support/entities.js';
import { uuidOf } from '../../../../support/change-messages.js';

const whole: VirtualIpRecord = {
  vip: vipKey(uuidOf(0xb0), '10.107.0.3'),
  loadBalancer: 'lb',
  vipPort: uuidOf(1),
  floatingIps: [uuidOf(2)],
  members: [uuidOf(3)],
};

function effectOf(before: EntityOf<'virtual-ip'>, write: Write): EntityOf<'virtual-ip'> {
  if (write.do !== 'set-entries') throw new Error('it sets entries');
  return after(before, write) as EntityOf<'virtual-ip'>;
}

const entries = (count: number, keyOf: (uuid: string) => string) =>
  Array.from({ length: count }, (_, index) => ({ key: keyOf(uuidOf(0x1000 + index)), value: '10.107.0.3' }));

const read = (more: readonly { readonly key: string; readonly value: string }[]): VirtualIpRecord => {
  const record = readRecord({ key_value_pair: [...writeRecord(whole, '10.107.0.3'), ...more] });
  if (record === undefined) throw new Error('it is a record');
  return record;
};

describe('readRecord', () => {
  describe('when ports are departing', () => {
    const departing = { [uuidOf(4)]: 'asked', [uuidOf(5)]: 'let-go' } as const;

    it('should read what is written', () => {
      const record = { ...whole, departing };
      expect(readRecord({ key_value_pair: [...writeRecord(record, '10.107.0.3')] })).to.deep.equal(record);
    });

    it('should take no other word, and none of a port that is none', () => {
      const entries = [
        { key: departureKey(uuidOf(4)), value: 'gone' },
        { key: departureKey('4'), value: 'asked' },
      ];
      expect(read(entries)).to.deep.equal(whole);
    });

    it('should take a bounded number', () => {
      const many = entries(1_000, departureKey).map(({ key }) => ({ key, value: 'asked' }));
      expect(Object.keys(read(many.slice(0, 200)).departing ?? {}).length).to.be.lessThan(65);
    });
  });

  describe('when an entry spells its uuid in another way than we do', () => {
    it('should not take it for ours: by the name that is read from it, it could not be removed', () => {
      const spelt = [
        uuidOf(0xabc).toUpperCase(),
        `{${uuidOf(0xabc)}}`,
        ` ${uuidOf(0xabc)}`,
        uuidOf(0xabc).replaceAll('-', ''),
      ];
      const keys = spelt.flatMap((uuid) => [floatingIpRecordKey(uuid), memberRecordKey(uuid)]);
      expect(read(keys.map((key) => ({ key, value: '10.107.0.3' })))).to.deep.equal(whole);
    });
  });

  describe('when there are thousands of annotations', () => {
    it('should heed none that is not ours', () => {
      expect(read(entries(5_000, (uuid) => `somebody/${uuid}`))).to.deep.equal(whole);
    });

    for (const [what, keyOf, floatingIps] of [
      ['floating ips', floatingIpRecordKey, recordBounds.floatingIps],
      ['members', memberRecordKey, 1],
      ['nothing', (uuid: string) => `${recordKeys.floatingIpPrefix}no ${uuid}`, 1],
    ] as const) {
      it(`should believe the first floating ips and no members when those are ours, and name ${what}`, () => {
        const record = read(entries(5_000, keyOf));
        expect(record.floatingIps).to.have.length(floatingIps).and.include(uuidOf(2));
        expect(record.members).to.deep.equal([]);
        expect(record.cut).to.deep.equal(['floatingIps', 'members']);
      });
    }
  });

  describe('when there are hundreds of annotations of ours', () => {
    it('should heed none that names no object', () => {
      expect(read(entries(200, (uuid) => `${recordKeys.floatingIpPrefix}no ${uuid}`))).to.deep.equal(whole);
    });

    it('should believe the first floating ips, and say that there are more', () => {
      const record = read(entries(200, floatingIpRecordKey));
      expect(record.floatingIps).to.have.length(recordBounds.floatingIps);
      expect(record.floatingIps).to.include(uuidOf(2));
      expect(record.members).to.deep.equal(whole.members);
      expect(record.cut).to.deep.equal(['floatingIps']);
    });

    it('should believe no members: what is gone of them is evidence', () => {
      const record = read(entries(200, memberRecordKey));
      expect(record.members).to.deep.equal([]);
      expect(record.floatingIps).to.deep.equal(whole.floatingIps);
      expect(record.cut).to.deep.equal(['members']);
    });
  });

  describe('when there are as many as may be', () => {
    it('should believe all', () => {
      const record = read([
        ...entries(recordBounds.floatingIps - 1, floatingIpRecordKey),
        ...entries(recordBounds.members - 1, memberRecordKey),
      ]);
      expect(record).not.to.have.property('cut');
      expect(record.floatingIps).to.have.length(recordBounds.floatingIps);
      expect(record.members).to.have.length(recordBounds.members);
    });
  });
});

describe('the record after a write', () => {
  it('should still be cut where what is left is too long, though an entry is removed', () => {
    const many = entries(recordBounds.floatingIps + 5, floatingIpRecordKey);
    const annotations = Object.fromEntries(
      [...writeRecord(whole, '10.107.0.3'), ...many].map((it) => [it.key, it.value]),
    );
    const before = { ...virtualIpEntity(uuidOf(0x40)), annotations };
    const written = effectOf(before, setRecord(virtualIp(before.uuid), { remove: [floatingIpRecordKey(uuidOf(2))] }));
    expect(recordOf(before)?.cut).to.deep.equal(['floatingIps']);
    expect(recordOf(written)?.cut).to.deep.equal(['floatingIps']);
    expect(recordOf(written)?.floatingIps).not.to.include(uuidOf(2));
  });

  it('should be what was set and removed, and nothing else changed', () => {
    const before = virtualIpEntity(uuidOf(0x40), { record: whole });
    const written = effectOf(
      before,
      setRecord(virtualIp(before.uuid), {
        set: { [floatingIpRecordKey(uuidOf(9))]: '10.107.0.3' },
        remove: [memberRecordKey(uuidOf(3)), 'somebody/else'],
      }),
    );
    expect(recordOf(written)).to.deep.equal({ ...whole, floatingIps: [uuidOf(2), uuidOf(9)], members: [] });
  });
});
