import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  createConfigApiClient,
  ManualClock,
  type ConfigApiClient,
  type ConfigApiServerStatus,
} from '../../lib/index.js';
import { EmbeddedMonitor, EmbeddedOpenSdn, type ConnectionDelays } from '../../fixtures/index.js';
import { failure, until } from '../lib/config-api/support/conditions.js';
import { testCertificate } from '../lib/config-api/support/tls.js';

const run = promisify(execFile);
const never = new AbortController().signal;
/** Longer than any answer is held, shorter than any timeout. */
const longestHoldMs = 100;

type KeepAlive = ConfigApiServerStatus['keepAlive'] | undefined;

describe('connections to a server', () => {
  let clock: ManualClock;
  let client: ConfigApiClient;

  const keepAlive = (): KeepAlive => client.status().servers[0]?.keepAlive;

  /** Lets time pass whenever an answer is held, until the condition holds. */
  const passTime = async (isOver: () => boolean): Promise<void> => {
    await until(() => {
      const { nextDueMs = Infinity } = clock;
      if (nextDueMs <= longestHoldMs) clock.step(nextDueMs);
      return isOver();
    });
  };

  const read = async (): Promise<void> => {
    const state = { isOver: false };
    const reading = client.list('virtual-ip', {}, never).finally(() => {
      state.isOver = true;
    });
    await passTime(() => state.isOver);
    await reading;
  };

  const readUntilMeasured = async (): Promise<void> => {
    await read();
    await passTime(() => keepAlive()?.freshMs !== undefined);
  };

  beforeEach(() => {
    clock = new ManualClock();
  });

  afterEach(() => {
    client.close();
  });

  describe('of the embedded OpenSDN', () => {
    let server: EmbeddedOpenSdn;

    const start = async (connectionDelays: ConnectionDelays): Promise<void> => {
      server = new EmbeddedOpenSdn({ clock, connectionDelays });
      await server.start();
      client = createConfigApiClient({ urls: [server.url], clock, attempts: 1 });
    };

    afterEach(async () => {
      await server.stop();
    });

    it('should stay fresh when it answers late on reused ones, as the stock one does', async () => {
      await start({ reusedMs: 41 });
      await readUntilMeasured();
      expect(keepAlive()).to.deep.equal({ setting: 'auto', reused: false, freshMs: 0, reusedMs: 41 });
    });

    it('should be reused when it is a new one that takes long', async () => {
      await start({ freshMs: 5 });
      await readUntilMeasured();
      expect(keepAlive()).to.deep.equal({ setting: 'auto', reused: true, freshMs: 5, reusedMs: 0 });
    });

    it('should stay as they are where neither is faster', async () => {
      await start({ freshMs: 2, reusedMs: 2 });
      await readUntilMeasured();
      expect(keepAlive()).to.deep.equal({ setting: 'auto', reused: false, freshMs: 2, reusedMs: 2 });
    });

    it('should be looked at again when it comes back as another server', async () => {
      await start({ freshMs: 5 });
      await readUntilMeasured();
      await server.stop();
      await failure(client.list('virtual-ip', {}, never), 'unavailable');
      expect(keepAlive()).to.deep.equal({ setting: 'auto', reused: false });
      server.connectionDelays = { reusedMs: 41 };
      await server.start();
      clock.step(10_000);
      await readUntilMeasured();
      expect(keepAlive()).to.deep.equal({ setting: 'auto', reused: false, freshMs: 0, reusedMs: 41 });
    });

    it('should not keep a process alive that forgets to close its client', async () => {
      server = new EmbeddedOpenSdn();
      await server.start();
      client = createConfigApiClient({ urls: [server.url] });
      const script = `
        import { createConfigApiClient } from ${JSON.stringify(new URL('../../lib/index.js', import.meta.url).href)};
        const client = createConfigApiClient({ urls: [${JSON.stringify(server.url)}] });
        for (let count = 0; count < 20; count += 1) await client.list('virtual-ip', {}, new AbortController().signal);
        console.log('read');`;
      const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script]);
      expect(stdout).to.equal('read\n');
    });

    it('should be shown by a monitor that is told to choose, and not be measured by one that is not', async () => {
      await start({});
      for (const setting of [undefined, 'auto'] as const) {
        const configApi = setting === undefined ? {} : { keepAlive: setting };
        const monitor = new EmbeddedMonitor(server, { clock, configApi, userAgent: `monitor-${setting ?? 'plain'}` });
        await monitor.start();
        for (let count = 0; count < 20; count += 1) await turn();
        const [status] = monitor.monitor.status().configApi.servers;
        expect(status?.keepAlive.setting).to.equal(setting ?? false);
        const probes = server.requests.find({ userAgent: monitor.userAgent, operation: 'fqname-to-id' });
        expect(probes.length > 0).to.equal(setting === 'auto');
        await monitor.stop();
      }
    });
  });

  describe('by TLS', () => {
    let server: Server;

    afterEach(() => {
      server.closeAllConnections();
      server.close();
    });

    it('should be reused: a handshake costs more', async () => {
      let handshakes = 0;
      server = createServer(testCertificate, (_request, response) => response.end('{"virtual-ips": []}'));
      server.on('secureConnection', () => {
        handshakes += 1;
        clock.step(5);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const urls = [`https://127.0.0.1:${(server.address() as AddressInfo).port}`];
      client = createConfigApiClient({ urls, clock, tls: { ca: testCertificate.cert } });
      await readUntilMeasured();
      expect(keepAlive()).to.include({ setting: 'auto', reused: true, freshMs: 5, reusedMs: 0 });
      const before = handshakes;
      for (let count = 0; count < 5; count += 1) await read();
      expect(handshakes - before).to.be.at.most(1);
    });
  });
});
