// The connection to the service: what it tells by server-sent events.

/**
 * @typedef {import('./wire.js').PageState} PageState
 */

/** The service says something at least every ten seconds. Milliseconds. */
const longestSilence = 25_000;
const retryMs = 2_000;

/**
 * Follows the service, for as long as the page is open.
 *
 * @param {{ told: (state: PageState) => void, lost: (since: string | undefined) => void }} listener
 */
export function follow(listener) {
  /** @type {string | undefined} */
  let heardAt;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let watchdog;

  const connect = () => {
    const events = new EventSource('/events');
    const over = () => {
      clearTimeout(watchdog);
      events.close();
      listener.lost(heardAt);
      setTimeout(connect, retryMs);
    };
    const heard = () => {
      heardAt = new Date().toISOString();
      clearTimeout(watchdog);
      watchdog = setTimeout(over, longestSilence);
    };
    watchdog = setTimeout(over, longestSilence);
    events.addEventListener('state', (event) => {
      heard();
      listener.told(/** @type {PageState} */ (JSON.parse(String(event.data))));
    });
    events.addEventListener('still', heard);
    events.addEventListener('error', over, { once: true });
  };
  connect();
}
