import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { withAuthentication } from '../../../lib/config-api/authentication.js';
import { KeystoneTokens } from '../../../lib/config-api/keystone-tokens.js';
import { hasCode, ManualClock, SvcMonitorError, type ConfigApiAuth } from '../../../lib/index.js';
import { KeystoneModel, type KeystoneMood } from './support/keystone-model.js';
import { KeepingLogger } from './support/test-client.js';

type Credentials = Extract<ConfigApiAuth, { mode: 'keystone' }>;

const minute = 60_000;
const hour = 60 * minute;
const never = new AbortController().signal;
const timeoutMs = 5_000;

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
};

class World {
  public readonly clock = new ManualClock();
  public readonly logger = new KeepingLogger();
  public readonly keystone: KeystoneModel;
  public readonly tokens: KeystoneTokens;

  public constructor(more: Partial<Credentials> = {}) {
    this.keystone = new KeystoneModel(
      this.clock,
      more.apiVersion === 'v2' || more.url?.endsWith('/v2.0') ? 'v2' : 'v3',
    );
    const credentials: Credentials = {
      mode: 'keystone',
      url: 'http://keystone:5000/v3',
      username: 'svc',
      password: 'hush',
      projectName: 'service',
      ...more,
    };
    this.tokens = new KeystoneTokens(credentials, {
      transport: this.keystone,
      clock: this.clock,
      logger: this.logger,
      timeoutMs,
    });
  }

  /** A request to the config API: resolves to the token that it was taken with. */
  public request(): Promise<string | undefined> {
    return withAuthentication(this.tokens, never, (token) =>
      this.keystone.isGood(token)
        ? Promise.resolve(token)
        : Promise.reject(new SvcMonitorError('unauthorized', 'was answered 401')),
    );
  }

  public get warnings(): readonly string[] {
    return this.logger.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
  }
}

describe('KeystoneTokens', () => {
  for (const [version, url] of [
    ['v3', 'http://keystone:5000/v3'],
    ['v2', 'http://keystone:5000/v2.0'],
  ] as const) {
    describe(`when a token of ${version} comes to its end`, () => {
      it('should renew it before, while requests go on with the old one', async () => {
        const world = new World({ url });
        expect(await world.request()).to.equal('token-1');
        world.clock.step(50 * minute);
        expect(await world.request()).to.equal('token-1');
        world.clock.step(minute);
        // This one sets it off, and does not wait for it.
        world.keystone.mood = 'hangs';
        expect(await world.request()).to.equal('token-1');
        expect(world.keystone.logins).to.have.length(2);
        world.clock.step(timeoutMs);
        await settle();
        world.keystone.mood = 'up';
        world.clock.step(minute);
        expect(await world.request()).to.equal('token-1');
        await settle();
        expect(await world.request()).to.equal('token-3');
        expect(world.warnings).to.have.length(1);
      });

      for (const aheadMs of [-12 * hour, -30 * minute, 30 * minute, 12 * hour]) {
        it(`should do so at the same time if Keystone's clock is ${aheadMs / minute} minutes before ours, and ours jumps`, async () => {
          const world = new World({ url });
          world.keystone.aheadMs = aheadMs;
          await world.request();
          world.clock.jump(-aheadMs * 3);
          world.clock.step(50 * minute);
          await world.request();
          expect(world.keystone.logins).to.have.length(1);
          world.clock.step(minute);
          await world.request();
          expect(world.keystone.logins).to.have.length(2);
        });
      }
    });
  }

  it('should log in once for many requests at once, and renew once for many', async () => {
    const world = new World();
    await Promise.all(Array.from({ length: 50 }, () => world.request()));
    expect(world.keystone.logins).to.have.length(1);
    world.clock.step(55 * minute);
    await Promise.all(Array.from({ length: 50 }, () => world.request()));
    expect(world.keystone.logins).to.have.length(2);
  });

  it('should go on with the old token while Keystone is away, ask less and less often, and say so once and in the status', async () => {
    const world = new World();
    await world.request();
    world.clock.step(52 * minute);
    world.keystone.mood = 'down';
    for (let second = 0; second < 7 * 60; second += 1) {
      expect(await world.request()).to.equal('token-1');
      await settle();
      world.clock.step(1000);
    }
    // After 1, 2, 4, 8, 16, 32 and then every 60 s.
    expect(world.keystone.logins.length).to.be.within(10, 14);
    expect(world.warnings).to.deep.equal(['token of Keystone not renewed before its end, going on with it']);
    expect(world.tokens.status().failure).to.include({
      setting: 'auth.url',
      since: world.clock.now() - 7 * minute,
      advice: 'check host and port in auth.url, and that Keystone runs',
    });
    world.keystone.mood = 'up';
    world.clock.step(minute);
    await world.request();
    await settle();
    expect(world.tokens.status()).to.not.have.property('failure');
    expect(await world.request()).to.not.equal('token-1');
  });

  it('should never renew ahead a token whose end is not told', async () => {
    const world = new World();
    world.keystone.send = () => Promise.resolve({ status: 201, headers: { 'x-subject-token': 'endless' }, body: '{}' });
    world.keystone.isGood = (token) => token === 'endless';
    await world.request();
    world.clock.step(1000 * hour);
    expect(await world.request()).to.equal('endless');
    expect(world.tokens.status().loggedInAt).to.equal(world.clock.now() - 1000 * hour);
  });

  it('should log in with the password that counts by then', async () => {
    let password = 'old-one';
    let refreshed = 0;
    const refresh = (): Promise<void> => {
      refreshed += 1;
      if (refreshed > 1) password = 'new-one';
      return Promise.resolve();
    };
    const world = new World({ password: { current: () => password, refresh } });
    await world.request();
    world.keystone.revoke();
    world.clock.step(2000);
    await world.request();
    const sent = world.keystone.requests.map(({ body = '' }) => /(old|new)-one/.exec(body)?.[0]);
    expect(sent).to.deep.equal(['old-one', 'new-one']);
  });

  describe('its endpoint', () => {
    const endpoints: readonly (readonly [string, 'auto' | 'v3' | 'v2', string])[] = [
      ['http://k:5000/v3', 'auto', 'http://k:5000/v3/auth/tokens'],
      ['http://k:5000/v3/', 'auto', 'http://k:5000/v3/auth/tokens'],
      ['http://k:5000/v3/auth/tokens', 'auto', 'http://k:5000/v3/auth/tokens'],
      ['http://k:5000/v2.0', 'auto', 'http://k:5000/v2.0/tokens'],
      ['http://k:5000/v2.0/tokens', 'auto', 'http://k:5000/v2.0/tokens'],
      ['https://k/identity/v2.0/', 'auto', 'https://k/identity/v2.0/tokens'],
      ['https://k/identity/v3', 'auto', 'https://k/identity/v3/auth/tokens'],
      ['http://k:5000', 'auto', 'http://k:5000/auth/tokens'],
      ['http://v2.example:5000/v3', 'auto', 'http://v2.example:5000/v3/auth/tokens'],
      ['http://k:5000/old', 'v2', 'http://k:5000/old/tokens'],
      ['http://k:5000/old', 'v3', 'http://k:5000/old/auth/tokens'],
    ];
    for (const [url, apiVersion, tokens] of endpoints) {
      it(`should be ${tokens} for ${url} and ${apiVersion}`, () => {
        expect(new World({ url, apiVersion }).tokens.status().url).to.equal(tokens);
      });
    }
  });

  // Whatever comes: a good token is used without waiting, a bad one is replaced as soon as that is possible, and logins are at least a second apart.
  it('should keep its promises in any order of events', async () => {
    const moods: readonly KeystoneMood[] = ['up', 'down', 'hangs', 'refuses'];
    const event = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant('request' as const) }) },
      {
        weight: 3,
        arbitrary: fc.record({ do: fc.constant('step' as const), ms: fc.integer({ min: 1, max: 20 * minute }) }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('step' as const), ms: fc.integer({ min: 1, max: 1500 }) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('mood' as const), mood: fc.constantFrom(...moods) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('revoke' as const) }) },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('jump' as const), ms: fc.integer({ min: -hour, max: hour }) }),
      },
    );
    const property = fc.asyncProperty(
      fc.array(event, { maxLength: 60 }),
      fc.integer({ min: 2 * minute, max: 2 * hour }),
      async (events, lifetimeMs) => {
        const world = new World();
        const { clock, keystone, tokens } = world;
        keystone.lifetimeMs = lifetimeMs;
        for (const each of events) {
          if (each.do === 'step') clock.step(each.ms);
          if (each.do === 'jump') clock.jump(each.ms);
          if (each.do === 'mood') keystone.mood = each.mood;
          if (each.do === 'revoke') keystone.revoke();
          await settle();
          if (each.do !== 'request') continue;
          const lastLogin = keystone.logins.at(-1) ?? -Infinity;
          const mayLogIn = clock.monotonic() - lastLogin >= 1000;
          let outcome: 'waits' | 'done' | 'refused' = 'waits';
          const good = keystone.isGood(tokens.current());
          world.request().then(
            () => (outcome = 'done'),
            (error: unknown) => (outcome = hasCode(error, 'unauthorized') ? 'refused' : 'waits'),
          );
          await settle();
          if (good || (mayLogIn && keystone.mood === 'up')) expect(outcome).to.equal('done');
          else if (keystone.mood !== 'hangs' && mayLogIn) expect(outcome).to.equal('refused');
        }
        const gaps = keystone.logins.slice(1).map((at, index) => at - (keystone.logins[index] ?? 0));
        expect(gaps.filter((gap) => gap < 1000)).to.deep.equal([]);
      },
    );
    await fc.assert(property, { numRuns: 300, seed: 11 });
  });
});
