import { expect } from 'chai';
import { answerHeaders, requestHeaders } from '../../../service/gateway/headers.js';

describe('headers that pass the gateway', () => {
  describe('when a request goes on', () => {
    it('should keep order, case and number, and say in the place of Connection how the next one is used', () => {
      const raw = ['hOsT', 'a', 'X-A', '1', 'connection', 'keep-alive', 'x-a', '2', 'Transfer-Encoding', 'chunked'];
      expect(requestHeaders(raw, false)).to.deep.equal([
        ...['hOsT', 'a', 'X-A', '1', 'connection', 'close', 'x-a', '2', 'Transfer-Encoding', 'chunked'],
      ]);
      expect(requestHeaders(['Host', 'a'], true)).to.deep.equal(['Host', 'a', 'Connection', 'keep-alive']);
    });

    it('should leave out what is of the connection only, and what Connection names', () => {
      const raw = ['Connection', 'X-Hop, close', 'X-Hop', '1', 'Keep-Alive', '5', 'TE', 'trailers', 'Upgrade', 'h2c'];
      expect(requestHeaders([...raw, 'Trailer', 'X-T', 'X-End', '2'], false)).to.deep.equal([
        ...['Connection', 'close', 'X-End', '2'],
      ]);
    });

    it('should not let Connection take away where a message ends, or whom it is for', () => {
      const raw = ['Host', 'a', 'Content-Length', '3', 'Connection', 'Content-Length, Host, Transfer-Encoding'];
      expect(requestHeaders(raw, false)).to.deep.equal(['Host', 'a', 'Content-Length', '3', 'Connection', 'close']);
    });
  });

  describe('when an answer goes back', () => {
    const raw = ['Set-Cookie', 'a', 'Connection', 'close', 'set-cookie', 'b', 'Transfer-Encoding', 'chunked'];

    it('should say nothing of the connection that the client keeps', () => {
      const kept = ['Set-Cookie', 'a', 'set-cookie', 'b', 'Transfer-Encoding', 'chunked'];
      expect(answerHeaders(raw, { chunks: true, closes: false })).to.deep.equal(kept);
    });

    it('should say that the client’s connection is closed, and in HTTP/1.0 know no chunks', () => {
      const kept = ['Set-Cookie', 'a', 'Connection', 'close', 'set-cookie', 'b'];
      expect(answerHeaders(raw, { chunks: false, closes: true })).to.deep.equal(kept);
    });
  });
});
