import { connect as connectTls } from 'node:tls';
import { expect } from 'chai';
import { ManualClock } from '../../../lib/index.js';
import { endpointLimits } from '../../../service/http/index.js';
import { CertificateAuthority, type Certificate } from '../../support/certificate-authority.js';
import { eventually } from '../../support/eventually.js';
import { RawConnection } from '../../support/raw-connection.js';
import { TlsFront } from '../../support/tls-front.js';
import { StagedGateway, type StagedOptions } from './support/gateway-stage.js';
import { RawServer } from './support/raw-server.js';

const answerOf = (text: string, status = '200 OK'): string =>
  `HTTP/1.1 ${status}\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
const get = 'GET /x HTTP/1.1\r\nHost: h\r\n\r\n';
const post = 'POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody';

describe('Gateway', () => {
  const stops: (() => Promise<void>)[] = [];
  const cuts: (() => void)[] = [];

  const server = async (answer?: string): Promise<RawServer> => {
    const made = await RawServer.start(answer);
    stops.push(() => made.stop());
    return made;
  };
  const nobody = async (): Promise<string> => {
    const gone = await RawServer.start();
    const { url } = gone;
    await gone.stop();
    return url;
  };
  const gateway = async (options: StagedOptions): Promise<StagedGateway> => {
    const made = await StagedGateway.start(options);
    stops.push(() => made.stop());
    return made;
  };
  const client = (url: string): RawConnection => {
    const made = new RawConnection(url);
    cuts.push(() => {
      made.cut();
    });
    return made;
  };
  const ask = async (url: string, request: string, until: string): Promise<string> => {
    const asking = client(url).send(request);
    await asking.has(until);
    return asking.received;
  };

  afterEach(async () => {
    for (const cut of cuts.splice(0)) cut();
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  describe('when an API server is away', () => {
    it('should send what was not sent yet to the next one, changes too, and stay there', async () => {
      const behind = await server(answerOf('fine'));
      const staged = await gateway({ urls: [await nobody(), behind.url] });
      const { url, gateway: tested } = staged;
      expect(await ask(url, post, 'fine')).to.contain('200 OK');
      expect(await ask(url, get, 'fine')).to.contain('200 OK');
      expect(tested.status().servers.map(({ state }) => state)).to.deep.equal(['down', 'up']);
      expect(staged.ended('passed')).to.equal(2);
    });

    it('should answer 503 where none is left, tell it as a problem, and serve again when one is', async () => {
      const behind = await server(answerOf('fine'));
      const staged = await gateway({ urls: [behind.url] });
      const { url, outages } = staged;
      await behind.stop();
      expect(await ask(url, get, 'reached')).to.match(/^HTTP\/1\.1 503 [^]*no API server can be reached/);
      expect(outages.of('gateway')?.type).to.equal('gateway-unserved');
      expect(staged.ended('unserved')).to.equal(1);
      await behind.restart();
      await ask(url, get, 'fine');
      expect(outages.of('gateway')).to.equal(undefined);
    });
  });

  describe('when an API server takes a request and ends', () => {
    it('should make a read again elsewhere', async () => {
      const [first, second] = [await server(), await server(answerOf('fine'))];
      const { url } = await gateway({ urls: [first.url, second.url] });
      const asking = client(url).send(get);
      (await first.heard(0, '/x')).socket.destroy();
      await asking.has('fine');
    });

    it('should never send a change twice, and answer 502', async () => {
      const [first, second] = [await server(), await server(answerOf('fine'))];
      const staged = await gateway({ urls: [first.url, second.url] });
      const { url } = staged;
      const asking = client(url).send(post);
      (await first.heard(0, 'body')).socket.destroy();
      await asking.has('502');
      expect(second.peers).to.have.length(0);
      await eventually('it is counted', () => staged.ended('failed') === 1);
    });
  });

  describe('when an API server hangs', () => {
    it('should find out by a probe, set it aside, and make reads again elsewhere', async () => {
      const [first, second] = [await server(), await server(answerOf('fine'))];
      const { url, gateway: tested } = await gateway({ urls: [first.url, second.url], patienceMs: 50 });
      await ask(url, get, 'fine');
      expect(tested.status().servers[0]?.state).to.equal('down');
    });
  });

  describe('when an API server says that it cannot serve', () => {
    it('should pass that on, and ask the next one next time', async () => {
      const [first, second] = [await server(answerOf('no', '503 Down')), await server(answerOf('fine'))];
      const { url } = await gateway({ urls: [first.url, second.url] });
      expect(await ask(url, get, 'no')).to.contain('503 Down');
      await ask(url, get, 'fine');
    });
  });

  describe('when connections to the API servers are kept', () => {
    it('should use one again for reads, and never for changes', async () => {
      const behind = await server();
      const { url } = await gateway({ urls: [behind.url], use: 'reused' });
      for (let turn = 1; turn <= 2; turn += 1) {
        const asking = client(url).send(get);
        await eventually('it comes', () => behind.peers[0]?.received.split('GET /x').length === turn + 1);
        behind.peers[0]?.socket.write(answerOf('fine'));
        await asking.has('fine');
      }
      expect(behind.peers).to.have.length(1);
      client(url).send(post);
      const peer = await behind.heard(1, 'body');
      expect(peer.received).to.contain('Connection: close');
    });

    it('should make a read again whose connection is closed just then', async () => {
      const behind = await server();
      const { url } = await gateway({ urls: [behind.url], use: 'reused' });
      const first = client(url).send(get);
      (await behind.heard(0, '/x')).socket.write(answerOf('fine'));
      await first.has('fine');
      const second = client(url).send(get);
      await eventually('it comes', () => behind.peers[0]?.received.split('GET /x').length === 3);
      behind.peers[0]?.socket.destroy();
      (await behind.heard(1, '/x')).socket.write(answerOf('again'));
      await second.has('again');
    });
  });

  describe('when more is asked than it takes', () => {
    it('should answer 503, and serve again when it has room', async () => {
      const behind = await server();
      const staged = await gateway({ urls: [behind.url], maxRequests: 1 });
      const { url, gateway: tested } = staged;
      const first = client(url).send(get);
      const peer = await behind.heard(0, '/x');
      expect(await ask(url, post, 'no more')).to.contain('503');
      peer.socket.end(answerOf('fine'));
      await first.has('fine');
      await eventually('there is room', () => tested.status().underWay === 0);
      client(url).send(get);
      await behind.heard(1, '/x');
      expect(staged.ended('refused')).to.equal(1);
    });
  });

  describe('when a client is slow', () => {
    it('should cut one whose head does not come, however it dribbles', async () => {
      const clock = new ManualClock();
      const { url, gateway: tested } = await gateway({ urls: [await nobody()], clock });
      const slow = client(url).send('GET /x HTTP/1.1\r\nHo');
      await eventually('it is connected', () => tested.status().connections === 1);
      clock.step(endpointLimits.headMs - 1);
      expect(slow.isClosed).to.equal(false);
      clock.step(1);
      await slow.closed();
      expect(slow.received).to.contain('408');
    });

    it('should cut one by whose connection nothing comes any more', async () => {
      const behind = await server();
      const { url } = await gateway({ urls: [behind.url], idleTimeoutMs: 50 });
      const asking = client(url).send('POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf');
      const peer = await behind.heard(0, 'half');
      await asking.closed();
      await eventually('the server is told', () => peer.isClosed);
    });
  });

  describe('when it stops', () => {
    it('should let requests end, and cut streams of events', async () => {
      const behind = await server();
      const { url, gateway: tested } = await gateway({ urls: [behind.url], stopTimeoutMs: 60_000 });
      const [asking, watching] = [client(url).send(get), client(url)];
      const peer = await behind.heard(0, '/x');
      watching.send('GET /watch HTTP/1.1\r\nHost: h\r\n\r\n');
      const stream = await behind.heard(1, '/watch');
      stream.socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n:\n\n');
      await watching.has(':\n\n');
      const stopped = tested.stop();
      await watching.closed();
      peer.socket.end(answerOf('fine'));
      await asking.has('fine');
      await stopped;
      expect(tested.url).to.equal(undefined);
    });

    it('should cut what does not end in its time', async () => {
      const behind = await server();
      const { url, gateway: tested } = await gateway({ urls: [behind.url], stopTimeoutMs: 1 });
      const asking = client(url).send(get);
      await behind.heard(0, '/x');
      await tested.stop();
      await asking.closed();
    });
  });

  describe('when both sides speak TLS', () => {
    let authority: CertificateAuthority;
    let certificate: Certificate;

    before(async () => {
      authority = await CertificateAuthority.create();
      certificate = await authority.issue('IP:127.0.0.1');
    });

    after(() => authority.remove());

    it('should show its certificate, and trust the servers’ by the settings', async () => {
      const behind = await server(answerOf('fine'));
      const front = await TlsFront.start(behind.url, certificate);
      stops.push(() => front.stop());
      const urls = [`https://127.0.0.1:${front.port}`];
      const { url } = await gateway({ urls, tls: certificate, serverTls: { ca: authority.cert } });
      const socket = connectTls({ host: '127.0.0.1', port: Number(new URL(url).port), ca: authority.cert });
      let received = '';
      socket.on('data', (data: Buffer) => (received += data.toString()));
      cuts.push(() => socket.destroy());
      socket.write(get);
      await eventually('it is answered', () => received.includes('fine'));
    });

    it('should answer 503 where the server’s certificate is not trusted, and say why', async () => {
      const behind = await server(answerOf('fine'));
      const front = await TlsFront.start(behind.url, certificate);
      stops.push(() => front.stop());
      const { url, outages } = await gateway({ urls: [`https://127.0.0.1:${front.port}`] });
      await ask(url, get, '503');
      expect(outages.of('gateway')?.setting).to.equal('config_api.tls.ca_file');
    });
  });

  describe('when its address is taken', () => {
    it('should say which setting names it', async () => {
      const taken = await server();
      const staged = await gateway({ urls: [taken.url] });
      const { gateway: made } = StagedGateway.made({ urls: [taken.url], port: Number(new URL(staged.url).port) });
      const error: unknown = await made.start().catch((failure: unknown) => failure);
      expect(error).to.include({ code: 'invalid-configuration' });
      expect(String(error)).to.contain('see gateway.listen');
    });
  });
});
