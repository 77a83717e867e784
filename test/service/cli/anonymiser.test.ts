import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalAddress } from '../../../lib/model/index.js';
import { AddressMap } from '../../../service/diagnosis/export/address-map.js';
import { Anonymiser } from '../../../service/diagnosis/export/anonymiser.js';

const secret = new Uint8Array(32).fill(7);
const kept = { prefixes: ['octavia-lb-vrrp-'], words: ['service', 'Octavia'] };
const address = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => canonicalAddress(text) ?? '192.0.2.1');

describe('AddressMap', () => {
  it('should make one address of one, and two of two', () => {
    fc.assert(
      fc.property(address, address, (one, other) => {
        const map = new AddressMap(secret);
        expect(map.address(one) === map.address(other)).to.equal(one === other);
        expect(canonicalAddress(map.address(one))).to.equal(map.address(one));
      }),
    );
  });

  it('should keep what is in a subnet in it, and what is not out of it', () => {
    const bits = (text: string): string =>
      text
        .split('.')
        .map((part) => Number(part).toString(2).padStart(8, '0'))
        .join('');
    const byte = fc.integer({ min: 1, max: 255 });
    fc.assert(
      fc.property(fc.tuple(byte, byte, byte, byte), fc.tuple(byte, byte, byte, byte), (one, other) => {
        const map = new AddressMap(secret);
        const [first, second] = [one.join('.'), other.join('.')];
        const common = (left: string, right: string): number => {
          const end = Array.from(left).findIndex((bit, place) => bit !== right[place]);
          return end < 0 ? 32 : end;
        };
        const before = common(bits(first), bits(second));
        expect(common(bits(map.address(first)), bits(map.address(second)))).to.equal(before);
      }),
    );
  });
});

describe('Anonymiser', () => {
  const uuid = fc.uuid().map((text) => text.toLowerCase());

  it('should give uuids others, each always the same, in the same order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(uuid, { minLength: 2, maxLength: 20 }), (uuids) => {
        const anonymiser = new Anonymiser([uuids], kept, secret);
        const made = uuids.toSorted().map((one) => anonymiser.text(one));
        expect(new Set(made).size).to.equal(uuids.length);
        expect(made).to.deep.equal(made.toSorted());
        for (const one of uuids) expect(made).not.to.include(one);
      }),
    );
  });

  it('should show nothing of any text that is no word of OpenSDN’s own, in whatever field it stands', () => {
    const field = fc.constantFrom('display_name', 'fq_name', 'to', 'tenant', 'virtual_machine_interface_device_owner');
    const word = fc.stringMatching(/^[A-Z]{6,12}$/);
    const around = fc.constantFrom(
      (text: string) => text,
      (text: string) => `octavia-lb-vrrp-${text}`,
      (text: string) => `a/${text}/b`,
      (text: string) => `compute:${text}`,
      (text: string) => `tenant:${text}`,
      (text: string) => `\u001b[2J${text}`,
    );
    fc.assert(
      fc.property(field, word, around, (name, text, wrap) => {
        const object = { [name]: name === 'fq_name' || name === 'to' ? [wrap(text)] : wrap(text) };
        const made = JSON.stringify(new Anonymiser([object], kept, secret).object(object));
        expect(made).not.to.include(text);
      }),
    );
  });

  it('should show of annotations that are not ours that they are there, and keep ours readable', () => {
    const id = '7d8d2e6a-118a-4393-bc45-b021fa83f65a';
    const object = {
      annotations: {
        key_value_pair: [
          { key: 'call', value: 'hunter2' },
          { key: 'opensdn-svc-monitor/whatever', value: 'hunter2' },
          { key: 'opensdn-svc-monitor/loadbalancer', value: 'hunter2' },
          { key: `opensdn-svc-monitor/member/${id}`, value: '' },
          { key: `opensdn-svc-monitor/departing/${id}`, value: 'asked' },
          { key: 'opensdn-svc-monitor/vip', value: `${id}/10.0.0.1` },
          { key: 'opensdn-svc-monitor/managed-by', value: 'opensdn-svc-monitor' },
        ],
      },
    };
    const anonymiser = new Anonymiser([object], kept, secret);
    const text = JSON.stringify(anonymiser.object(object));
    for (const word of ['call', 'hunter2', 'whatever', id, '10.0.0.1']) expect(text).not.to.include(word);
    expect(text).to.include(`opensdn-svc-monitor/member/${anonymiser.text(id)}`);
    expect(text).to.include(`{"key":"opensdn-svc-monitor/departing/${anonymiser.text(id)}","value":"asked"}`);
    expect(text).to.include(`"${anonymiser.text(id)}/${anonymiser.text('10.0.0.1')}"`);
    expect(text).to.include('"value":"opensdn-svc-monitor"');
  });
});
