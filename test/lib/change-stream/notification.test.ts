import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { decodeNotification, maxNotificationBytes, type DecodedMessage } from '../../../lib/index.js';
import { anyNotification, uuidOf } from '../../support/change-messages.js';

const decode = (delta: Record<string, unknown>): DecodedMessage =>
  decodeNotification(JSON.stringify(anyNotification(delta)));

describe('decodeNotification', () => {
  describe('when it is about an object that we know', () => {
    it('should give an UPDATE without an object', () => {
      expect(decode({})).to.deep.equal({
        outcome: 'change',
        change: { operation: 'UPDATE', kind: 'floating-ip', uuid: uuidOf(1), requestId: 'req-1' },
      });
    });

    it('should give a CREATE and a DELETE with the object as it came', () => {
      const object = { uuid: uuidOf(1), id_perms: { uuid: { uuid_mslong: 1 } }, unknown: null };
      for (const oper of ['CREATE', 'DELETE']) {
        expect(decode({ oper, type: 'virtual_ip', obj_dict: object })).to.deep.equal({
          outcome: 'change',
          change: { operation: oper, kind: 'virtual-ip', uuid: uuidOf(1), requestId: 'req-1', object },
        });
      }
    });

    it('should read a Buffer as it reads text, with a byte order mark or without', () => {
      const text = JSON.stringify(anyNotification({ fq_name: ['domäne', '負荷'] }));

      expect(decodeNotification(Buffer.from(text))).to.deep.equal(decode({}));
      expect(decodeNotification(Buffer.from(`\uFEFF${text}`))).to.deep.equal(decode({}));
    });

    it('should write the uuid in lower case', () => {
      const uuid = 'ABCDEF00-0000-4000-8000-00000000000A';

      expect(decode({ uuid })).to.have.nested.property('change.uuid', uuid.toLowerCase());
    });

    for (const requestId of [undefined, null, 17, '']) {
      it(`should do without a request-id: ${String(requestId)}`, () => {
        const decoded = decode({ 'request-id': requestId });

        expect(decoded.outcome).to.equal('change');
        expect(decoded).not.to.have.nested.property('change.requestId');
      });
    }
  });

  describe('when it does not concern us', () => {
    it('should ignore other kinds, whatever else they hold', () => {
      const ignored = { outcome: 'ignored', reason: 'kind' };

      expect(decode({ type: 'routing_instance', uuid: 'none', oper: 7 })).to.deep.equal(ignored);
      expect(decode({ type: 'constructor' })).to.deep.equal(ignored);
    });

    for (const oper of ['UPDATE-IMPLICIT', 'update', 'PURGE', '__proto__']) {
      it(`should ignore another operation: ${oper}`, () => {
        expect(decode({ oper })).to.deep.equal({ outcome: 'ignored', reason: 'operation' });
      });
    }
  });

  describe('when it cannot be understood', () => {
    it('should reject what is not JSON in UTF-8, without quoting it', () => {
      const bodies = [
        '',
        'secret',
        '{"type": "floating_ip"',
        Buffer.from([0x7b, 0xff]),
        Buffer.from('{"a":1}', 'utf16le'),
      ];
      for (const body of bodies) {
        const decoded = decodeNotification(body);

        expect(decoded).to.have.nested.property('rejected.reason', 'not-json');
        expect(JSON.stringify(decoded)).not.to.contain('secret');
      }
    });

    it('should say of what, if a body that is not JSON shows it', () => {
      const text = JSON.stringify(anyNotification()).slice(0, -1);

      expect(decodeNotification(text)).to.deep.include({
        outcome: 'rejected',
        rejected: {
          reason: 'not-json',
          problems: ['(top): not JSON in UTF-8'],
          bytes: text.length,
          type: 'floating_ip',
          uuid: uuidOf(1),
        },
      });
    });

    for (const [what, delta] of Object.entries({
      'no uuid': { uuid: undefined },
      'a uuid that is none': { uuid: 'abc' },
      'a uuid that is a number': { uuid: 5 },
      'no operation': { oper: undefined },
      'an operation that is a list': { oper: ['UPDATE'] },
      'no type': { type: undefined },
      'a type that is null': { type: null },
    })) {
      it(`should reject ${what}, and say so`, () => {
        const decoded = decode(delta);

        expect(decoded).to.have.nested.property('rejected.reason', 'bad-shape');
        expect(decoded).to.have.nested.property('rejected.problems.length', 1);
      });
    }

    it('should keep what is readable of type and uuid, cut to a line', () => {
      const decoded = decode({ uuid: 'x'.repeat(5_000) });

      expect(decoded).to.have.nested.property('rejected.type', 'floating_ip');
      expect(decoded).to.have.nested.property('rejected.uuid.length', 100);
    });

    for (const json of ['null', '[]', '3', '"text"']) {
      it(`should reject JSON that is no object: ${json}`, () => {
        expect(decodeNotification(json)).to.have.nested.property('rejected.reason', 'bad-shape');
      });
    }

    it('should reject a body above the limit unparsed, and take one of just the limit', () => {
      const padding = maxNotificationBytes - JSON.stringify(anyNotification({ pad: '' })).length;
      const longest = anyNotification({ pad: 'x'.repeat(padding) });
      const tooLong = anyNotification({ pad: 'x'.repeat(padding + 1) });

      expect(decodeNotification(Buffer.from(JSON.stringify(longest)))).to.have.property('outcome', 'change');
      expect(decodeNotification(Buffer.from(JSON.stringify(tooLong)))).to.deep.include({
        rejected: {
          reason: 'too-large',
          problems: ['(top): longer than 4194304 bytes'],
          bytes: maxNotificationBytes + 1,
          type: 'floating_ip',
          uuid: uuidOf(1),
        },
      });
    });

    it('should never throw', () => {
      fc.assert(
        fc.property(fc.oneof(fc.json(), fc.string(), fc.uint8Array()), (body) => {
          expect(decodeNotification(body).outcome).to.be.oneOf(['change', 'ignored', 'rejected']);
        }),
      );
    });
  });

  describe('when the messages are those of the recordings', () => {
    const folder = 'fixtures/recordings';

    it('should reject none', () => {
      const outcomes = new Set<string>();
      for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
        const recording = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
          events: { notification?: object }[];
        };
        for (const { notification } of recording.events) {
          if (notification !== undefined) outcomes.add(decodeNotification(JSON.stringify(notification)).outcome);
        }
      }

      expect(outcomes).to.deep.equal(new Set(['change', 'ignored']));
    });
  });
});
