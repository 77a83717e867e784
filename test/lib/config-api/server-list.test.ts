import { expect } from 'chai';
import { ServerList } from '../../../lib/config-api/server-list.js';
import { hasCode } from '../../../lib/index.js';

describe('ServerList', () => {
  it('should stay with the first server as long as it does not fail', () => {
    const servers = new ServerList(['http://a:8082/', 'http://b:8082']);
    expect([servers.current(), servers.current()]).to.deep.equal(['http://a:8082', 'http://a:8082']);
  });

  it('should go round', () => {
    const servers = new ServerList(['http://a:8082', 'http://b:8082/api/']);
    expect(servers.failed('http://a:8082')).to.equal(true);
    expect(servers.current()).to.equal('http://b:8082/api');
    expect(servers.failed('http://b:8082/api')).to.equal(true);
    expect(servers.current()).to.equal('http://a:8082');
  });

  it('should move once when several requests fail with the same server', () => {
    const servers = new ServerList(['http://a:8082', 'http://b:8082']);
    servers.failed('http://a:8082');
    expect(servers.failed('http://a:8082')).to.equal(false);
    expect(servers.current()).to.equal('http://b:8082');
  });

  it('should stay with the only server there is', () => {
    const servers = new ServerList(['http://a:8082', 'http://a:8082/']);
    expect(servers.failed('http://a:8082')).to.equal(false);
    expect(servers.current()).to.equal('http://a:8082');
  });

  for (const urls of [[], ['api-server:8082'], ['ftp://a'], ['http://user:hush@a:8082'], ['http://']]) {
    it(`should refuse ${JSON.stringify(urls).replace('hush', '<password>')}`, () => {
      expect(() => new ServerList(urls))
        .to.throw()
        .that.satisfies((error: unknown) => hasCode(error, 'invalid-configuration'));
      expect(() => new ServerList(urls)).to.not.throw(/hush/);
    });
  }
});
