import { after } from 'mocha';

/** What the tests of a suite have started, and has to be stopped after them. */
export interface SuiteResources {
  /** Takes note of what was started; returns it. */
  add<T extends { stop(): Promise<unknown> }>(started: T): T;
  /** Takes note of how to stop something. */
  defer(stop: () => Promise<unknown>): void;
}

/**
 * What a suite has started. After its last test it is stopped, the latest first, and only what was started: a `before` that was skipped or
 * has failed leaves the rest of it out. Call it inside `describe`.
 */
export function suiteResources(): SuiteResources {
  const stops: (() => Promise<unknown>)[] = [];
  after('stops what was started', async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });
  return {
    add: (started) => {
      stops.push(() => started.stop());
      return started;
    },
    defer: (stop) => {
      stops.push(stop);
    },
  };
}
