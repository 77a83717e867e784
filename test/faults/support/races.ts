import type { ApiRequest, EmbeddedOpenSdn, LoggedRequest } from '../../../fixtures/index.js';

/** Whether a request comes from a monitor. */
export function isMonitors({ userAgent }: Pick<ApiRequest, 'userAgent'>): boolean {
  return userAgent.startsWith('opensdn-svc-monitor');
}

/** Whether a request of a monitor may change something. */
export function isMonitorsWrite(request: ApiRequest): boolean {
  return isMonitors(request) && request.method !== 'GET' && request.path !== '/list-bulk-collection';
}

/** How often somebody came in between. */
export interface Race {
  readonly times: number;
  /** Nobody comes in between any more. */
  end(): void;
}

/** Lets somebody act between a monitor's decision and the write that follows: at the first writes that match, before the server sees them. */
export function comeBetween(
  server: EmbeddedOpenSdn,
  race: {
    readonly matches: (request: ApiRequest) => boolean;
    readonly act: (request: ApiRequest) => Promise<unknown>;
    /** At how many writes; defaults to the first. */
    readonly times?: number;
  },
): Race {
  let times = 0;
  const end = server.use(async (request, next) => {
    if (isMonitorsWrite(request) && times < (race.times ?? 1) && race.matches(request)) {
      times += 1;
      await race.act(request);
    }
    return next();
  });
  return {
    get times() {
      return times;
    },
    end,
  };
}

/** How often the most repeated of these requests was sent. */
export function mostRepeated(requests: readonly LoggedRequest[]): number {
  const counts = new Map<string, number>();
  for (const { method, path, body } of requests) {
    const key = `${method} ${path} ${JSON.stringify(body)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}
