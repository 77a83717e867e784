/** What the bench measures, in the order in which it does. */
import type { Subject } from '../subject.js';
import { failover } from './failover.js';
import { flapping } from './flapping.js';
import { foreignChangesKafka, foreignChangesRabbitMq } from './foreign-changes.js';
import { gateway } from './gateway.js';
import { growth } from './growth.js';
import { http } from './http.js';
import { idle } from './idle.js';
import { outage } from './outage.js';
import { relay } from './relay.js';
import { services } from './rollout.js';
import { portTuple, routersAtStart, snat } from './services.js';
import { soak } from './soak.js';
import { start, startAmongOthers } from './start.js';
import { storm } from './storm.js';
import { takeOver } from './take-over.js';

/** All subjects. */
export const subjects: readonly Subject[] = [
  http,
  failover,
  storm,
  outage,
  start,
  startAmongOthers,
  foreignChangesRabbitMq,
  foreignChangesKafka,
  flapping,
  relay,
  gateway,
  snat,
  portTuple,
  routersAtStart,
  services,
  takeOver,
  growth,
  idle,
  soak,
];
