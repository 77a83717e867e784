import { expect } from 'chai';
import fc from 'fast-check';
import { isSecretName, maskCredentials, maskedBeginning } from '../../service/mask.js';

// How it was before: right, and on some texts slower than anybody can wait.
const slow = /([a-z][a-z0-9+.-]*:\/\/)?[^\s"',@]*:[^\s"']*@/i;

const password = fc.string({
  unit: fc.constantFrom(...Array.from('XYZ%@:/,.;=&?#[]{}()!$*+-_~')),
  minLength: 6,
  maxLength: 40,
});
const around = fc.string({ unit: fc.constantFrom(...Array.from('ab:@/,. "\'=\n')), maxLength: 30 });

describe('maskCredentials', () => {
  describe('when there are credentials', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['amqp://me:hunter2@host/', 'amqp://***@host/'],
      ['no route to amqp://me:hun/ter2@host', 'no route to amqp://***@host'],
      ['me:hun@ter2@host', '***@host'],
      ['url=amqp://me:hunter2@host', 'url=amqp://***@host'],
      ['"http://me:a@h","http://me:b@h"', '"http://***@h","http://***@h"'],
      ['one,me:hunter2@host', 'one,***@host'],
      ['http://token@host', 'http://***@host'],
      [':hunter2@host', '***@host'],
    ];
    for (const [text, shown] of cases) {
      it(`should mask those of ${text}`, () => {
        expect(maskCredentials(text)).to.equal(shown);
      });
    }

    it('should let no generated password through, whatever is around it', () => {
      fc.assert(
        fc.property(around, around, password, (before, behind, secret) => {
          const text = `${before} amqp://me:${secret}@host ${behind}`;
          expect(maskCredentials(text)).to.contain(' amqp://***@host ').and.not.to.contain(secret);
        }),
      );
    });
  });

  describe('when there are none', () => {
    for (const text of ['', 'plain', 'somebody@host', 'at 12:30 by me@host', 'a:b', 'http://host:80/', '@a:b']) {
      it(`should leave ${JSON.stringify(text)} as it is`, () => {
        expect(maskCredentials(text)).to.equal(text);
      });
    }
  });

  describe('when the text is anything', () => {
    it('should mask exactly where the slow expression did', () => {
      fc.assert(
        fc.property(
          fc.array(around).map((parts) => parts.join('')),
          (text) => {
            expect(maskCredentials(text) !== text).to.equal(slow.test(text));
          },
        ),
        { numRuns: 2_000 },
      );
    });

    it('should come to an end on texts that were made to be slow', () => {
      for (const part of ['a:', ':@', '@:', 'a://', 'a:/@', '@', ':', 'a', "a:b@'", 'http://u:p@h,'])
        expect(maskCredentials(`${part.repeat(1_000_000 / part.length)} amqp://u:hunter2@h`)).not.to.contain('hunter2');
    });
  });
});

describe('maskedBeginning', () => {
  it('should mask all of a text that is short enough', () => {
    expect(maskedBeginning('amqp://me:hunter2@host', 100)).to.equal('amqp://***@host');
  });

  it('should cut between words, and keep what is no password of one that it divides', () => {
    expect(maskedBeginning('one two three', 7)).to.equal('one two…');
    expect(maskedBeginning('one two three', 9)).to.equal('one two t…');
    expect(maskedBeginning('x'.repeat(20), 5)).to.equal('xxxxx…');
  });

  it('should show no part of a password, wherever it cuts', () => {
    fc.assert(
      fc.property(around, password, fc.constantFrom('amqp://', 'url=amqp://', ''), (before, secret, scheme) => {
        const text = `${before} ${scheme}me:${secret}@host and more`;
        const shown = (secretPart: string): string =>
          maskedBeginning(
            text.replace(secret, () => secretPart),
            longest,
          );
        let longest = 0;
        // With any other password of the same length it shows the same.
        for (; longest <= text.length; longest += 1) expect(shown(secret)).to.equal(shown('Q'.repeat(secret.length)));
      }),
    );
  });

  it('should look at no more than it shows', () => {
    expect(maskedBeginning('a:'.repeat(5_000_000), 100).length).to.be.below(105);
  });
});

describe('isSecretName', () => {
  it('should know the names of secrets', () => {
    for (const name of ['password', 'X-Auth-Token', 'apiKey', 'passphrase', 'Cookie'])
      expect(isSecretName(name)).to.equal(true);
    for (const name of ['user', 'host', 'key', 'uuid']) expect(isSecretName(name)).to.equal(false);
  });
});
