import { expect } from 'chai';
import { ManualClock, type KeyViews, type MonitorStatus, type ViewQuery } from '../../../lib/index.js';
import { findRoute, type Answer, type WholeAnswer } from '../../../service/http/index.js';
import {
  contentSecurityPolicy,
  pageRoutes,
  RecentWrites,
  Samples,
  serviceStatus,
} from '../../../service/page/index.js';
import { healthyStatus } from '../fake-monitor.js';

/** Views that note what they were asked. */
class NotedViews implements KeyViews {
  public readonly name = 'octavia-vip';
  public readonly revision = 7;
  public readonly asked: ViewQuery[] = [];

  public list(query: ViewQuery): ReturnType<KeyViews['list']> {
    this.asked.push(query);
    return Promise.resolve({ total: 120, found: 101, offset: query.offset, rows: [{ key: 'n/10.0.0.1' }] });
  }

  public get(key: string): object | undefined {
    return key === 'n/2001:db8::1' ? { key, failovers: [{ startedAt: 0 }] } : undefined;
  }

  public latest(): readonly object[] {
    return [{ key: 'n/10.0.0.1', startedAt: 0 }];
  }
}

describe('pageRoutes', () => {
  let status: MonitorStatus;
  let views: NotedViews;
  let writes: RecentWrites;

  beforeEach(() => {
    status = healthyStatus;
    views = new NotedViews();
    writes = new RecentWrites();
  });

  const ask = async (url: string): Promise<WholeAnswer> => {
    const clock = new ManualClock(0);
    const routes = pageRoutes({
      clock,
      samples: new Samples(clock),
      writes,
      status: () => status,
      views: () => [views],
      facts: () => ({ version: '1', at: 0, startedAt: 0, dryRun: false, reasons: [] }),
    });
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const found = findRoute(routes, pathname);
    if (found === undefined) throw new Error(`no route for ${pathname}`);
    const answer: Answer = await found.route.answer({
      path: pathname,
      query: searchParams,
      parts: found.parts,
      header: () => undefined,
      signal: new AbortController().signal,
    });
    if ('begin' in answer) throw new Error('it goes on');
    return answer;
  };
  const json = async (url: string): Promise<unknown> => JSON.parse(String((await ask(url)).body));

  describe('when VIPs are listed', () => {
    it('should ask for the page that is wanted, and say how many there are', async () => {
      expect(await json('/status/vips?search=shop&page=3&limit=20')).to.deep.equal({
        search: 'shop',
        page: 3,
        limit: 20,
        revision: 7,
        total: 120,
        found: 101,
        pages: 6,
        vips: [{ key: 'n/10.0.0.1' }],
      });
      expect(views.asked).to.deep.equal([{ search: 'shop', offset: 40, limit: 20, problems: new Map() }]);
    });

    it('should count the problems of each VIP, so that these come first', async () => {
      const problem = { type: 'failing', message: 'no', since: 0 };
      status = { ...healthyStatus, problems: [{ ...problem, key: 'n/a' }, { ...problem, key: 'n/a' }, problem] };
      await json('/status/vips');
      expect(views.asked[0]?.problems).to.deep.equal(new Map([['n/a', 2]]));
    });

    it('should refuse a page that is none, and a limit that is too high', async () => {
      for (const query of ['page=0', 'page=x', 'limit=0', 'limit=201', 'limit=1.5', 'page=-1']) {
        expect((await ask(`/status/vips?${query}`)).code, query).to.equal(400);
      }
    });

    it('should cut a search that is too long', async () => {
      await json(`/status/vips?search=${'x'.repeat(5_000)}`);
      expect(views.asked[0]?.search).to.have.length(200);
    });
  });

  describe('when one VIP is asked for', () => {
    it('should answer with all of it, its problems, and times as text', async () => {
      status = {
        ...healthyStatus,
        problems: [{ type: 'failing', key: 'n/2001:db8::1', message: 'no', since: 0 }],
      };
      const since = '1970-01-01T00:00:00.000Z';
      expect(await json('/status/vips/n/2001%3Adb8%3A%3A1')).to.deep.equal({
        key: 'n/2001:db8::1',
        failovers: [{ startedAt: since }],
        problems: [{ type: 'failing', key: 'n/2001:db8::1', message: 'no', since }],
      });
    });

    it('should answer 404 where there is none', async () => {
      expect((await ask('/status/vips/n/10.0.0.9')).code).to.equal(404);
    });
  });

  describe('when the last writes are asked for', () => {
    const uuid = '7deba98b-0e6f-440a-a046-e05aa5df41c3';
    const other = uuid.replace('7', '8');

    beforeEach(() => {
      for (const [sentAt, object] of [uuid, other, uuid].entries()) {
        const what = { operation: 'delete', access: 'write', kind: 'floating-ip', method: 'DELETE' } as const;
        const answered = { outcome: 'ok', status: 200, seconds: 0 } as const;
        writes.note({ ...what, path: `/floating-ip/${object}`, requestId: `req-${sentAt}`, sentAt, ...answered });
      }
    });

    const asked = async (query: string): Promise<readonly string[]> =>
      ((await json(`/status/writes${query}`)) as { writes: { requestId: string }[] }).writes.map(
        ({ requestId }) => requestId,
      );

    it('should answer the latest first, as many as are wanted, or those about some objects', async () => {
      expect(await asked('')).to.deep.equal(['req-2', 'req-1', 'req-0']);
      expect(await asked('?limit=1')).to.deep.equal(['req-2']);
      expect(await asked(`?about=${uuid.toUpperCase()}`)).to.deep.equal(['req-2', 'req-0']);
      expect(await asked(`?about=${uuid},${other}&limit=500`)).to.have.length(3);
      const [latest] = ((await json('/status/writes')) as { writes: object[] }).writes;
      expect(latest).to.include({ at: '1970-01-01T00:00:00.002Z', object: uuid, status: 200 });
    });

    it('should refuse what is no uuid, too many of them, and a limit that is too high', async () => {
      const many = Array.from({ length: 101 }, () => uuid).join(',');
      for (const query of ['?about=x', `?about=${uuid}%20`, `?about=${many}`, '?limit=501', '?limit=0']) {
        expect((await ask(`/status/writes${query}`)).code, query).to.equal(400);
      }
    });
  });

  describe('when the page is asked for', () => {
    it('should hand out its files, each with what a browser may do with it', async () => {
      const page = await ask('/');
      expect(page).to.include({ code: 200, type: 'text/html; charset=utf-8' });
      expect(page.headers?.['content-security-policy']).to.equal(contentSecurityPolicy);
      const html = String(page.body);
      expect(html).not.to.match(/<script(?![^>]* src=)|<style|\son\w+=|\sstyle=|https?:\/\//);
      for (const [, path] of html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)) {
        expect((await ask(path ?? '')).code, path).to.equal(200);
      }
    });

    it('should hand out every module that another one imports, and nothing else', async () => {
      const seen = new Set<string>();
      const follow = async (name: string): Promise<void> => {
        if (seen.has(name)) return;
        seen.add(name);
        const { code, body } = await ask(`/assets/${name}`);
        expect(code, name).to.equal(200);
        for (const [, next] of String(body).matchAll(/^import .* from '\.\/([^']+)';$/gm)) await follow(next ?? '');
      };
      await follow('main.js');
      expect(seen.size).to.be.greaterThan(5);
      for (const name of ['tsconfig.json', 'wire.d.ts', '..%2Froutes.ts', 'toString', '__proto__', 'x']) {
        expect((await ask(`/assets/${name}`)).code, name).to.equal(404);
      }
    });
  });
});

describe('serviceStatus', () => {
  const facts = { version: '1', at: 5, startedAt: 1, dryRun: true, reasons: ['no'] };

  it('should be ready only where nothing is in the way', () => {
    expect(serviceStatus(facts, healthyStatus)).to.include({ ready: false, dryRun: true, problemCount: 0 });
    expect(serviceStatus({ ...facts, reasons: [] }, healthyStatus).ready).to.equal(true);
  });

  it('should show the first problems, and how many there are', () => {
    const problems = Array.from({ length: 700 }, () => ({ type: 'failing', message: 'no', since: 0 }));
    const shown = serviceStatus(facts, { ...healthyStatus, problems });
    expect([shown.problems.length, shown.problemCount]).to.deep.equal([500, 700]);
  });
});
