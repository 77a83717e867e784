import { createServer as createTlsServer, type Server, type ServerOptions } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { expect } from 'chai';
import { KeystoneServer } from '../../../fixtures/index.js';
import { remedyOf, type ConfigApiAuth, type SvcMonitorError, type TlsMaterial } from '../../../lib/index.js';
import { CertificateAuthority, type Certificate } from '../../support/certificate-authority.js';
import { failure, printed } from './support/conditions.js';
import { answer, ScriptedServer, type Script } from './support/scripted-server.js';
import { testClient } from './support/test-client.js';

const never = new AbortController().signal;
const password = 'hush"word';
const uuid = '7deba98b-0e6f-440a-a046-e05aa5df41c3';
const page = (title: string): string => `<!DOCTYPE html><html><head><title>${title}</title></head></html>`;

/** What an operator is to be told. */
interface Told {
  readonly message: RegExp;
  readonly setting: string;
  readonly advice: RegExp;
  readonly answer?: string;
}

function expectTold(error: SvcMonitorError, told: Told): void {
  const remedy = remedyOf(error.details);
  expect(error.message).to.match(told.message);
  expect(remedy.setting).to.equal(told.setting);
  expect(remedy.advice).to.match(told.advice);
  if (told.answer !== undefined) expect(remedy.answer).to.equal(told.answer);
  expect(printed(error)).to.not.contain('hush');
}

describe('what an error tells an operator', () => {
  const closing: (() => unknown)[] = [];
  let authority: CertificateAuthority;
  let stranger: CertificateAuthority;
  let certificate: Certificate;

  before(async () => {
    [authority, stranger] = await Promise.all([CertificateAuthority.create(), CertificateAuthority.create()]);
    certificate = await authority.issue('IP:127.0.0.1');
  });

  after(async () => {
    await authority.remove();
    await stranger.remove();
  });

  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  const plain = async (script: Script): Promise<string> => {
    const server = await ScriptedServer.start(script);
    closing.push(() => server.close());
    return server.url;
  };

  const listening = async (server: Server | ReturnType<typeof createTcpServer>): Promise<number> => {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => sockets.add(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return (server.address() as AddressInfo).port;
  };

  const secure = async (options: ServerOptions): Promise<string> =>
    `https://127.0.0.1:${await listening(createTlsServer(options, (_request, response) => response.end('{}')))}`;

  const raw = async (bytes: Buffer | string): Promise<string> =>
    `http://127.0.0.1:${await listening(createTcpServer((socket) => socket.on('error', () => undefined).once('data', () => socket.end(bytes))))}`;

  /** The error of a read. */
  const readError = async (
    url: string,
    options: { auth?: ConfigApiAuth; tls?: TlsMaterial } = {},
  ): Promise<SvcMonitorError> => {
    const { client } = testClient({ urls: [url], attempts: 1, ...options });
    closing.push(() => {
      client.close();
    });
    const error: unknown = await client.get('virtual-ip', uuid, {}, never).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return error as SvcMonitorError;
  };

  /** The error of a read at an API server that asks for a token, with a login at that Keystone. */
  const loginError = async (
    url: string,
    more: { readonly tls?: TlsMaterial; readonly apiVersion?: 'v2' } & Record<string, unknown> = {},
  ): Promise<SvcMonitorError> => {
    const api = await plain(answer(401, 'Authentication required'));
    const auth: ConfigApiAuth = {
      mode: 'keystone',
      url,
      username: 'svc',
      password,
      projectName: 'service',
      userDomain: 'Default',
      projectDomain: 'Default',
      ...more,
    };
    return readError(api, { auth });
  };

  describe('when the config API refuses', () => {
    const token: ConfigApiAuth = { mode: 'token', token: 'hush-token' };
    const refusals: readonly (readonly [string, Script, ConfigApiAuth | undefined, Told])[] = [
      [
        '401 without a token',
        answer(401, 'Authentication required'),
        undefined,
        {
          message: /401.*set auth\.mode to keystone/,
          setting: 'auth.mode',
          advice: /set auth\.mode/,
          answer: 'Authentication required',
        },
      ],
      [
        '401 with a fixed token',
        answer(401, 'Authentication required'),
        token,
        { message: /401.*token has expired/, setting: 'auth.token', advice: /auth\.token_file/ },
      ],
      [
        '403 with a fixed token',
        answer(403, 'Permission denied'),
        token,
        { message: /403/, setting: 'auth.token', advice: /role/, answer: 'Permission denied' },
      ],
      [
        'a page with 200',
        answer(200, page('Dashboard')),
        undefined,
        {
          message: /something else than expected/,
          setting: 'config_api.urls',
          advice: /proxy or a dashboard/,
          answer: 'Dashboard',
        },
      ],
      [
        'a page with 404',
        answer(404, page('404 Not Found')),
        undefined,
        { message: /404/, setting: 'config_api.urls', advice: /proxy or a dashboard/ },
      ],
      [
        'nginx’ page for plain HTTP on a port of TLS',
        answer(400, '<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>'),
        undefined,
        { message: /400/, setting: 'config_api.urls', advice: /set https:\/\/ in config_api\.urls/ },
      ],
    ];
    for (const [what, script, auth, told] of refusals) {
      it(`should be told for ${what}`, async () => {
        expectTold(await readError(await plain(script), auth === undefined ? {} : { auth }), told);
      });
    }

    it('should be told for 403 and for a fresh token that is refused, with a login at Keystone', async () => {
      const keystone = await new KeystoneServer({
        users: [{ name: 'svc', password, roles: { service: ['admin'] } }],
      }).start();
      closing.push(() => keystone.stop());
      const auth: ConfigApiAuth = {
        mode: 'keystone',
        url: `${keystone.url}/v3`,
        username: 'svc',
        password,
        projectName: 'service',
      };
      expectTold(await readError(await plain(answer(403, 'Permission denied')), { auth }), {
        message: /403/,
        setting: 'auth.username',
        advice: /role.*cloud_admin_role/,
      });
      expectTold(await readError(await plain(answer(401, 'No')), { auth }), {
        message: /401/,
        setting: 'auth.url',
        advice: /same Keystone/,
      });
    });
  });

  describe('when there is no connection', () => {
    const peers = [
      [
        'the config API server',
        'config_api',
        'config_api.urls',
        (url: string, tls?: TlsMaterial) => readError(url, tls === undefined ? {} : { tls }),
      ],
      [
        'Keystone',
        'auth',
        'auth.url',
        (url: string, tls?: TlsMaterial) => loginError(`${url}/v3`, tls === undefined ? {} : { tls }),
      ],
    ] as const;

    for (const [name, section, address, errorAt] of peers) {
      describe(`to ${name}`, () => {
        it('should be told for https at a plain port', async () => {
          const url = (await plain(answer(200, '{}'))).replace('http:', 'https:');
          expectTold(await errorAt(url), {
            message: new RegExp(`${name} does not speak TLS on this port`),
            setting: address,
            advice: new RegExp(`set http:// in ${address}`),
          });
        });

        it('should be told for http at a port of TLS', async () => {
          const url = (await secure(certificate)).replace('https:', 'http:');
          expectTold(await errorAt(url), {
            message: new RegExp(`${name} closed the connection without an answer`),
            setting: address,
            advice: /a port that speaks TLS does so/,
          });
          expectTold(await errorAt(await raw(Buffer.from([0x15, 3, 1, 0, 2, 2, 70]))), {
            message: new RegExp(`${name} speaks TLS on this port`),
            setting: address,
            advice: new RegExp(`set https:// in ${address}`),
          });
        });

        it('should be told for a certificate that has expired', async () => {
          const url = await secure(await authority.issue('IP:127.0.0.1', -1));
          expectTold(await errorAt(url, { ca: authority.cert }), {
            message: new RegExp(`certificate of ${name} has expired`),
            setting: address,
            advice: /renew/,
          });
        });

        it('should be told for an authority that nobody knows', async () => {
          const told = {
            message: /signed by nobody who is trusted/,
            setting: `${section}.tls.ca_file`,
            advice: new RegExp(`file of ${section}\\.tls\\.ca_file`),
          };
          const url = await secure(certificate);
          expectTold(await errorAt(url, { ca: stranger.cert }), told);
          expectTold(await errorAt(url), told);
        });

        it('should be told for a certificate of another name', async () => {
          const url = await secure(await authority.issue('DNS:elsewhere.example'));
          expectTold(await errorAt(url, { ca: authority.cert }), {
            message: /for another name/,
            setting: address,
            advice: /as its certificate does/,
          });
        });

        for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
          it(`should be told for a client certificate that is asked for, by ${maxVersion}`, async () => {
            const strict = {
              ...certificate,
              requestCert: true,
              rejectUnauthorized: true,
              ca: authority.cert,
              maxVersion,
            };
            const url = await secure(strict);
            expectTold(await errorAt(url, { ca: authority.cert }), {
              message: /asks for a client certificate/,
              setting: `${section}.tls.cert_file`,
              advice: /key_file/,
            });
          });
        }

        it('should name a host that nobody knows', async () => {
          expectTold(await errorAt('http://no-such-host.invalid:8082'), {
            message: /no-such-host\.invalid/,
            setting: address,
            advice: /resolver|name servers/,
          });
        });

        it('should be told if nobody listens', async () => {
          const port = await listening(createTcpServer());
          await closing.pop()?.();
          expectTold(await errorAt(`http://127.0.0.1:${port}`), {
            message: new RegExp(`nobody listens at the address of ${name}`),
            setting: address,
            advice: /host and port/,
          });
        });
      });
    }
  });

  describe('when Keystone gives no token', () => {
    const denied: readonly (readonly [string, Script, Told])[] = [
      [
        'a missing version (404)',
        answer(404, { error: { message: 'Not here.' } }),
        {
          message: /auth\.url has no API version \(404: Not here\.\)/,
          setting: 'auth.url',
          advice: /did you mean http:\/\/127\.0\.0\.1:\d+\/v3\?/,
          answer: 'Not here.',
        },
      ],
      [
        'a missing version (300)',
        answer(300, { versions: {} }),
        { message: /auth\.url has no API version/, setting: 'auth.url', advice: /did you mean/ },
      ],
      [
        'nothing but a page',
        answer(200, page('OpenStack Dashboard')),
        { message: /something else than Keystone/, setting: 'auth.url', advice: /dashboard or a proxy/ },
      ],
      [
        'a proxy without Keystone behind it',
        answer(503, page('503')),
        { message: /a proxy before Keystone/, setting: 'auth.url', advice: /proxy/ },
      ],
      [
        'a failure',
        answer(500, { error: { message: 'An unexpected error.' } }),
        { message: /Keystone fails/, setting: 'auth.url', advice: /log/, answer: 'An unexpected error.' },
      ],
      [
        'a wrong login',
        answer(401, { error: { message: 'Requires authentication.' } }),
        {
          message: /wrong password, user, project or domain/,
          setting: 'auth.password',
          advice: /auth\.project_name/,
          answer: 'Requires authentication.',
        },
      ],
      [
        'a locked account',
        answer(401, { error: { message: 'The account is locked for user: 5' } }),
        { message: /locked or disabled/, setting: 'auth.username', advice: /enabled/ },
      ],
      [
        'an expired password',
        answer(401, { error: { message: 'The password is expired and needs to be changed.' } }),
        { message: /password has expired/, setting: 'auth.password', advice: /change/ },
      ],
      ['too many logins', answer(429, ''), { message: /too many logins/, setting: 'auth.url', advice: /who else/ }],
      [
        'JSON without a token',
        answer(201, { token: {} }),
        { message: /without a token/, setting: 'auth.url', advice: /auth\.api_version/ },
      ],
    ];
    for (const [what, script, told] of denied) {
      it(`should be told for ${what}`, async () => {
        expectTold(await loginError(await plain(script)), told);
      });
    }

    it('should be told for a path without Keystone, and for a version that is gone', async () => {
      const url = await plain(answer(404, page('404')));
      expectTold(await loginError(`${url}/identity/v3`), {
        message: /no Keystone v3 at auth\.url/,
        setting: 'auth.url',
        advice: /\/identity\/v3/,
      });
      expectTold(await loginError(`${url}/v2.0`), {
        message: /no Keystone v2/,
        setting: 'auth.api_version',
        advice: /v3/,
      });
    });

    for (const said of [
      password,
      JSON.stringify(password),
      encodeURIComponent(password),
      Buffer.from(password).toString('base64'),
      password.toUpperCase(),
    ]) {
      it(`should not repeat what it says if that holds the password as ${said.replaceAll(/hush/gi, '…').slice(0, 12)}`, async () => {
        const error = await loginError(await plain(answer(401, { error: { message: `you sent ${said} here` } })));
        expect(remedyOf(error.details)).to.not.have.property('answer');
        expect(printed(error)).to.not.contain(said);
      });
    }

    it('should cut what it says', async () => {
      const error = await loginError(await plain(answer(401, { error: { message: 'x'.repeat(10_000) } })));
      expect(remedyOf(error.details).answer).to.have.length(201);
    });

    const mistakes: readonly (readonly [string, Record<string, unknown>, string, RegExp])[] = [
      ['a project that is not known', { projectName: 'servcie' }, 'auth.project_name', /auth\.project_domain/],
      ['a domain that is not known', { userDomain: 'Defualt' }, 'auth.user_domain', /auth\.user_domain/],
      ['a user without a role in the project', { projectName: 'other' }, 'auth.project_name', /a role/],
      ['a wrong password', { password: 'hush-not' }, 'auth.password', /auth\.password/],
    ];
    for (const [what, more, setting, advice] of mistakes) {
      it(`should name ${what} where Keystone does`, async () => {
        const users = [{ name: 'svc', password, roles: { service: ['admin'] } }];
        const keystone = await new KeystoneServer({
          insecureDebug: true,
          users,
          projects: [{ name: 'other' }],
        }).start();
        closing.push(() => keystone.stop());
        expectTold(await loginError(`${keystone.url}/v3`, more), {
          message: /Keystone gave no token/,
          setting,
          advice,
        });
      });
    }

    it('should be told within the second after it, too', async () => {
      const api = await plain(answer(401, ''));
      const url = await plain(answer(401, { error: { message: 'No.' } }));
      const { client } = testClient({
        urls: [api],
        auth: { mode: 'keystone', url: `${url}/v3`, username: 'svc', password, projectName: 'service' },
      });
      for (let turn = 0; turn < 2; turn += 1) {
        expectTold(await failure(client.get('virtual-ip', uuid, {}, never), 'unauthorized'), {
          message: /wrong password/,
          setting: 'auth.password',
          advice: /auth\.password/,
          answer: 'No.',
        });
      }
      client.close();
    });
  });
});
