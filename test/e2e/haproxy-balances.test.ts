import { expect } from 'chai';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { haproxyConfig } from '../../lib/managers/loadbalancer/haproxy/config/index.js';
import type { LoadbalancerView } from '../../lib/managers/loadbalancer/view/index.js';
import { eventually } from '../support/eventually.js';
import { findHaproxy, type Haproxy } from '../support/haproxy.js';
import {
  ingressView,
  listenerView,
  loadbalancerView,
  memberView,
  monitorView,
  poolView,
} from '../support/loadbalancer-views.js';
import { selfSigned } from '../support/pem.js';
import type { RunningHaproxy } from '../support/running-haproxy.js';
import { suiteResources } from '../support/suite-resources.js';

/** Members 1 and 2. */
const pair = [memberView(1), memberView(2)];

describe('a haproxy by the text of a load balancer', () => {
  const resources = suiteResources();
  let haproxy: Haproxy;
  let one: WebServer;
  let two: WebServer;

  before(async function () {
    haproxy = resources.add(await findHaproxy(this));
    one = resources.add(await WebServer.start('one'));
    two = resources.add(await WebServer.start('two'));
  });

  beforeEach(() => {
    one.isWell = true;
  });

  const start = async (view: LoadbalancerView): Promise<RunningHaproxy> => {
    const { text, skipped } = haproxyConfig(view, { appsession: false });
    expect(skipped).to.deep.equal([]);
    const members = { '10.0.1.1:8080': one.address, '10.0.1.2:8080': two.address };
    return resources.add(await haproxy.start(text, { members }));
  };

  describe('when its members take turns', () => {
    it('should send each what its weight is', async () => {
      const members = [memberView(1, { weight: 1 }), memberView(2, { weight: 3 })];
      const running = await start(withPool({ members }));
      const answers = await answersOf(40, { port: running.port(80) });
      expect(answers.filter((name) => name === 'one')).to.have.length(10);
      expect(answers.filter((name) => name === 'two')).to.have.length(30);
    });

    it('should tell a member whose request it is', async () => {
      const running = await start(withPool({ members: [memberView(1)] }));
      const { forwardedFor } = await answerOf({ port: running.port(80) });
      expect(forwardedFor).to.equal('127.0.0.1');
    });

    it('should send none to a member that is down for its user', async () => {
      const running = await start(withPool({ members: [memberView(1), memberView(2, { isUp: false })] }));
      expect(new Set(await answersOf(6, { port: running.port(80) }))).to.deep.equal(new Set(['one']));
    });
  });

  describe('when a member answers its checks with 500', () => {
    it('should send nothing to it, until it is well', async () => {
      const running = await start(withPool({ members: pair, monitors: [monitorView()] }));
      const server = `${poolView(1).uuid}/${memberView(1).uuid}`;
      const state = async (): Promise<string> => (await running.memberStates()).get(server) ?? '';
      await eventually('it is up', async () => (await state()) === 'UP');
      one.isWell = false;
      await eventually('it is down', async () => (await state()) === 'DOWN');
      expect(new Set(await answersOf(6, { port: running.port(80) }))).to.deep.equal(new Set(['two']));
      one.isWell = true;
      await eventually('it is up again', async () => (await state()) === 'UP');
      expect(new Set(await answersOf(6, { port: running.port(80) }))).to.deep.equal(new Set(['one', 'two']));
    });
  });

  describe('when a client has been at a member before', () => {
    it('should lead it there again by a cookie of its own', async () => {
      const running = await start(withPool({ members: pair, persistence: 'HTTP_COOKIE' }));
      for (const member of pair) {
        const cookie = `SRV=${member.uuid}`;
        const names = new Set(await answersOf(4, { port: running.port(80), headers: { cookie } }));
        expect(names).to.deep.equal(new Set([member === pair[0] ? 'one' : 'two']));
      }
      const { cookies } = await answerOf({ port: running.port(80) });
      expect(cookies.join()).to.match(/^SRV=/);
    });

    it('should lead it there again by the cookie of an application', async () => {
      const running = await start(withPool({ members: pair, persistence: 'APP_COOKIE', cookieName: 'JSESSIONID' }));
      for (const session of ['a', 'b', 'c']) {
        const first = await answerOf({ port: running.port(80), path: `/login?${session}` });
        expect(first.cookies.join()).to.include(`JSESSIONID=${session}`);
        const headers = { cookie: `JSESSIONID=${session}` };
        const again = await answersOf(4, { port: running.port(80), headers });
        expect(new Set(again)).to.deep.equal(new Set([first.name]));
      }
    });

    it('should lead it there again by its address', async () => {
      const running = await start(withPool({ members: pair, persistence: 'SOURCE_IP' }));
      expect(new Set(await answersOf(6, { port: running.port(80) }))).to.have.property('size', 1);
    });
  });

  describe('when a listener ends TLS', () => {
    it('should speak TLS to the client, and plain HTTP to the member', async () => {
      const pools = [poolView(1, { members: [memberView(1)] })];
      const tls = { protocol: 'TERMINATED_HTTPS', port: 443, tlsContainer: 'http://barbican/v1/containers/1', pools };
      const running = await start(loadbalancerView({ listeners: [listenerView(1, tls)] }));
      expect((await answerOf({ port: running.port(443), isSecure: true })).name).to.equal('one');
    });
  });

  describe('when it is an ingress of Kubernetes', () => {
    it('should choose by host and path, the closest rule first, and lead the rest to the default', async () => {
      const rule = (number: number, ingress: { host?: string; path?: string; type: string }, member: number) =>
        listenerView(number, { pools: [poolView(number, { ingress, members: [memberView(member)] })] });
      const running = await start(
        ingressView([
          rule(1, { type: 'default' }, 1),
          rule(2, { type: 'acl', host: 'a.example' }, 2),
          rule(3, { type: 'acl', host: 'a.example', path: '/x' }, 1),
          rule(4, { type: 'acl', path: '/y' }, 2),
        ]),
      );
      const nameAt = async (host: string, path: string): Promise<string> =>
        (await answerOf({ port: running.port(80), path, headers: { host } })).name;
      expect(await nameAt('A.Example', '/z')).to.equal('two');
      expect(await nameAt('a.example', '/x')).to.equal('one');
      expect(await nameAt('b.example', '/y')).to.equal('two');
      expect(await nameAt('b.example', '/x')).to.equal('one');
    });
  });

  describe('when a pool is of TCP', () => {
    it('should pass on what comes', async () => {
      const pools = [poolView(1, { protocol: 'TCP', members: [memberView(2)], persistence: 'SOURCE_IP' })];
      const running = await start(loadbalancerView({ listeners: [listenerView(1, { protocol: 'TCP', pools })] }));
      const { name, forwardedFor } = await answerOf({ port: running.port(80) });
      expect({ name, forwardedFor }).to.deep.equal({ name: 'two', forwardedFor: undefined });
    });
  });

  describe('when it is of LBaaS v1', () => {
    it('should lead the virtual-ip to the members, with TLS by the certificate of the agent', async () => {
      const pools = [poolView(1, { members: [memberView(2)] })];
      const listeners = [listenerView(1, { protocol: 'HTTPS', port: 443, pools })];
      const running = await start(loadbalancerView({ version: 'v1', listeners }));
      expect((await answerOf({ port: running.port(443), isSecure: true })).name).to.equal('two');
    });
  });
});

function withPool(delta: Parameters<typeof poolView>[1]): LoadbalancerView {
  return loadbalancerView({ listeners: [listenerView(1, { pools: [poolView(1, delta)] })] });
}

/** Answers with its name, and gives a session to who logs in. */
class WebServer {
  public isWell = true;

  private constructor(
    private readonly server: Server,
    public readonly address: string,
  ) {}

  public static async start(name: string): Promise<WebServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const own = new WebServer(server, `127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`);
    server.on('request', ({ url = '', headers }: IncomingMessage, answer) => {
      const [, session] = /^\/login\?(.+)$/.exec(url) ?? [];
      answer.statusCode = url === '/health' && !own.isWell ? 500 : 200;
      if (session !== undefined) answer.setHeader('set-cookie', `JSESSIONID=${session}`);
      answer.end(JSON.stringify({ name, forwardedFor: headers['x-forwarded-for'] }));
    });
    return own;
  }

  public stop(): Promise<unknown> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

interface Asked {
  readonly port: number;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly isSecure?: boolean;
}

interface Answer {
  readonly name: string;
  readonly forwardedFor?: string;
  readonly cookies: readonly string[];
}

async function answersOf(count: number, asked: Asked): Promise<readonly string[]> {
  const names: string[] = [];
  for (let left = count; left > 0; left -= 1) names.push((await answerOf(asked)).name);
  return names;
}

function answerOf({ port, path = '/', headers = {}, isSecure = false }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, headers, agent: false, ca: selfSigned.cert };
    const outgoing = (isSecure ? requestSecurely : request)(options, (incoming) => {
      let body = '';
      incoming.on('data', (data: Buffer) => (body += data.toString()));
      incoming.once('end', () => {
        const said = JSON.parse(body) as Pick<Answer, 'name' | 'forwardedFor'>;
        resolve({ ...said, cookies: incoming.headers['set-cookie'] ?? [] });
      });
    });
    outgoing.once('error', reject).end();
  });
}
