import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Browser, Page } from 'puppeteer-core';
import {
  createTenant,
  differences,
  EmbeddedOpenSdn,
  expectedState,
  liveAmphorae,
  NetworkUser,
  Nova,
  observedState,
  Octavia,
  populate,
  type CloudState,
  type LoadBalancer,
  type UserFloatingIp,
} from '../../fixtures/index.js';
import { MemorySource, silentLogger, ZookeeperElection } from '../../lib/index.js';
import { createService, loadConfig, type Service } from '../../service/index.js';
import { openPage, startBrowser, type WatchedPage } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { zookeeperHosts } from '../support/zookeeper.js';

const hostile = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>&amp;"'`;

/** An embedded OpenSDN, the service beside it, and its page in a browser. */
class Stage {
  public readonly server = new EmbeddedOpenSdn();
  public readonly source = new MemorySource();
  public service!: Service;
  public octavia!: Octavia;
  public user!: NetworkUser;
  private readonly opened: WatchedPage[] = [];

  public constructor(private readonly browser: Browser) {}

  public async start(settings: readonly string[] = [], tenantName = 'shop'): Promise<void> {
    if (this.server.urls.length === 0) await this.server.start();
    const { url } = this.server;
    const tenant = await createTenant(url, { name: tenantName });
    this.octavia = new Octavia({ url, tenant, nova: new Nova({ url, tenant }), delay: () => Promise.resolve() });
    this.user = new NetworkUser({ url, tenant });
    const { source } = this;
    this.server.notifications.subscribe((message) => void source.publish(message));
    const loaded = loadConfig({
      assignments: [`config_api.urls=${url}`, 'http.port=0', `rules.amphora_projects=${tenant.projectId}`, ...settings],
    });
    if (!loaded.ok) throw new Error('the configuration is not valid');
    this.service = createService(loaded.config, { logger: silentLogger, createSource: () => source });
    await this.service.start();
    await eventually('the service is ready', () => this.service.status().ready);
  }

  public async balancer(): Promise<{ readonly loadBalancer: LoadBalancer; readonly floatingIp: UserFloatingIp }> {
    const loadBalancer = await this.octavia.createLoadBalancer().run();
    const floatingIp = await this.user.createFloatingIp().run();
    await this.user.associate(floatingIp, loadBalancer).run();
    return { loadBalancer, floatingIp };
  }

  /** Resolves when all is as it should be after what the actors have done. */
  public async isRight(): Promise<void> {
    const { loadBalancers } = this.octavia;
    const wanted = (): CloudState => expectedState({ loadBalancers, floatingIps: this.user.floatingIps });
    await eventually('all is right', () => differences(wanted(), observedState(this.server)).length === 0);
  }

  public async open(prepare: (page: Page) => Promise<unknown> = () => Promise.resolve()): Promise<Page> {
    const watched = await openPage(this.browser);
    this.opened.push(watched);
    await prepare(watched.page);
    await watched.page.goto(`${this.service.url ?? ''}/`);
    return watched.page;
  }

  /** Closes the pages; in none of them has anything happened that must not. */
  public async stop(): Promise<void> {
    for (const { page } of this.opened) await page.browserContext().close();
    await this.service.stop();
    await this.server.stop();
    for (const { requests, complaints } of this.opened) {
      expect(complaints).to.deep.equal([]);
      expect(requests.filter((url) => !url.startsWith(`${this.service.url ?? ''}/`))).to.deep.equal([]);
      expect(requests.length).to.be.greaterThan(5);
    }
  }
}

/** What the page shows, as text. */
const evaluate = <T>(page: Page, expression: string): Promise<T> => page.evaluate(expression) as Promise<T>;
const textOf = (page: Page, selector = 'body'): Promise<string> =>
  evaluate(page, `document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`);
const shows = (page: Page, text: string, selector = 'body'): Promise<void> =>
  eventually(`the page shows "${text}"`, async () => (await textOf(page, selector)).includes(text));
const focused = (page: Page): Promise<string> =>
  evaluate(page, `document.activeElement.id || document.activeElement.textContent`);
const isWide = (page: Page): Promise<boolean> =>
  evaluate(page, 'document.documentElement.scrollWidth > document.documentElement.clientWidth');
const rowsOf = (page: Page): Promise<number> => evaluate(page, `document.querySelectorAll('#rows > tr').length`);

describe('the page of the service, in a browser', () => {
  let browser: Browser | undefined;
  let stage: Stage;

  before(async function () {
    browser = await startBrowser(this);
  });

  after(() => browser?.close());

  beforeEach(() => {
    if (browser === undefined) throw new Error('there is no browser');
    stage = new Stage(browser);
  });

  afterEach(() => stage.stop());

  describe('when there is no load balancer', () => {
    it('should say so, and that all is well', async () => {
      await stage.start();
      const page = await stage.open();
      await shows(page, 'All is well', '#banner');
      await shows(page, 'There is no VIP with an amphora yet', '#empty');
      await shows(page, 'None since the service was started', '#failovers');
    });
  });

  describe('when an amphora is replaced while somebody looks', () => {
    it('should show the failover and its times, without being loaded again', async () => {
      await stage.start();
      const { loadBalancer, floatingIp } = await stage.balancer();
      const page = await stage.open();
      await evaluate(page, 'window.isTheSame = true');
      // A single VIP is open from the start.
      for (const text of [loadBalancer.id, floatingIp.address, 'default-domain:shop', loadBalancer.vipPortId]) {
        await shows(page, text, '.detail');
      }
      const [old] = liveAmphorae(loadBalancer);
      if (old === undefined) throw new Error('there is no amphora');
      const failover = stage.octavia.failoverAmphora(loadBalancer, old);
      while ((await failover.step()) !== undefined) await stage.isRight();
      await shows(page, `port ${old.portId} left`, '#failovers');
      await shows(page, 'and is gone.', '#failovers');
      const steps = await evaluate<string[]>(
        page,
        `[...document.querySelectorAll('#failovers li:first-child .timeline-step')].map((one) => one.textContent)`,
      );
      expect(steps).to.have.members(['came', 'wired', 'leaving', 'let go', 'gone']);
      await eventually('its ports are those that there are', async () => {
        const text = await textOf(page, '.detail .ports');
        return !text.includes(old.portId) && liveAmphorae(loadBalancer).every(({ portId }) => text.includes(portId));
      });
      expect(await evaluate(page, 'window.isTheSame')).to.equal(true);
    });
  });

  describe('when it is used by keyboard', () => {
    it('should search, move, open and close', async () => {
      await stage.start();
      const first = await stage.balancer();
      await stage.balancer();
      const page = await stage.open();
      await shows(page, '2 VIPs', '#found');
      await page.keyboard.press('/');
      expect(await focused(page)).to.equal('search');
      await page.keyboard.type(first.floatingIp.address);
      await shows(page, '1 of 2 VIPs', '#found');
      await shows(page, '1 of 2 VIPs found', '#announce');
      await page.keyboard.press('Escape');
      await eventually('all are listed again', async () => (await rowsOf(page)) === 2);
      await page.keyboard.press('ArrowDown');
      const [top, below] = [await focused(page), (await page.keyboard.press('ArrowDown'), await focused(page))];
      expect(new Set([top, below])).to.deep.equal(
        new Set(stage.octavia.loadBalancers.map(({ vips }) => vips[0]?.address)),
      );
      await page.keyboard.press('Enter');
      await shows(page, 'Load balancer', '.detail');
      expect(await evaluate(page, `document.activeElement.getAttribute('aria-expanded')`)).to.equal('true');
      await page.keyboard.press('Escape');
      expect(await rowsOf(page)).to.equal(2);
      expect(await focused(page)).to.equal(below);
    });
  });

  describe('when the browser prefers dark or light', () => {
    it('should follow it, until somebody chooses, and keep what was chosen', async () => {
      await stage.start();
      const prefer = (page: Page, value: 'dark' | 'light'): Promise<void> =>
        page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
      const ground = (page: Page): Promise<string> => evaluate(page, 'getComputedStyle(document.body).backgroundColor');
      const page = await stage.open((one) => prefer(one, 'light'));
      const light = await ground(page);
      await prefer(page, 'dark');
      const dark = await ground(page);
      expect(dark).not.to.equal(light);
      await page.click('#theme');
      expect(await ground(page)).to.equal(light);
      await page.reload();
      expect(await ground(page)).to.equal(light);
      await shows(page, 'Dark', '#theme');
    });
  });

  describe('when it is shown on a phone', () => {
    it('should fit, with a VIP opened', async () => {
      await stage.start();
      const { loadBalancer } = await stage.balancer();
      const [amphora] = liveAmphorae(loadBalancer);
      if (amphora !== undefined) await stage.octavia.failoverAmphora(loadBalancer, amphora, { skipUnbind: true }).run();
      const page = await stage.open((one) =>
        one.setViewport({ width: 360, height: 740, isMobile: true, hasTouch: true }),
      );
      await shows(page, loadBalancer.id, '.detail');
      await shows(page, 'left', '#failovers');
      expect(await isWide(page)).to.equal(false);
    });
  });

  describe('when there are 2,000 VIPs', () => {
    it('should hold one page of them, and find each', async () => {
      await stage.server.start();
      const cloud = await populate(stage.server, { loadBalancers: 2_000, topology: 'SINGLE', wired: true });
      await stage.start();
      const page = await stage.open();
      await shows(page, '2,000 VIPs', '#found');
      await shows(page, '1 of 40', '#page-now');
      const before = await textOf(page, '#rows tr:first-child');
      expect(await rowsOf(page)).to.equal(50);
      expect(await evaluate(page, `document.querySelectorAll('*').length`)).to.be.lessThan(2_500);
      await page.click('#page-after');
      await shows(page, '2 of 40', '#page-now');
      expect(await textOf(page, '#rows tr:first-child')).not.to.equal(before);
      const sought = cloud.loadBalancers[1_234];
      await page.type('#search', sought?.id ?? '');
      await shows(page, '1 of 2,000 VIPs', '#found');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Enter');
      await shows(page, cloud.floatingIps[1_234]?.address ?? '', '.detail');
    });
  });

  describe('when names are markup', () => {
    it('should show them as text, and run nothing', async () => {
      await stage.start([], hostile);
      const { loadBalancer } = await stage.balancer();
      const page = await stage.open();
      await shows(page, hostile, '.detail');
      await shows(page, loadBalancer.id, '.detail');
      await page.type('#search', hostile.slice(0, 60));
      await shows(page, '1 VIP', '#found');
      await page.type('#search', '<b>x');
      await shows(page, '<b>x', '#empty');
      expect(await evaluate(page, 'window.hacked')).to.equal(undefined);
      expect(await evaluate(page, `document.querySelectorAll('img, b, body script').length`)).to.equal(0);
    });
  });

  describe('when it is a dry run', () => {
    it('should say so, and show what would be written', async () => {
      await stage.start(['dry_run=true']);
      const { floatingIp } = await stage.balancer();
      const page = await stage.open();
      await shows(page, 'Dry run: nothing is written. 1 VIP would be changed', '#dry-run');
      await shows(page, `add reference floating-ip ${floatingIp.id}`, '.plan');
    });
  });

  describe('when it stands by', () => {
    let servers: readonly string[];
    let other: ZookeeperElection | undefined;

    before(function () {
      servers = zookeeperHosts(this);
    });

    afterEach(() => other?.stop());

    /** Another contender leads, and this service stands by. */
    const standBy = async (leaderName: string): Promise<Page> => {
      const path = `/svc-monitor-test-${randomUUID()}/svc-monitor`;
      const election = new ZookeeperElection({ servers, path, name: leaderName });
      other = election;
      election.start();
      await eventually('the other one leads', () => election.mayAct());
      const hosts = `zookeeper.hosts=${servers.join(',')}`;
      await stage.start([hosts, 'leadership.mode=zookeeper', `leadership.path=${path}`]);
      await eventually('this one knows that', () => {
        const { role, ownership } = stage.service.status();
        return role === 'standby' && ownership?.mode === 'zookeeper' && ownership.leaderName !== undefined;
      });
      return stage.open();
    };

    it('should say so and who leads, as text, until it leads itself', async () => {
      const name = `${hostile}${'x'.repeat(10_000)}`;
      const page = await standBy(name);
      await shows(page, 'Standing by', '#banner-title');
      await shows(page, `${name.slice(0, 255)} leads. This one`, '#banner-text');
      await shows(page, 'standby', '#chips');
      await page.setViewport({ width: 360, height: 740 });
      expect(await isWide(page)).to.equal(false);
      expect(await evaluate(page, 'window.hacked')).to.equal(undefined);
      await other?.stop();
      await shows(page, 'All is well', '#banner-title');
      await shows(page, 'leader', '#chips');
      expect(await textOf(page, '#banner')).not.to.contain('leads');
    });

    it('should say that another one leads, where that one has no name', async () => {
      const page = await standBy('');
      await shows(page, 'Standing by', '#banner-title');
      await shows(page, 'Another instance leads.', '#banner-text');
    });
  });

  describe('when the change stream is lost', () => {
    it('should say that it is not ready, and why, until it is back', async () => {
      await stage.start();
      const page = await stage.open();
      await shows(page, 'All is well', '#banner');
      stage.source.disconnect({ reason: 'the broker is away', queueLost: false });
      await shows(page, 'Not ready', '#banner');
      await shows(page, 'the broker is away', '#banner');
      stage.source.reconnect();
      await shows(page, 'All is well', '#banner');
    });
  });

  describe('when the service goes away', () => {
    it('should say that what is shown is from before', async () => {
      await stage.start();
      const page = await stage.open();
      await shows(page, 'All is well', '#banner');
      await stage.service.stop();
      await shows(page, 'The service does not answer', '#banner');
    });
  });
});
