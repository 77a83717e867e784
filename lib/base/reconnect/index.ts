/** How whoever has lost a server comes back to it: how long to wait, and the loop of one connection after the other. */
export { backoffMs } from './backoff.js';
export { keepConnected, type Attempt, type Loss, type ReconnectOptions } from './keep-connected.js';
