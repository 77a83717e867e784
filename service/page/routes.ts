import type { Clock, KeyViews, MonitorStatus } from '../../lib/index.js';
import { jsonAnswer, textAnswer, type Answer, type Route, type RouteRequest } from '../http/index.js';
import { assetRoutes } from './assets.js';
import { EventHub } from './event-hub.js';
import { problemsByKey, serviceStatus, shownProblems, vipViews, type ServiceFacts } from './page-status.js';
import type { RecentWrites } from './recent-writes.js';
import type { Samples } from './samples.js';

/** What the page is made from. Each is asked anew each time: the monitor may be another one by then. */
export interface PageParts {
  readonly clock: Clock;
  readonly status: () => MonitorStatus;
  readonly views: () => readonly KeyViews[];
  readonly facts: () => ServiceFacts;
  readonly samples: Samples;
  readonly writes: RecentWrites;
}

/** How much of what the page and its tools get at once. */
const bounds = {
  limit: 50,
  mostRows: 200,
  failovers: 12,
  longestSearch: 200,
  mostWrites: 500,
  mostAbout: 100,
} as const;

/**
 * The page for people, and what it is made from as JSON: `/`, `/assets`, `/events`, `/status/vips`, `/status/failovers`, `/status/samples`. Besides,
 * `/status/writes`: the last requests by which the service has written.
 */
export function pageRoutes(parts: PageParts): readonly Route[] {
  const hub = new EventHub({ clock: parts.clock, state: () => stateText(parts) });
  return [
    ...assetRoutes(),
    { method: 'GET', path: '/events', answer: () => hub.answer() },
    { method: 'GET', path: '/status/vips', answer: (request) => listVips(parts, request) },
    { method: 'GET', path: '/status/vips/:network/:address', answer: (request) => showVip(parts, request) },
    {
      method: 'GET',
      path: '/status/failovers',
      answer: () => jsonAnswer(200, { failovers: vipViews(parts.views())?.latest(bounds.failovers) ?? [] }),
    },
    { method: 'GET', path: '/status/samples', answer: () => jsonAnswer(200, { samples: parts.samples.all() }) },
    { method: 'GET', path: '/status/writes', answer: (request) => listWrites(parts, request) },
  ];
}

async function listVips(parts: PageParts, { query }: RouteRequest): Promise<Answer> {
  const views = vipViews(parts.views());
  const search = (query.get('search') ?? '').slice(0, bounds.longestSearch);
  const limit = numberIn(query.get('limit'), { from: 1, to: bounds.mostRows, otherwise: bounds.limit });
  const page = numberIn(query.get('page'), { from: 1, to: 1_000_000, otherwise: 1 });
  if (limit === undefined || page === undefined) {
    return textAnswer(400, `page is a number from 1, and limit one from 1 to ${bounds.mostRows}`);
  }
  const revision = views?.revision ?? 0;
  const problems = problemsByKey(parts.status().problems);
  const offset = (page - 1) * limit;
  const { total, found, rows } = (await views?.list({ search, offset, limit, problems })) ?? noRows;
  return jsonAnswer(200, {
    ...{ search, page, limit, revision, total, found },
    pages: Math.max(Math.ceil(found / limit), 1),
    vips: rows,
  });
}

function showVip(parts: PageParts, request: RouteRequest): Answer {
  const { network = '', address = '' } = request.parts;
  const key = `${network}/${address}`;
  const vip = vipViews(parts.views())?.get(key);
  if (vip === undefined) return textAnswer(404, 'there is no such VIP');
  const problems = parts.status().problems.filter((problem) => problem.key === key);
  return jsonAnswer(200, { ...vip, problems: problems.slice(0, shownProblems.page) });
}

function listWrites({ writes }: PageParts, { query }: RouteRequest): Answer {
  const limit = numberIn(query.get('limit'), { from: 1, to: bounds.mostWrites, otherwise: bounds.limit });
  const about = (query.get('about') ?? '').toLowerCase().split(',').filter(Boolean);
  if (limit === undefined || about.length > bounds.mostAbout || !about.every((uuid) => uuidPattern.test(uuid))) {
    return textAnswer(
      400,
      `about is up to ${bounds.mostAbout} uuids, and limit a number from 1 to ${bounds.mostWrites}`,
    );
  }
  return jsonAnswer(200, { forgotten: writes.forgotten, writes: writes.latest(limit, about) });
}

// The time of the answer is left out: by itself it is no news.
function stateText({ status, facts, views, samples }: PageParts): string {
  const shown = vipViews(views());
  const now = serviceStatus(facts(), status(), shownProblems.page);
  const state = {
    ...now,
    at: undefined,
    revision: shown?.revision ?? 0,
    failovers: shown?.latest(bounds.failovers) ?? [],
    samples: samples.all(),
  };
  return String(jsonAnswer(200, state).body);
}

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const noRows = { total: 0, found: 0, rows: [] } as const;

function numberIn(
  text: string | null,
  { from, to, otherwise }: { readonly from: number; readonly to: number; readonly otherwise: number },
): number | undefined {
  if (text === null || text === '') return otherwise;
  const value = Number(text);
  return Number.isInteger(value) && value >= from && value <= to ? value : undefined;
}
