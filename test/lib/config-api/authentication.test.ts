import { expect } from 'chai';
import { hasCode, type ConfigApiAuth } from '../../../lib/index.js';
import { failure, printed, until } from './support/conditions.js';
import { answer, hang, inTurn, reset, ScriptedServer, type Script } from './support/scripted-server.js';
import { KeepingLogger, testClient } from './support/test-client.js';

const never = new AbortController().signal;
const uuid = '7deba98b-0e6f-440a-a046-e05aa5df41c3';
const virtualIp = { 'virtual-ip': { uuid, fq_name: ['default-domain', 'p', 'v'] } };

/** An API server that takes one token. */
const wanting =
  (token: string): Script =>
  (request, response) => {
    const accepted = request.headers['x-auth-token'] === token;
    (accepted ? answer(200, virtualIp) : answer(401, 'Authentication required'))(request, response);
  };

const giving = (token: string): Script => answer(201, { token: {} }, { 'X-Subject-Token': token });

describe('authentication', () => {
  let api: ScriptedServer;
  let keystone: ScriptedServer;

  const auth = (): ConfigApiAuth => ({
    mode: 'keystone',
    url: `${keystone.url}/v3/`,
    username: 'svc',
    password: 'hush"word',
    projectName: 'service',
  });
  const get = (client: ReturnType<typeof testClient>['client'], signal = never): Promise<unknown> =>
    client.get('virtual-ip', uuid, {}, signal);

  beforeEach(async () => {
    api = await ScriptedServer.start(wanting('hush-token-1'));
    keystone = await ScriptedServer.start(giving('hush-token-1'));
  });

  afterEach(async () => {
    await api.close();
    await keystone.close();
  });

  describe('when there is none', () => {
    it('should send no token and pass on a 401', async () => {
      const { client } = testClient({ urls: [api.url] });
      await failure(get(client), 'unauthorized');
      expect(api.requests).to.have.length(1);
      expect(api.requests[0]?.headers).to.not.have.property('x-auth-token');
    });
  });

  describe('when the token is fixed', () => {
    it('should send it with each request', async () => {
      const { client } = testClient({ urls: [api.url], auth: { mode: 'token', token: 'hush-token-1' } });
      await get(client);
      expect(api.requests[0]?.headers['x-auth-token']).to.equal('hush-token-1');
    });

    it('should not try a token again that was refused', async () => {
      const { client } = testClient({ urls: [api.url], auth: { mode: 'token', token: 'other' } });
      await failure(get(client), 'unauthorized');
      expect(api.requests).to.have.length(1);
    });

    it('should refuse one that no header can carry, without showing it', () => {
      const make = (): unknown => testClient({ urls: [api.url], auth: { mode: 'token', token: 'hush\n' } });
      expect(make)
        .to.throw()
        .that.satisfies((error: unknown) => hasCode(error, 'invalid-configuration'));
      expect(make).to.not.throw(/hush/);
    });
  });

  describe('when it is a password at Keystone', () => {
    it('should log in when it is asked to, and send the request once more', async () => {
      const { client } = testClient({ urls: [api.url], auth: auth() });
      await get(client);
      expect(api.requests.map((request) => request.headers['x-auth-token'])).to.deep.equal([undefined, 'hush-token-1']);
      expect(keystone.paths).to.deep.equal(['POST /v3/auth/tokens']);
      expect(keystone.bodies[0]).to.deep.equal({
        auth: {
          identity: {
            methods: ['password'],
            password: { user: { name: 'svc', domain: { name: 'default' }, password: 'hush"word' } },
          },
          scope: { project: { name: 'service', domain: { name: 'default' } } },
        },
      });
    });

    it('should send the token with later requests, without another login', async () => {
      const { client } = testClient({ urls: [api.url], auth: auth() });
      await get(client);
      await get(client);
      expect(api.requests).to.have.length(3);
      expect(keystone.requests).to.have.length(1);
    });

    it('should never ask where no token is wanted', async () => {
      api.respond(answer(200, virtualIp));
      await get(testClient({ urls: [api.url], auth: auth() }).client);
      expect(keystone.requests).to.have.length(0);
    });

    it('should send a create once more after a 401: it has done nothing', async () => {
      const { client } = testClient({ urls: [api.url], auth: auth() });
      const object = { fqName: ['default-domain', 'p', 'v'], parentKind: 'project', properties: {} };
      expect(await client.create('virtual-ip', object, never)).to.equal(uuid);
      const ids = api.requests.map((request) => request.headers['x-request-id']);
      expect(new Set(ids)).to.have.property('size', 2);
    });

    it('should log in once for 30 requests at once whose token has expired', async () => {
      const { client, clock } = testClient({ urls: [api.url], auth: auth(), concurrency: 30 });
      await get(client);
      clock.step(3_600_000);
      api.respond(wanting('hush-token-2'));
      keystone.respond((request, response) => {
        // The login is answered when the last of them has been refused.
        void until(() => api.requests.length === 2 + 30).then(() => {
          giving('hush-token-2')(request, response);
        });
      });
      await Promise.all(Array.from({ length: 30 }, () => get(client)));
      expect(keystone.requests).to.have.length(2);
      expect(api.requests).to.have.length(2 + 60);
    });

    it('should not log in for a token that another request has renewed meanwhile', async () => {
      const { client, clock } = testClient({ urls: [api.url], auth: auth() });
      await get(client);
      clock.step(3_600_000);
      keystone.respond(giving('hush-token-2'));
      let refuseSlowOne: () => void = () => undefined;
      api.respond(
        inTurn((request, response) => {
          refuseSlowOne = () => {
            answer(401, '')(request, response);
          };
        }, wanting('hush-token-2')),
      );
      const slow = get(client);
      await until(() => api.requests.length === 3);
      await get(client);
      refuseSlowOne();
      await slow;
      expect(keystone.requests).to.have.length(2);
    });

    it('should end with unauthorized if the new token is refused as well', async () => {
      api.respond(wanting('another'));
      const { client } = testClient({ urls: [api.url], auth: auth() });
      const error = await failure(get(client), 'unauthorized');
      expect(error.details).to.include({ status: 401 });
      expect(api.requests).to.have.length(2);
      expect(keystone.requests).to.have.length(1);
    });

    it('should log in at most once a second', async () => {
      api.respond(wanting('another'));
      const { client, clock } = testClient({ urls: [api.url], auth: auth() });
      await failure(get(client), 'unauthorized');
      clock.step(999);
      await failure(get(client), 'unauthorized');
      expect(keystone.requests).to.have.length(1);
      clock.step(1);
      await failure(get(client), 'unauthorized');
      expect(keystone.requests).to.have.length(2);
    });

    describe('and Keystone does not give one', () => {
      const refusals: readonly [string, Script, string][] = [
        ['refuses the password', answer(401, { error: { message: 'wrong: hush"word' } }), 'unauthorized'],
        ['fails', answer(500, 'hush'), 'unauthorized'],
        ['answers without a token', answer(201, { token: {} }), 'unauthorized'],
        ['breaks the connection', reset, 'unavailable'],
      ];
      for (const [what, script, cause] of refusals) {
        it(`should end with unauthorized and the cause if it ${what}`, async () => {
          keystone.respond(script);
          const { client } = testClient({ urls: [api.url], auth: auth() });
          const error = await failure(get(client), 'unauthorized');
          expect(hasCode(error.cause, 'unauthorized', 'unavailable') && error.cause.code).to.equal(cause);
          expect(printed(error)).to.not.contain('hush');
        });
      }

      it('should end with unauthorized if it takes too long', async () => {
        keystone.respond(hang);
        const { client, clock } = testClient({ urls: [api.url], auth: auth() });
        const sent = failure(get(client), 'unauthorized');
        await until(() => keystone.requests.length === 1);
        clock.step(5000);
        expect(hasCode((await sent).cause, 'timeout')).to.equal(true);
        await until(() => keystone.requests[0]?.socket.destroyed === true);
      });

      it('should tell the cause to requests that come within the second, and recover after it', async () => {
        keystone.respond(reset);
        const { client, clock } = testClient({ urls: [api.url], auth: auth() });
        await failure(get(client), 'unauthorized');
        const error = await failure(get(client), 'unauthorized');
        expect(hasCode(error.cause, 'unavailable')).to.equal(true);
        keystone.respond(giving('hush-token-1'));
        clock.step(1000);
        await get(client);
      });
    });

    it('should let one who waits go when it is called off, and go on for the others', async () => {
      let give: () => void = () => undefined;
      keystone.respond((request, response) => {
        give = () => {
          giving('hush-token-1')(request, response);
        };
      });
      const { client } = testClient({ urls: [api.url], auth: auth() });
      const controller = new AbortController();
      const impatient = failure(get(client, controller.signal), 'aborted');
      const patient = get(client);
      await until(() => keystone.requests.length === 1);
      controller.abort();
      await impatient;
      give();
      await patient;
      expect(keystone.requests).to.have.length(1);
    });

    it('should end the login when the client is closed', async () => {
      keystone.respond(hang);
      const { client } = testClient({ urls: [api.url], auth: auth() });
      const sent = failure(get(client), 'unauthorized');
      await until(() => keystone.requests.length === 1);
      client.close();
      expect(hasCode((await sent).cause, 'closed')).to.equal(true);
    });
  });

  it('should keep token and password out of errors and log lines', async () => {
    const logger = new KeepingLogger();
    const { client } = testClient({ urls: [api.url], auth: auth(), logger, attempts: 1 });
    await get(client);
    const errors = [];
    // A server that repeats what it was sent, in each way that ends in an error.
    const echo =
      (status: number): Script =>
      (request, response) => {
        answer(status, `you sent ${JSON.stringify(request.headers)} ${request.body}`)(request, response);
      };
    for (const [script, code] of [
      [echo(400), 'bad-request'],
      [echo(403), 'forbidden'],
      [echo(500), 'unavailable'],
      [echo(200), 'bad-answer'],
      [reset, 'unavailable'],
    ] as const) {
      api.respond(script);
      errors.push(await failure(get(client), code));
    }
    for (const error of errors) expect(printed(error)).to.not.contain('hush');
    expect(JSON.stringify(logger.lines)).to.contain('logged in at Keystone').and.not.contain('hush');
  });
});
