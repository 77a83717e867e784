import { expect } from 'chai';
import fc from 'fast-check';
import {
  autoOrBoolean,
  formatDuration,
  hostAndPortOf,
  listenAddress,
  parseDuration,
} from '../../../../lib/base/settings/index.js';

describe('formatDuration', () => {
  it('should take the largest unit that fits', () => {
    expect([0, 1, 1500, 2000, 60_000, 90_000, 3_600_000].map(formatDuration)).to.deep.equal([
      '0ms',
      '1ms',
      '1500ms',
      '2s',
      '1m',
      '90s',
      '1h',
    ]);
  });

  it('should write what parseDuration reads as the same', () => {
    fc.assert(fc.property(fc.nat(), (ms) => parseDuration(formatDuration(ms)) === ms));
  });
});

describe('autoOrBoolean', () => {
  it('should take the word, and what it would choose, also as text', () => {
    const { schema } = autoOrBoolean();
    expect(['auto', true, false, 'true', ' FALSE '].map((value) => schema.parse(value))).to.deep.equal([
      'auto',
      true,
      false,
      true,
      false,
    ]);
    for (const wrong of ['yes', '', 1, undefined]) expect(schema.safeParse(wrong).success).to.equal(false);
  });
});

describe('listenAddress', () => {
  const { schema } = listenAddress();

  it('should take an address or a name with a port, which may be 0, and tell the two apart', () => {
    const parts = ['127.0.0.1:8082', 'node-1:0', '[::1]:65535'].map((text) => hostAndPortOf(schema.parse(text)));
    expect(parts).to.deep.equal([
      { host: '127.0.0.1', port: 8082 },
      { host: 'node-1', port: 0 },
      { host: '::1', port: 65535 },
    ]);
  });

  it('should take nothing without a port, or with one that there is not', () => {
    for (const wrong of ['127.0.0.1', ':8082', '::1', '[::1]', 'a:65536', 'a:b', 'http://a:1', '', 8082]) {
      expect(schema.safeParse(wrong).success, String(wrong)).to.equal(false);
    }
  });
});
