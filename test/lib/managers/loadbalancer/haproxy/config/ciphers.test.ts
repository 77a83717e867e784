import { expect } from 'chai';
import fc from 'fast-check';
import { createSecureContext } from 'node:tls';
import { isCipherList } from '../../../../../../lib/managers/loadbalancer/haproxy/config/ciphers.js';
import { storiesToTell } from '../../../../../support/scope.js';

const runs = storiesToTell({ quick: 2_000, whole: 20_000 });
const seed = Number(process.env['PROPERTY_SEED'] ?? '20261128');

describe('cipher lists', () => {
  describe('when OpenSSL can make something of one', () => {
    for (const list of [
      'AES',
      'HIGH:!aNULL:!MD5',
      'DEFAULT',
      'DEFAULT:!RC4',
      'ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384',
      'FOO:AES128',
      'AES:-AES:AES256',
      'AES:@STRENGTH',
      'HIGH,!kRSA;+AES256',
      'ALL:!ECDHE-RSA-AES128-GCM-SHA256',
    ]) {
      it(`should take ${list}`, () => {
        expect(isCipherList(list)).to.equal(true);
        expect(isTaken(list)).to.equal(true);
      });
    }
  });

  describe('when nothing is left of one, or nobody can tell', () => {
    for (const list of [
      '',
      'FOO',
      'AES:!AES',
      'AES:!ALL',
      'HIGH:-HIGH',
      'AES:!AES:AES',
      '!AES',
      '+AES',
      '@STRENGTH',
      'AES+',
      'AES:!',
      'AES:!!MD5',
      'AES:@SECLEVEL=6',
      'AES:@FOO',
      'aNULL',
      'eNULL',
      'SUITEB128',
      'AES:!FOO',
      'AES:!DEFAULT',
      'PROFILE=SYSTEM',
      'AES RC4',
      'AES\nRC4',
    ]) {
      it(`should not take ${JSON.stringify(list)}`, () => {
        expect(isCipherList(list)).to.equal(false);
      });
    }
  });

  describe('when they are made of words at random', () => {
    it('should take none that OpenSSL refuses', () => {
      const words = [
        ...[
          'AES',
          'AES128',
          'AES256',
          'AESGCM',
          'ECDH',
          'ECDHE',
          'EECDH',
          'kECDHE',
          'DH',
          'DHE',
          'EDH',
          'kEDH',
          'kDHE',
        ],
        ...[
          'RSA',
          'kRSA',
          'aRSA',
          'ECDSA',
          'aECDSA',
          'SHA',
          'SHA1',
          'SSLv3',
          'TLSv1',
          'TLSv1.2',
          'ALL',
          'HIGH',
          'DEFAULT',
        ],
        ...[
          'aNULL',
          'MD5',
          'RC4',
          'DES',
          '3DES',
          'CAMELLIA',
          'CHACHA20',
          'PSK',
          'FOO',
          'SHA256',
          'SHA384',
          'COMPLEMENTOFALL',
        ],
        ...['AES128-SHA', 'ECDHE-RSA-AES256-GCM-SHA384', 'AES256-GCM-SHA384', 'ECDHE-RSA-CHACHA20-POLY1305', ''],
      ];
      const element = fc
        .tuple(
          fc.constantFrom('', '', '!', '-', '+'),
          fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 2 }).map((parts) => parts.join('+')),
        )
        .map((parts) => parts.join(''));
      const command = fc.constantFrom('@STRENGTH', '@SECLEVEL=2', '@FOO', '::');
      const lists = fc
        .array(fc.oneof({ weight: 9, arbitrary: element }, { weight: 1, arbitrary: command }), { maxLength: 7 })
        .map((parts) => parts.join(':'));
      let taken = 0;
      fc.assert(
        fc.property(lists, (list) => {
          if (!isCipherList(list)) return;
          taken += 1;
          expect(isTaken(list), list).to.equal(true);
        }),
        { numRuns: runs, seed },
      );
      expect(taken).to.be.greaterThan(runs / 20);
    });
  });
});

function isTaken(ciphers: string): boolean {
  try {
    createSecureContext({ ciphers });
    return true;
  } catch {
    return false;
  }
}
