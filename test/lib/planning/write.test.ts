import { expect } from 'chai';
import { keysOf, type Write } from '../../../lib/managers/index.js';

describe('keysOf', () => {
  describe('when the same is written to another virtual-ip of the VIP', () => {
    it('should be the same', () => {
      const reference = (target: { readonly uuid: string } | 'created'): Write => ({
        action: 'add-virtual-ip-reference',
        target,
        portUuid: 'port',
      });
      expect(keysOf(reference('created'))).to.deep.equal(keysOf(reference({ uuid: 'virtual-ip' })));
    });
  });

  describe('when something else is written', () => {
    it('should be another', () => {
      const writes: readonly Write[] = [
        { action: 'add-floating-ip-reference', uuid: 'fip', portUuid: 'port' },
        { action: 'add-floating-ip-reference', uuid: 'fip', portUuid: 'other' },
        { action: 'add-floating-ip-reference', uuid: 'other', portUuid: 'port' },
        { action: 'delete-floating-ip-reference', uuid: 'fip', portUuid: 'port' },
        { action: 'add-virtual-ip-reference', target: 'created', portUuid: 'port' },
        { action: 'delete-virtual-ip-reference', target: 'created', portUuid: 'port' },
        { action: 'add-association-reference', target: 'created', floatingIpUuid: 'fip' },
        { action: 'delete-association-reference', target: 'created', floatingIpUuid: 'fip' },
        { action: 'set-virtual-ip-properties', target: 'created', properties: { address: '10.0.0.1' } },
        { action: 'create-virtual-ip', virtualIp: { fqName: ['a'], properties: { address: '10.0.0.1' }, record: [] } },
        { action: 'delete-virtual-ip', uuid: 'virtual-ip' },
        { action: 'set-floating-ip-properties', uuid: 'fip', properties: { fixedIp: '10.0.0.1' } },
        { action: 'set-floating-ip-properties', uuid: 'fip', properties: { fixedIp: null } },
      ];
      const keys = writes.flatMap((write) => keysOf(write));
      expect(new Set(keys).size).to.equal(writes.length);
    });
  });

  describe('when several entries or values are written at once', () => {
    it('should be one for each, the same as if it were written alone', () => {
      const entries = [
        { key: 'a', value: '1' },
        { key: 'b', value: '1' },
      ];
      const set = (list: typeof entries): readonly string[] =>
        keysOf({ action: 'set-record', target: 'created', entries: list });
      expect(set(entries)).to.deep.equal(entries.flatMap((entry) => set([entry])));
      expect(keysOf({ action: 'delete-record', target: 'created', keys: ['a', 'b'] })).to.have.length(2);
      const properties = { fixedIp: '10.0.0.1', isVirtualIp: true };
      expect(keysOf({ action: 'set-floating-ip-properties', uuid: 'fip', properties })).to.have.length(2);
    });
  });
});
