import { formatDuration } from '../../../../lib/index.js';
import type { OriginalValues } from '../table/index.js';
import { setFound, type Translated } from './translated.js';

const analyticsPort = 8081;

/** The section `scheduler`: where it is asked which vRouters work, and how often. It counts where the manager `service-instance` acts. */
export function translateScheduler({ DEFAULTS, SCHEDULER }: OriginalValues): readonly Translated[] {
  const { check_service_interval: interval, analytics_api_ssl_enable: ssl } = DEFAULTS;
  const { analytics_server_list: servers } = SCHEDULER;
  const isHttps = ssl?.value === true;
  return [
    ...(servers === undefined
      ? []
      : [
          {
            key: 'scheduler.analytics_servers',
            value: isHttps ? servers.value.map(asUrl) : servers.value,
            from: [servers.place, ...(ssl === undefined ? [] : [ssl.place])],
          } as const,
        ]),
    ...setFound(
      'scheduler.interval',
      interval === undefined ? undefined : { ...interval, value: formatDuration(interval.value * 1000) },
    ),
  ];
}

function asUrl(server: string): string {
  if (/^[0-9a-f]*:[0-9a-f:.]*:[0-9a-f.]*$/i.test(server)) return `https://[${server}]:${analyticsPort}`;
  return /:\d+$/.test(server) ? `https://${server}` : `https://${server}:${analyticsPort}`;
}
