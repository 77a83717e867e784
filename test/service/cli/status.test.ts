import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { EmbeddedOpenSdn } from '../../../fixtures/index.js';
import type { Service } from '../../../service/index.js';
import { Command } from '../../support/command.js';
import { startReadyService } from '../../support/running-service.js';

describe('opensdn-svc-monitor status', () => {
  const status = (url: string, ...flags: readonly string[]): Command['ended'] =>
    new Command(['status', '--url', url, ...flags]).ended;

  describe('when a service runs and is well', () => {
    let server: EmbeddedOpenSdn;
    let service: Service & { readonly url: string };

    before(async () => {
      server = new EmbeddedOpenSdn();
      await server.start();
      service = await startReadyService([`config_api.urls=${server.url}`]);
    });

    after(async () => {
      await service.stop();
      await server.stop();
    });

    it('should exit with 0, and tell of it in words', async () => {
      const { code, stdout, stderr } = await status(service.url);
      expect(stderr).to.equal('');
      expect(code).to.equal(0);
      expect(stdout)
        .to.match(/^ready: +yes$/m)
        .and.include('no problems')
        .and.include(server.url);
    });

    it('should tell the same as JSON', async () => {
      const { code, stdout } = await status(service.url, '--json');
      expect(code).to.equal(0);
      const report = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
      expect(report).to.deep.include({ url: service.url, ready: true, reasons: [], problems: [] });
      expect(report['servers']).to.deep.equal([{ url: server.url, current: true }]);
      expect(report['lastFullReadAt']).to.match(/^\d{4}-\d\d-\d\dT/);
    });
  });

  describe('when what answers is not well, or no service', () => {
    let server: Server;
    let answers: Readonly<Record<string, unknown>>;
    let url: string;

    before(async () => {
      server = createServer((request, response) => {
        const answer = answers[request.url ?? ''];
        response
          .writeHead(answer === undefined ? 404 : 200)
          .end(typeof answer === 'string' ? answer : JSON.stringify(answer));
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });

    after(() => {
      server.close();
    });

    const problem = {
      type: 'source',
      message: 'the broker refuses the login',
      setting: 'rabbitmq.password',
      answer: 'ACCESS_REFUSED',
      advice: 'Check user name and password.',
    };

    for (const since of [0, '1970-01-01T00:00:00.000Z']) {
      it(`should exit with 1 and tell since when, which setting and what to do (times as ${typeof since})`, async () => {
        answers = {
          '/readyz': { ready: false, reasons: ['the change stream is not connected'] },
          '/status': { problems: [{ ...problem, since }], anything: { else: true } },
        };
        const { code, stdout } = await status(url);
        expect(code).to.equal(1);
        expect(stdout).to.match(/^because: +the change stream is not connected$/m);
        for (const part of ['1970-01-01T00:00:00.000Z', ...Object.values(problem)]) expect(stdout).to.include(part);
      });
    }

    it('should exit with 1 and say so where something else answers', async () => {
      for (const answer of ['<html>', { hello: 'world' }]) {
        answers = { '/readyz': answer, '/status': answer };
        const { code, stderr } = await status(url);
        expect(code).to.equal(1);
        expect(stderr).to.include(url);
      }
    });

    it('should exit with 1 and name the URL where nothing answers', async () => {
      const { code, stdout, stderr } = await status('http://127.0.0.1:1');
      expect(code).to.equal(1);
      expect(stdout).to.equal('');
      expect(stderr).to.include('http://127.0.0.1:1');
    });

    it('should exit with 2 and say what is allowed on bad arguments', async () => {
      for (const bad of ['ftp://x', 'http://user:hunter2@x', 'x']) {
        const { code, stderr } = await status(bad);
        expect(code).to.equal(2);
        expect(stderr).to.include('http or https URL without credentials').and.not.include('hunter2');
      }
      expect((await status(url, '--ca-file', '/dev/null')).code).to.equal(2);
      expect((await status(url, 'more')).code).to.equal(2);
    });
  });
});
