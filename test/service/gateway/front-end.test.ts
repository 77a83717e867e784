import { expect } from 'chai';
import {
  ManualClock,
  SvcMonitorError,
  type NeutronFrontEnd,
  type NeutronRequest,
  type UpstreamAnswer,
} from '../../../lib/index.js';
import { longestLookedAt } from '../../../service/gateway/neutron-requests.js';
import { eventually } from '../../support/eventually.js';
import { RawConnection } from '../../support/raw-connection.js';
import { StagedGateway, type StagedOptions } from './support/gateway-stage.js';
import { RawServer } from './support/raw-server.js';

const token = 'X-Auth-Token: of-the-caller\r\n';
const requestOf = (body: string, path = '/neutron/floatingip'): string =>
  `POST ${path} HTTP/1.1\r\nHost: h\r\n${token}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const bodyOf = (operation: string): string => JSON.stringify({ context: { operation }, data: {} });
const update = bodyOf('UPDATE');
const fine = 'HTTP/1.1 200 OK\r\nX-Of: server\r\nContent-Length: 4\r\n\r\nfine';
const path = '/neutron/floatingip';

describe('the gateway, when a front end looks at requests', () => {
  const stops: (() => Promise<void>)[] = [];
  const cuts: (() => void)[] = [];
  let behind: RawServer;
  let seen: NeutronRequest[];
  let staged: StagedGateway;

  const start = async (
    handle: NeutronFrontEnd['handle'],
    options: Partial<StagedOptions> & { readonly answer?: string | undefined } = {},
  ): Promise<string> => {
    const { answer = fine, ...more } = options;
    behind = await RawServer.start('answer' in options ? options.answer : answer);
    stops.push(() => behind.stop());
    seen = [];
    const frontEnd: NeutronFrontEnd = {
      handle: (request, upstream, signal) => {
        seen.push(request);
        return handle(request, upstream, signal);
      },
    };
    staged = await StagedGateway.start({ urls: [behind.url], frontEnd, ...more });
    stops.push(() => staged.stop());
    return staged.url;
  };
  const ask = (url: string, request: string): RawConnection => {
    const asking = new RawConnection(url).send(request);
    cuts.push(() => {
      asking.cut();
    });
    return asking;
  };
  const passes = (): Promise<undefined> => Promise.resolve(undefined);

  describe('when as many requests are looked at as may be', () => {
    it('should pass one more unchanged, count it, and look at the next when there is room', async () => {
      let release: () => void = () => undefined;
      const url = await start(
        () =>
          new Promise((resolve) => {
            release = () => {
              resolve(undefined);
            };
          }),
        { maxHeld: 1 },
      );
      const first = ask(url, requestOf(update));
      await eventually('the first is looked at', () => seen.length === 1);
      await ask(url, requestOf(update)).has('fine');
      expect(seen).to.have.lengthOf(1);
      expect(staged.gateway.status().unchanged).to.deep.include({ reason: 'busy', count: 1 });
      release();
      await first.has('fine');
      ask(url, requestOf(update));
      await eventually('there is room', () => seen.length === 2);
      release();
    });
  });

  afterEach(async () => {
    for (const cut of cuts.splice(0)) cut();
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  describe('when requests come', () => {
    it('should give it those for floating ips and ports, whole, and no others', async () => {
      const url = await start(passes);
      const looked = [path, '/neutron/port', '/neutron/port?x=1'];
      const others = ['/neutron/network', '/neutron/ports', '/neutron/port/', '/neutron/floatingip/x', '/floating-ips'];
      for (const target of [...looked, ...others]) await ask(url, requestOf(update, target)).has('fine');
      await ask(url, `GET /neutron/port HTTP/1.1\r\nHost: h\r\n\r\n`).has('fine');
      expect(seen.map(({ resource }) => resource)).to.deep.equal(['floatingip', 'port', 'port']);
      expect(seen[0]?.body.toString()).to.equal(update);
      expect(seen[0]?.rawHeaders.slice(0, 4)).to.deep.equal(['Host', 'h', 'X-Auth-Token', 'of-the-caller']);
      expect(behind.peers.map(({ received }) => received.includes(update))).to.deep.equal([
        ...Array.from({ length: 8 }, () => true),
        false,
      ]);
    });

    it('should pass on what it lets pass as it came, also in chunks and after 100 Continue', async () => {
      const url = await start(passes);
      const head = `POST ${path} HTTP/1.1\r\nhost: h\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n`;
      const asking = ask(url, head);
      await asking.has('100 Continue');
      asking.send('2\r\n{}\r\n0\r\n\r\n');
      await asking.has('fine');
      const { received = '' } = behind.peers[0] ?? {};
      expect(received).to.equal(
        `POST ${path} HTTP/1.1\r\nhost: h\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
      );
      expect(staged.ended('passed')).to.equal(1);
    });

    it('should stream on what is longer than it looks at, and count it', async () => {
      const url = await start(passes);
      const long = 'x'.repeat(longestLookedAt + 1);
      await ask(url, requestOf(long)).has('fine');
      const chunked = `POST ${path} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n`;
      const asking = ask(url, `${chunked}${long.length.toString(16)}\r\n${long}\r\n`);
      await eventually('what has come goes on', () => (behind.peers[1]?.receivedBytes ?? 0) > longestLookedAt);
      asking.send('3\r\nend\r\n0\r\n\r\n');
      await eventually('the end goes on', () => (behind.peers[1]?.receivedBytes ?? 0) > longestLookedAt + 100);
      expect(seen).to.have.length(0);
      expect(staged.unchanged('too-large')).to.equal(2);
    });
  });

  describe('when it answers', () => {
    it('should send its answer, with the length that it has', async () => {
      const rawHeaders = ['Content-Length', '1', 'transfer-encoding', 'chunked', 'X-Of', 'front end'];
      const url = await start(() => Promise.resolve({ status: 201, rawHeaders, body: Buffer.from('own') }));
      const asking = ask(url, requestOf(update));
      await asking.has('own');
      expect(asking.received).to.equal('HTTP/1.1 201 Created\r\nX-Of: front end\r\nContent-Length: 3\r\n\r\nown');
      expect(behind.peers).to.have.length(0);
      expect(staged.ended('changed')).to.equal(1);
    });

    it('should send its requests with the caller’s headers, and a body and a length of their own', async () => {
      const answers: UpstreamAnswer[] = [];
      const url = await start(async (_request, upstream, signal) => {
        const body = Buffer.from('{"other":1}');
        answers.push(await upstream.send({ method: 'GET', path: '/virtual-ips' }, signal));
        answers.push(await upstream.send({ method: 'POST', path: '/neutron/port', body }, signal));
        answers.push(await upstream.send({ method: 'POST', path }, signal));
        return answers.at(-1);
      });
      await ask(url, requestOf(update)).has('fine');
      const common = `Host: h\r\n${token}Connection: close\r\n`;
      expect(behind.peers.map(({ received }) => received)).to.deep.equal([
        `GET /virtual-ips HTTP/1.1\r\n${common}\r\n`,
        `POST /neutron/port HTTP/1.1\r\n${common}Content-Length: 11\r\n\r\n{"other":1}`,
        `POST ${path} HTTP/1.1\r\n${common}Content-Length: ${update.length}\r\n\r\n${update}`,
      ]);
      expect(answers[0]).to.deep.include({ status: 200, body: Buffer.from('fine') });
      expect(answers[0]?.rawHeaders).to.deep.equal(['X-Of', 'server', 'Content-Length', '4']);
    });
  });

  describe('when it fails', () => {
    const failure = new SvcMonitorError('bug', 'the front end is broken');

    it('should pass the request on unchanged if nothing was sent that may not be sent twice', async () => {
      const url = await start(async (_request, upstream, signal) => {
        await upstream.send({ method: 'POST', path, body: Buffer.from(bodyOf('READ')) }, signal);
        throw failure;
      });
      await ask(url, requestOf(update)).has('fine');
      expect(behind.peers.map(({ received }) => received.includes('UPDATE'))).to.deep.equal([false, true]);
      expect(staged.unchanged('failed')).to.equal(1);
      expect(staged.logger.lines.join()).to.contain('a request passes the gateway unchanged').and.not.contain('caller');
    });

    it('should send the answer to the request itself, if that was sent, and never send it twice', async () => {
      const url = await start(async (_request, upstream, signal) => {
        await upstream.send({ method: 'POST', path }, signal);
        throw failure;
      });
      await ask(url, requestOf(update)).has('X-Of: server\r\nContent-Length: 4\r\n\r\nfine');
      expect(behind.peers).to.have.length(1);
      expect(staged.ended('passed-unchanged')).to.equal(1);
    });

    it('should answer 502 if a change was sent, and it is not known what came of it', async () => {
      const url = await start(async (_request, upstream, signal) => upstream.send({ method: 'POST', path }, signal), {
        answer: undefined,
      });
      const asking = ask(url, requestOf(update));
      (await behind.heard(0, update)).socket.destroy();
      await asking.has('502');
      expect(behind.peers).to.have.length(1);
      expect(staged.ended('failed')).to.equal(1);
    });

    it('should answer 502 if another change was sent', async () => {
      const url = await start(async (_request, upstream, signal) => {
        await upstream.send({ method: 'POST', path, body: Buffer.from(bodyOf('DELETE')) }, signal);
        throw failure;
      });
      await ask(url, requestOf(update)).has('502');
      expect(behind.peers).to.have.length(1);
    });

    it('should not send twice what it has sent and wants to be passed on', async () => {
      const url = await start(async (_request, upstream, signal) => {
        await upstream.send({ method: 'POST', path }, signal);
        return undefined;
      });
      await ask(url, requestOf(update)).has('fine');
      expect(behind.peers).to.have.length(1);
    });
  });

  describe('when it takes too long', () => {
    it('should pass the request on unchanged, and let it send nothing more', async () => {
      const clock = new ManualClock();
      let late: Promise<unknown> = Promise.resolve();
      const url = await start(
        (_request, upstream, signal) =>
          new Promise((_resolve, reject) => {
            signal.onabort = () => {
              late = upstream.send({ method: 'POST', path }, new AbortController().signal);
              late.catch(reject);
            };
          }),
        { clock, changeTimeoutMs: 5_000 },
      );
      const asking = ask(url, requestOf(update));
      await eventually('it looks at it', () => seen.length === 1);
      clock.step(4_999);
      expect(behind.peers).to.have.length(0);
      clock.step(1);
      await asking.has('fine');
      expect(await late.catch((error: unknown) => error)).to.include({ code: 'aborted' });
      expect(behind.peers).to.have.length(1);
      expect(staged.unchanged('timeout')).to.equal(1);
    });

    it('should not count the time in which it waits for the API server', async () => {
      const clock = new ManualClock();
      const url = await start(async (_request, upstream, signal) => upstream.send({ method: 'POST', path }, signal), {
        ...{ clock, changeTimeoutMs: 5_000, answer: undefined },
      });
      const asking = ask(url, requestOf(update));
      const peer = await behind.heard(0, update);
      clock.step(60_000);
      peer.socket.end(fine);
      await asking.has('fine');
      expect(staged.ended('changed')).to.equal(1);
    });
  });

  describe('when the client goes away meanwhile', () => {
    it('should call it off', async () => {
      let signal: AbortSignal | undefined;
      const url = await start((_request, _upstream, given) => {
        signal = given;
        return new Promise(() => undefined);
      });
      const asking = ask(url, requestOf(update));
      await eventually('it looks at it', () => signal !== undefined);
      asking.cut();
      await eventually('it is called off', () => signal?.aborted === true);
      await eventually('it is counted', () => staged.ended('aborted') === 1);
    });
  });
});
