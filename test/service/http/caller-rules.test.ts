import { isIP } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { hostName, refusalOf, type CallerFacts } from '../../../service/http/index.js';

const allowed = new Set(['localhost', 'monitor.example']);
const setting = 'http.allowed_hosts';
const asked: CallerFacts = {
  hosts: ['localhost'],
  version: '1.1',
  method: 'GET',
  origin: undefined,
  fetchSite: undefined,
  fetchMode: undefined,
  fetchDest: undefined,
};
const codeOf = (facts: Partial<CallerFacts>): number | undefined =>
  refusalOf({ ...asked, ...facts }, allowed, setting)?.code;

describe('refusalOf', () => {
  describe('when it is asked by an address or a name that is allowed', () => {
    const hosts = ['localhost', 'LOCALHOST:9097', 'localhost.', '127.0.0.1', '10.1.2.3:80', '[::1]', '[fe80::1]:9097'];
    for (const host of [...hosts, 'monitor.example', 'Monitor.Example.:443', 'localhost:']) {
      it(`should answer ${host}`, () => {
        expect(codeOf({ hosts: [host] })).to.equal(undefined);
      });
    }
  });

  describe('when it is asked by another name', () => {
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'xlocalhost', '0x7f.1']) {
      it(`should refuse ${host} with 421, and name the setting`, () => {
        const refusal = refusalOf({ ...asked, hosts: [host] }, allowed, setting);
        expect(refusal?.code).to.equal(421);
        expect(refusal?.text).to.contain(host).and.to.contain(setting);
      });
    }
  });

  describe('when the Host header is no name and no address', () => {
    for (const host of [
      '',
      '.',
      'a b',
      'user@localhost',
      'localhost/x',
      '[::1',
      '::1',
      '[127.0.0.1]',
      'localhost:x',
      '[]',
    ]) {
      it(`should refuse ${JSON.stringify(host)} with 400`, () => {
        expect(codeOf({ hosts: [host] })).to.equal(400);
      });
    }

    it('should refuse two of them, and none, unless the client speaks HTTP/1.0', () => {
      expect(codeOf({ hosts: ['localhost', 'localhost'] })).to.equal(400);
      expect(codeOf({ hosts: [] })).to.equal(400);
      expect(codeOf({ hosts: [], version: '1.0' })).to.equal(undefined);
      expect(codeOf({ hosts: ['evil.example'], version: '1.0' })).to.equal(421);
    });
  });

  describe('when a page in a browser asks', () => {
    const cases: readonly (readonly [string, Partial<CallerFacts>, number | undefined])[] = [
      ['the page of this endpoint', { fetchSite: 'same-origin', fetchMode: 'cors', fetchDest: 'empty' }, undefined],
      [
        'somebody who types the address',
        { fetchSite: 'none', fetchMode: 'navigate', fetchDest: 'document' },
        undefined,
      ],
      ['a link that is followed', { fetchSite: 'cross-site', fetchMode: 'navigate', fetchDest: 'document' }, undefined],
      [
        'a form of another site',
        { fetchSite: 'cross-site', fetchMode: 'navigate', fetchDest: 'document', method: 'POST' },
        403,
      ],
      ['a script of another site', { fetchSite: 'cross-site', fetchMode: 'cors', fetchDest: 'empty' }, 403],
      ['an image on another site', { fetchSite: 'cross-site', fetchMode: 'no-cors', fetchDest: 'image' }, 403],
      ['a frame of another site', { fetchSite: 'cross-site', fetchMode: 'navigate', fetchDest: 'iframe' }, 403],
      ['a page on another port of this host', { fetchSite: 'same-site', fetchMode: 'cors', fetchDest: 'empty' }, 403],
      ['a browser that sends an Origin of its own', { origin: 'http://localhost' }, undefined],
      ['a proxy that takes TLS off', { origin: 'https://Monitor.Example', hosts: ['monitor.example'] }, undefined],
      ['a foreign Origin', { origin: 'http://evil.example' }, 403],
      ['an Origin on another port', { origin: 'http://localhost:3000' }, 403],
      ['a page without an Origin', { origin: 'null' }, 403],
    ];
    for (const [what, facts, code] of cases) {
      it(`should ${code === undefined ? 'answer' : 'refuse'} ${what}`, () => {
        expect(codeOf(facts)).to.equal(code);
      });
    }
  });

  describe('when the Host header is anything', () => {
    it('should never answer what is neither an address nor an allowed name', () => {
      const some = fc.oneof(
        fc.string(),
        fc.domain(),
        fc.ipV4(),
        fc.ipV6().map((address) => `[${address}]`),
      );
      fc.assert(
        fc.property(some, fc.constantFrom('', ':80', ':'), (host, port) => {
          const name = hostName(`${host}${port}`);
          const isAnswered = codeOf({ hosts: [`${host}${port}`] }) === undefined;
          expect(isAnswered).to.equal(name !== undefined && (isIP(name) !== 0 || allowed.has(name)));
        }),
      );
    });
  });
});
