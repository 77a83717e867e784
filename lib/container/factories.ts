import type { ConfigWriter } from '../config-api/index.js';
import type { WorkQueue } from '../controller/index.js';

/** Makes the queue of a controller, by the controller's name. */
export type NewQueue = (controller: string) => WorkQueue<string>;

/** Makes what the plans of a controller write with, by the controller's name. */
export type NewWriter = (controller: string) => ConfigWriter;
