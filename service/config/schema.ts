import { z } from 'zod';
import { configApiKeys } from './keys/config-api.js';
import { authKeys } from './keys/auth.js';
import { generalKeys } from './keys/general.js';
import { rabbitmqKeys } from './keys/rabbitmq.js';
import { kafkaKeys } from './keys/kafka.js';
import { watchKeys } from './keys/watch.js';
import { relayKeys } from './keys/relay.js';
import { timingsKeys } from './keys/timings.js';
import { gatewayKeys } from './keys/gateway.js';
import { introspectKeys } from './keys/introspect.js';
import { leadershipKeys } from './keys/leadership.js';
import { tracingKeys } from './keys/tracing.js';
import { zookeeperKeys } from './keys/zookeeper.js';
import { httpKeys } from './keys/http.js';
import { logKeys } from './keys/log.js';
import { keyInfos, type KeyInfo } from './keys/key.js';
import { managerKeys } from './keys/managers.js';

export type { KeyInfo } from './keys/key.js';

/**
 * The whole configuration, one entry per key: its form, default and documentation. A dot stands for a level of the YAML file. Each
 * section has a file in `keys/`. docs/settings.md is made from it, and a test fails if the two differ.
 */
export const settingsSchema = z.strictObject({
  ...configApiKeys,
  ...authKeys,
  ...rabbitmqKeys,
  ...kafkaKeys,
  ...watchKeys,
  ...relayKeys,
  ...leadershipKeys,
  ...zookeeperKeys,
  ...timingsKeys,
  ...generalKeys,
  ...httpKeys,
  ...introspectKeys,
  ...gatewayKeys,
  ...logKeys,
  ...tracingKeys,
  ...managerKeys(),
});

/** The configuration by its keys. Durations are milliseconds. */
export type Settings = z.output<typeof settingsSchema>;

/** The name of a key, such as `rabbitmq.port`. */
export type SettingKey = keyof Settings;

/** A key, or one of the scheduler's: those of managers are known only when the program runs. */
export type AnyKey = SettingKey | `scheduler.${string}`;

/** Everything known about each key, in the order of the documentation. */
export const settingKeys: ReadonlyMap<string, KeyInfo> = new Map(
  Object.entries<z.ZodType>(settingsSchema.shape).map(([name, schema]) => {
    const info = keyInfos.get(schema);
    if (info === undefined) throw new TypeError(`the key ${name} has no documentation`);
    return [name, info];
  }),
);

/** The environment variable of a key: `rabbitmq.tls.ca_file` is `SVC_MONITOR_RABBITMQ_TLS_CA_FILE`. */
export function environmentName(name: string): string {
  return `SVC_MONITOR_${name.replaceAll('.', '_').toUpperCase()}`;
}
