import { expect } from 'chai';
import { ApiServers, ManualClock, SvcMonitorError, type HttpTransport } from '../../../lib/index.js';

const urls = ['http://one:8082', 'http://two:8082', 'http://three:8082'];

describe('ApiServers', () => {
  let probed: string[];
  let isUp: boolean;
  let servers: ApiServers;

  const transport: HttpTransport = {
    send: ({ url }) => {
      probed.push(url);
      if (isUp) return Promise.resolve({ status: 200, headers: {}, body: '' });
      return Promise.reject(new SvcMonitorError('unavailable', 'away', { details: {} }));
    },
    close: () => undefined,
  };

  beforeEach(() => {
    probed = [];
    isUp = true;
    servers = new ApiServers({ urls, probeTimeoutMs: 1_000, clock: new ManualClock(), transport });
  });

  afterEach(() => {
    servers.close();
  });

  describe('when one is to be chosen', () => {
    it('should name the same one until it fails, then the next, and none when all were tried', () => {
      expect(servers.choose()).to.equal(urls[0]);
      servers.answered('http://one:8082', 404);
      expect(servers.choose()).to.equal(urls[0]);
      servers.unreachable('http://one:8082', 'ECONNREFUSED', 'refused');
      expect(servers.choose()).to.equal(urls[1]);
      servers.answered('http://two:8082', 503);
      expect(servers.choose()).to.equal(urls[2]);
      expect(servers.choose(new Set(['http://three:8082']))).to.equal(urls[0]);
      expect(servers.choose(new Set(urls))).to.equal(undefined);
    });

    it('should rather name one that has not failed', () => {
      servers.unreachable('http://one:8082', 'ECONNREFUSED', 'refused');
      expect(servers.choose(new Set(['http://two:8082']))).to.equal(urls[2]);
    });
  });

  describe('when one cannot be reached', () => {
    it('should say what to do about it, and show it', () => {
      const error = servers.unreachable('http://one:8082', 'ECONNREFUSED', 'refused');
      expect(error.code).to.equal('unavailable');
      expect(error.details).to.include({ setting: 'config_api.urls' });
      expect(servers.status()[0]).to.deep.include({ url: urls[0], current: false, state: 'down' });
    });
  });

  describe('when one keeps several waiting', () => {
    it('should probe it once for all, and set it aside if it does not answer', async () => {
      isUp = false;
      const { signal } = new AbortController();
      const alive = await Promise.all([1, 2, 3].map(() => servers.isAlive('http://one:8082', signal)));
      expect(alive).to.deep.equal([false, false, false]);
      expect(probed).to.deep.equal(['http://one:8082/']);
      expect(servers.choose()).to.equal(urls[1]);
    });
  });
});
