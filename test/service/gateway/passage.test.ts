import { expect } from 'chai';
import { RawConnection } from '../../support/raw-connection.js';
import { eventually } from '../../support/eventually.js';
import { message } from './support/byte-tap.js';
import { StagedGateway, type StagedOptions } from './support/gateway-stage.js';
import { RawServer } from './support/raw-server.js';

const fine =
  'HTTP/1.1 200 Quite Fine\r\nX-b: 1\r\nset-Cookie: a\r\nX-B: 2\r\nContent-Length: 5\r\nDate: then\r\n\r\nhello';

describe('the gateway, as requests pass it', () => {
  const stops: (() => Promise<void>)[] = [];
  const cuts: (() => void)[] = [];

  const server = async (answer?: string): Promise<RawServer> => {
    const made = await RawServer.start(answer);
    stops.push(() => made.stop());
    return made;
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

  afterEach(async () => {
    for (const cut of cuts.splice(0)) cut();
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  describe('when a message is odd', () => {
    const requests: Readonly<Record<string, string>> = {
      'repeated headers in odd case': 'GET /a?b=%20&&c HTTP/1.1\r\nhOsT: me:1\r\nX-A: 1\r\nx-a: 2\r\nX-a:  3 \r\n\r\n',
      'a body by length': 'POST /p HTTP/1.1\r\nHost: h\r\ncontent-length: 4\r\n\r\n\0\xff\r\n',
      'a body in chunks':
        'PUT /p HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: h\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
      'a DELETE with a body': 'DELETE /p HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nxy',
      'a HEAD': 'HEAD /p HTTP/1.1\r\nHost: h\r\n\r\n',
      'OPTIONS of all': 'OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n',
      'a rare method': 'REPORT /p HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n',
      'bytes beyond ASCII in a header': 'GET / HTTP/1.1\r\nHost: h\r\nX-L: \xe4\xf6\r\n\r\n',
      'no host': 'GET / HTTP/1.1\r\nX: y\r\n\r\n',
      'very many headers': `GET / HTTP/1.1\r\nHost: h\r\n${'a: b\r\n'.repeat(3_000)}\r\n`,
    };

    for (const [what, text] of Object.entries(requests)) {
      it(`should pass ${what} on as it would have come without it, and the answer back`, async () => {
        const [direct, behind] = [await server(fine), await server(fine)];
        const { url } = await gateway({ urls: [behind.url] });
        const answers: string[] = [];
        for (const [index, place] of [direct.url, url].entries()) {
          const asking = client(place).send(Buffer.from(text, 'latin1'));
          await asking.has('Date: then\r\n\r\n');
          if (!what.includes('HEAD') || index === 0) await asking.has('hello');
          answers.push(message(asking.received));
        }
        const spaces = (asked: string): string => message(asked).replace(/: +(\S+) *\r/g, ': $1\r');
        expect(spaces(behind.peers[0]?.received ?? '')).to.equal(spaces(direct.peers[0]?.received ?? ''));
        // A server that answers HEAD with a body is none: only its head passes.
        expect(answers[1]).to.equal(what.includes('HEAD') ? answers[0]?.replace(/hello$/, '') : answers[0]);
      });
    }

    it('should answer a client of HTTP/1.0 without chunks, and close', async () => {
      const behind = await server('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n');
      const { url } = await gateway({ urls: [behind.url] });
      const asking = client(url).send('GET / HTTP/1.0\r\n\r\n');
      await asking.closed();
      expect(asking.received).to.equal('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhi');
    });
  });

  describe('when requests come by one connection', () => {
    it('should keep it, and ask one after the other', async () => {
      const behind = await server();
      const { url } = await gateway({ urls: [behind.url] });
      const asking = client(url).send('GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n');
      const first = await behind.heard(0, '/1');
      expect(behind.peers).to.have.length(1);
      first.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none');
      await asking.has('one');
      (await behind.heard(1, '/2')).socket.end('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo');
      await asking.has('two');
      expect(asking.isClosed).to.equal(false);
    });
  });

  describe('when a body comes bit by bit', () => {
    it('should pass on each bit as it comes, in both directions', async () => {
      const behind = await server();
      const { url } = await gateway({ urls: [behind.url] });
      const asking = client(url).send('POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc');
      const peer = await behind.heard(0, 'abc');
      asking.send('def');
      await behind.heard(0, 'def');
      peer.socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
      await asking.has('text/event-stream');
      for (const event of ['event: init', 'event: stop']) {
        peer.socket.write(`b\r\n${event}\r\n`);
        await asking.has(event);
      }
      peer.socket.end('0\r\n\r\n');
      await asking.has('0\r\n\r\n');
    });

    it('should pass on that a client waits for the server’s word before it sends', async () => {
      const behind = await server();
      const { url } = await gateway({ urls: [behind.url] });
      const head = 'POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n';
      const asking = client(url).send(head);
      const peer = await behind.heard(0, 'Expect: 100-continue');
      expect(asking.received).to.equal('');
      peer.socket.write('HTTP/1.1 100 Continue\r\n\r\n');
      await asking.has('100 Continue');
      asking.send('body');
      await behind.heard(0, 'body');
      peer.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      await asking.has('ok');
    });

    it('should pass on an answer that comes before all of the request, and drop the rest', async () => {
      const behind = await server();
      const { url } = await gateway({ urls: [behind.url] });
      const asking = client(url).send('POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\nabcd');
      const peer = await behind.heard(0, 'abcd');
      peer.socket.end('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig');
      await asking.has('big');
      asking.send('efghGET /next HTTP/1.1\r\nHost: h\r\n\r\n');
      await behind.heard(1, '/next');
    });
  });

  describe('when one side breaks off', () => {
    it('should break off the request of a client that has gone', async () => {
      const behind = await server();
      const staged = await gateway({ urls: [behind.url] });
      const { url, gateway: tested } = staged;
      const asking = client(url).send('GET /x HTTP/1.1\r\nHost: h\r\n\r\n');
      const peer = await behind.heard(0, '/x');
      asking.cut();
      await eventually('the server is told', () => peer.isClosed);
      await eventually('it is counted', () => staged.ended('aborted') === 1);
      expect(tested.status().underWay).to.equal(0);
    });

    it('should break off the answer that the server breaks off', async () => {
      const behind = await server();
      const { url, gateway: tested } = await gateway({ urls: [behind.url] });
      const asking = client(url).send('GET /x HTTP/1.1\r\nHost: h\r\n\r\n');
      const peer = await behind.heard(0, '/x');
      peer.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
      await asking.has('half');
      peer.socket.destroy();
      await asking.closed();
      expect(asking.received).to.match(/\r\n\r\nhalf$/);
      await eventually('it is counted', () => tested.status().underWay === 0);
    });
  });
});
