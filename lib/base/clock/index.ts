/** Time, injected: the only folder of the library that touches timers and the date. Tests step a {@link ManualClock}. */
export type { Clock, Timer } from './clock.js';
export { SystemClock } from './system-clock.js';
export { ManualClock } from './manual-clock.js';
export { onAbort, withOwnSignal } from './on-abort.js';
export { Turns } from './turns.js';
export { untilAborted } from './until-aborted.js';
export { sleep, withTimeout } from './wait.js';
