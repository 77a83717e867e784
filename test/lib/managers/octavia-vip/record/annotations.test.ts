import { expect } from 'chai';
import {
  floatingIpRecordKey,
  memberRecordKey,
  readRecord,
  recordAfter,
  recordBounds,
  recordKeys,
  vipKey,
  writeRecord,
  type VirtualIpRecord,
} from '../../../../../lib/model/index.js';
import { uuidOf } from '../../../../support/change-messages.js';

const whole: VirtualIpRecord = {
  vip: vipKey(uuidOf(0xb0), '10.107.0.3'),
  loadBalancer: 'lb',
  vipPort: uuidOf(1),
  floatingIps: [uuidOf(2)],
  members: [uuidOf(3)],
};

const entries = (count: number, keyOf: (uuid: string) => string) =>
  Array.from({ length: count }, (_, index) => ({ key: keyOf(uuidOf(0x1000 + index)), value: '10.107.0.3' }));

const read = (more: readonly { readonly key: string; readonly value: string }[]): VirtualIpRecord => {
  const record = readRecord({ key_value_pair: [...writeRecord(whole, '10.107.0.3'), ...more] });
  if (record === undefined) throw new Error('it is a record');
  return record;
};

describe('readRecord', () => {
  describe('when there are thousands of annotations', () => {
    it('should heed none that is not ours', () => {
      expect(read(entries(5_000, (uuid) => `somebody/${uuid}`))).to.deep.equal(whole);
    });

    it('should heed none of ours that names no object', () => {
      expect(read(entries(5_000, (uuid) => `${recordKeys.floatingIpPrefix}no ${uuid}`))).to.deep.equal(whole);
    });

    it('should believe the first floating ips, and say that there are more', () => {
      const record = read(entries(5_000, floatingIpRecordKey));
      expect(record.floatingIps).to.have.length(recordBounds.floatingIps);
      expect(record.floatingIps).to.include(uuidOf(2));
      expect(record.members).to.deep.equal(whole.members);
      expect(record.cut).to.deep.equal(['floatingIps']);
    });

    it('should believe no members: what is gone of them is evidence', () => {
      const record = read(entries(5_000, memberRecordKey));
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

describe('recordAfter', () => {
  it('should still be cut: what was left out is still there', () => {
    const record = read(entries(5_000, floatingIpRecordKey));
    const after = recordAfter(record, [], [floatingIpRecordKey(uuidOf(2))]);
    expect(after.cut).to.deep.equal(['floatingIps']);
    expect(after.floatingIps).not.to.include(uuidOf(2));
  });
});
