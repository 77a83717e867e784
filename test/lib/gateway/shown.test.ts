import { expect } from 'chai';
import fc from 'fast-check';
import { corrected, correctionOf, listText, shownList, shownOne } from '../../../lib/gateway/shown.js';

const vipPort = '80000000-0000-4000-8000-000000000001';
const amphora = '00000000-0000-4000-8000-000000000002';
const stranger = 'f0000000-0000-4000-8000-000000000003';
const router = 'e0000000-0000-4000-8000-000000000004';
const vip = { vipPort, address: '10.0.0.5', addresses: ['10.0.0.5', 'fd00::5'] };

function carries(port: string): boolean {
  return port === amphora;
}

/** A floating ip as the API server writes it. */
function text(portId: string | null, fixedIp: string | null): string {
  const value = (one: string | null): string => (one === null ? 'null' : `"${one}"`);
  return (
    `{"id": "70000000-0000-4000-8000-000000000000", "router_id": null, "port_id": ${value(portId)}, ` +
    `"fixed_ip_address": ${value(fixedIp)}, "status": "${portId === null ? 'DOWN' : 'ACTIVE'}", "description": "caf\\u00e9"}`
  );
}

function shownWith(portId: string | null, fixedIp: string | null): string | undefined {
  const entry = shownOne(text(portId, fixedIp))!;
  const correction = correctionOf(entry, vip, carries);
  return correction && corrected(entry, correction, router).text;
}

describe('correctionOf', () => {
  describe('when the server shows a port that carries the VIP', () => {
    it('should show the VIP port', () => {
      expect(shownWith(amphora, '10.0.0.5')).to.equal(text(vipPort, '10.0.0.5'));
    });

    it('should show the VIP in place of the address of that port', () => {
      expect(shownWith(amphora, '10.0.0.77')).to.equal(text(vipPort, '10.0.0.5'));
    });

    it('should leave another address of the VIP port', () => {
      expect(shownWith(amphora, 'fd00::5')).to.equal(text(vipPort, 'fd00::5'));
    });

    it('should leave one without fixed ip: it is being freed', () => {
      expect(shownWith(amphora, null)).to.equal(undefined);
    });
  });

  describe('when the server shows the VIP port', () => {
    it('should leave what is right as it is', () => {
      const entry = shownOne(text(vipPort, '10.0.0.5'))!;

      expect(corrected(entry, correctionOf(entry, vip, carries)!)).to.equal(entry);
    });
  });

  describe('when the server shows another port', () => {
    it('should leave it: its user has moved it', () => {
      expect(shownWith(stranger, '10.9.9.9')).to.equal(undefined);
    });
  });

  describe('when the server shows no port', () => {
    it('should leave one that is freed', () => {
      expect(shownWith(null, null)).to.equal(undefined);
      expect(shownWith(null, '10.9.9.9')).to.equal(undefined);
    });

    it('should show one that is being restored as it will be, with its router', () => {
      const whole = text(vipPort, '10.0.0.5').replace('"router_id": null', `"router_id": "${router}"`);

      expect(shownWith(null, '10.0.0.5')).to.equal(whole);
    });
  });
});

describe('corrected', () => {
  it('should add nothing that the caller has not asked for', () => {
    const entry = shownOne(`{"id": "70000000-0000-4000-8000-000000000000", "fixed_ip_address": "10.0.0.77"}`)!;
    const after = corrected(entry, { portId: vipPort, fixedIp: '10.0.0.5', isDown: true });

    expect(after.text).to.equal(`{"id": "70000000-0000-4000-8000-000000000000", "fixed_ip_address": "10.0.0.5"}`);
  });
});

describe('shownList', () => {
  it('should give each entry back to the byte', () => {
    const entry = fc
      .record({ id: fc.uuid(), more: fc.jsonValue(), name: fc.string({ unit: 'binary' }) })
      .map((value) => JSON.stringify(value).replaceAll('","', '", "'));
    fc.assert(
      fc.property(fc.array(entry), fc.constantFrom(',', ', ', ' ,\n'), (entries, separator) => {
        const whole = `[${entries.join(separator)}]`;
        const shown = shownList(whole)!;
        expect(shown.entries.map(({ text: own }) => own)).to.deep.equal(entries);
        if (entries.length > 1) expect(listText(shown.entries, shown.separator)).to.equal(whole);
      }),
    );
  });

  it('should not take for a list of floating ips what is none', () => {
    for (const other of ['', '{}', '[1]', '[{}]', '[{"id": 7}]', '[[]]', '"[]"']) {
      expect(shownList(other), other).to.equal(undefined);
    }
  });
});
