import { expect } from 'chai';
import { haproxyConfig } from '../../../../../../lib/managers/loadbalancer/haproxy/config/index.js';
import { listenerView, loadbalancerView, poolView } from '../../../../../support/loadbalancer-views.js';

interface Limits {
  readonly key: string;
  readonly least: number;
  readonly most: number;
  readonly line: (value: number) => string;
}

const limits: readonly Limits[] = [
  { key: 'max_conn', least: 1, most: 65_535, line: (value) => `maxconn ${value}` },
  { key: 'max_conn_rate', least: 1, most: 65_535, line: (value) => `maxconnrate ${value}` },
  { key: 'max_sess_rate', least: 1, most: 65_535, line: (value) => `maxsessrate ${value}` },
  { key: 'max_ssl_conn', least: 1, most: 65_535, line: (value) => `maxsslconn ${value}` },
  { key: 'max_ssl_rate', least: 1, most: 65_535, line: (value) => `maxsslrate ${value}` },
  { key: 'tune_http_max_header', least: 5, most: 128, line: (value) => `tune.http.maxhdr ${value}` },
  { key: 'tune_ssl_max_record', least: 1, most: 16_384, line: (value) => `tune.ssl.maxrecord ${value}` },
  { key: 'server_timeout', least: 1, most: 5_000_000, line: (value) => `timeout server ${value}` },
  { key: 'client_timeout', least: 1, most: 5_000_000, line: (value) => `timeout client ${value}` },
  { key: 'connect_timeout', least: 1, most: 5_000_000, line: (value) => `timeout connect ${value}` },
  { key: 'rate_limit_sessions', least: 1, most: 65_535, line: (value) => `rate-limit sessions ${value}` },
];

interface Pair {
  readonly key: string;
  readonly value: string;
}

const configOf = (...pools: readonly (readonly Pair[])[]) =>
  haproxyConfig(
    loadbalancerView({
      listeners: pools.map((attributes, index) =>
        listenerView(index, { port: 80 + index, pools: [poolView(index, { attributes })] }),
      ),
    }),
    { appsession: false },
  );
const linesOf = (...pairs: readonly Pair[]): readonly string[] =>
  configOf(pairs)
    .text.split('\n')
    .map((one) => one.trim());
const plain = configOf([]);

describe('custom attributes of a pool', () => {
  for (const { key, least, most, line } of limits) {
    describe(`when ${key} is given`, () => {
      it(`should be taken from ${least} to ${most}`, () => {
        expect(linesOf({ key, value: String(least) })).to.include(line(least));
        expect(linesOf({ key, value: ` +${most} ` })).to.include(line(most));
      });

      it('should be left out and told otherwise', () => {
        for (const value of [
          String(least - 1),
          String(most + 1),
          '',
          'abc',
          '1.5',
          '0x10',
          '-5',
          '1e2',
          '9'.repeat(30),
        ]) {
          const { text, skipped } = configOf([{ key, value }]);
          expect(text, value).to.equal(plain.text);
          expect(skipped.map(({ reason }) => reason)).to.deep.equal([`${key} has a value that is not allowed`]);
        }
      });
    });
  }

  describe('when ssl_ciphers is given', () => {
    it('should stand in the place of the list that is there otherwise, up to 100 characters', () => {
      const list = `AES:${'AES128:'.repeat(20)}`.slice(0, 98).concat(':!');
      expect(linesOf({ key: 'ssl_ciphers', value: 'AES:!MD5' })).to.include('ssl-default-bind-ciphers AES:!MD5');
      const longest = `${'AES:'.repeat(24)}AES+`;
      expect(longest).to.have.length(100);
      expect(linesOf({ key: 'ssl_ciphers', value: `${'AES:'.repeat(24)}HIGH` })).to.include(
        `ssl-default-bind-ciphers ${'AES:'.repeat(24)}HIGH`,
      );
      for (const value of [list, longest, `${'AES:'.repeat(25)}AES`, 'FOO', 'AES ECDH', 'AES\nmode tcp'])
        expect(configOf([{ key: 'ssl_ciphers', value }]).text).to.equal(plain.text);
    });
  });

  describe('when http_server_close is given', () => {
    for (const [value, line] of [
      ['True', 'option http-server-close'],
      ['true', 'option http-server-close'],
      ['False', 'no option http-server-close'],
      ['false', 'no option http-server-close'],
    ] as const)
      it(`should be heard as ${value}`, () => {
        expect(linesOf({ key: 'http_server_close', value })).to.include(line);
      });

    it('should be left out where no HTTP is spoken', () => {
      const attributes = [{ key: 'http_server_close', value: 'True' }];
      const pools = [poolView(1, { protocol: 'TCP', attributes })];
      const view = loadbalancerView({ listeners: [listenerView(1, { protocol: 'TCP', pools })] });
      expect(haproxyConfig(view, { appsession: false }).text).not.to.include('http-server-close');
    });
  });

  describe('when they mean nothing', () => {
    it('should have no line, and do no harm', () => {
      expect(configOf([{ key: 'tls_container', value: 'http://barbican/x' }])).to.deep.equal(plain);
      for (const key of ['unknown_key', 'constructor', '__proto__', ''])
        expect(configOf([{ key, value: '1' }]).text).to.equal(plain.text);
    });
  });

  describe('when several pools say something of all the text', () => {
    it('should count as the last pool says what is allowed', () => {
      const { text } = configOf(
        [{ key: 'max_conn', value: '10' }],
        [{ key: 'max_conn', value: '20' }],
        [{ key: 'max_conn', value: '0' }],
      );
      expect(text).to.include('\tmaxconn 20\n');
    });
  });
});
