import { expect } from 'chai';
import { toRecord } from '../../../lib/relay/record.js';

const uuid = '0f6c2d1e-3b4a-4c5d-8e9f-a1b2c3d4e5f6';

function bodyOf(message: object): Buffer {
  return Buffer.from(JSON.stringify(message));
}

describe('toRecord', () => {
  describe('when a message is a notification', () => {
    it('should key it by its uuid, carry what consumers filter by in headers, and leave the body as it is', () => {
      const body = bodyOf({ 'request-id': 'req-1', oper: 'UPDATE', type: 'floating_ip', uuid, fq_name: ['a'] });
      expect(toRecord(body)).to.deep.equal({
        outcome: 'record',
        record: {
          key: uuid,
          value: body,
          headers: { operation: 'UPDATE', type: 'floating_ip', 'request-id': 'req-1' },
          bytes: body.byteLength,
        },
      });
    });

    it('should carry kinds and operations that do not concern this project: others read the topic, too', () => {
      const body = bodyOf({ oper: 'UPDATE-IMPLICIT', type: 'global_system_config', uuid });
      const made = toRecord(body);
      expect(made.outcome === 'record' && made.record.headers).to.deep.equal({
        operation: 'UPDATE-IMPLICIT',
        type: 'global_system_config',
      });
    });

    it('should give one key to one object, however its uuid is written', () => {
      const made = toRecord(bodyOf({ oper: 'UPDATE', type: 'floating_ip', uuid: uuid.toUpperCase() }));
      expect(made.outcome === 'record' && made.record.key).to.equal(uuid);
    });

    it('should carry one without a usable request-id', () => {
      const made = toRecord(bodyOf({ oper: 'UPDATE', type: 'floating_ip', uuid, 'request-id': 7 }));
      expect(made.outcome === 'record' && Object.keys(made.record.headers)).to.deep.equal(['operation', 'type']);
    });
  });

  describe('when a message is poison', () => {
    const cases: readonly (readonly [string, Buffer | string, string])[] = [
      ['text that is not JSON', 'not { json', 'not-json'],
      ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'not-json'],
      ['no object', '[]', 'bad-shape'],
      ['no uuid', bodyOf({ oper: 'UPDATE', type: 'floating_ip' }), 'bad-shape'],
      ['no uuid, of a kind that this project does not read', bodyOf({ oper: 'UPDATE', type: 'route' }), 'bad-shape'],
      ['a uuid that is none', bodyOf({ oper: 'UPDATE', type: 'floating_ip', uuid: 'x' }), 'bad-shape'],
      ['no operation', bodyOf({ type: 'floating_ip', uuid }), 'bad-shape'],
      ['more than any source parses', bodyOf({ oper: 'UPDATE', uuid, pad: 'x'.repeat(5_000_000) }), 'too-large'],
    ];
    for (const [what, body, reason] of cases) {
      it(`should reject ${what} as ${reason}`, () => {
        const made = toRecord(body);
        expect(made.outcome === 'rejected' && made.rejected.reason).to.equal(reason);
      });
    }
  });
});
