import { expect } from 'chai';
import { SvcMonitorError } from '../../../../../../lib/index.js';
import {
  line,
  render,
  word,
  type Line,
  type Word,
} from '../../../../../../lib/managers/loadbalancer/haproxy/config/text.js';

const rendered = (one: Line): string =>
  render({
    global: { head: line('global'), lines: [one] },
    defaults: { head: line('defaults'), lines: [] },
    frontends: [],
    backends: [],
    isSpaced: false,
  });

describe('words of a haproxy text', () => {
  describe('when a text is printable ASCII, and nothing of it is read as something else', () => {
    for (const text of [
      'a',
      '10.0.0.3:80',
      'http://barbican/v1/containers/1',
      '2001:db8::1:80',
      '200|201',
      '/a?b=%20&c',
      '!MD5',
      '~',
    ])
      it(`should be one: ${text}`, () => {
        expect(word(text)).to.equal(text);
      });
  });

  describe('when haproxy, or the agent on the way to it, would read something else', () => {
    for (const text of [
      '',
      'a b',
      'a\tb',
      'a\nb',
      'a\rb',
      '#',
      'a#b',
      '"a"',
      "it's",
      'a\\',
      '\u007f',
      'é',
      'a::::b',
      ':::::',
      '/crt__ns__a',
      '/haproxy_ssl_cert_path',
      'x'.repeat(2_049),
    ])
      it(`should be none: ${JSON.stringify(text.slice(0, 10))}`, () => {
        expect(word(text)).to.equal(undefined);
      });
  });

  describe('when something got into a line that is no word', () => {
    for (const text of ['a b', 'a\nbackend evil', '::::'])
      it(`should make no text at all: ${JSON.stringify(text)}`, () => {
        expect(() => rendered([...line('log'), text as Word]))
          .to.throw(SvcMonitorError)
          .with.property('code', 'bug');
      });

    it('should make no text with more words in a line than haproxy takes', () => {
      const words = (count: number): Line =>
        Array.from({ length: count }, () => word('a')).filter((one) => one !== undefined);
      expect(rendered(words(64))).to.be.a('string');
      expect(() => rendered(words(65))).to.throw(SvcMonitorError);
    });
  });
});
