import { setMaxListeners } from 'node:events';

/**
 * An AbortController for something that lives long, or that many wait for at once. Node.js takes more than ten listeners on one
 * signal for a leak and warns; here they are requests under way.
 */
export function lifetimeController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
