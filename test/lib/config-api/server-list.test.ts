import { expect } from 'chai';
import { serverUrls } from '../../../lib/config-api/server-list.js';
import { hasCode } from '../../../lib/index.js';

describe('the URLs of API servers', () => {
  it('should lose the slash at their end, and keep their order', () => {
    expect(serverUrls(['http://b:8082/api/', 'http://a:8082/'])).to.deep.equal(['http://b:8082/api', 'http://a:8082']);
  });

  it('should be there once each', () => {
    expect(serverUrls(['http://a:8082', 'http://a:8082/'])).to.deep.equal(['http://a:8082']);
  });

  for (const urls of [[], ['api-server:8082'], ['ftp://a'], ['http://user:hush@a:8082'], ['http://']]) {
    it(`should be refused if they are ${JSON.stringify(urls).replace('hush', '<password>')}`, () => {
      expect(() => serverUrls(urls))
        .to.throw()
        .that.satisfies((error: unknown) => hasCode(error, 'invalid-configuration'));
      expect(() => serverUrls(urls)).to.not.throw(/hush/);
    });
  }
});
