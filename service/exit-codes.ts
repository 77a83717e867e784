/** What the exit codes of the process say. */
export const exitCodes = {
  /** Stopped in order, or did what was asked. */
  stopped: 0,
  /** Failed for good, did not stop in time, was told to stop twice; or what was asked about is not as it should be. */
  failed: 1,
  /** The configuration or the command line is wrong; starting again does not help. */
  badConfiguration: 2,
  /** A command was called off by a signal before it was done, as by Ctrl-C. */
  calledOff: 130,
} as const;

/** The exit codes of each command, and what they say of it: the page of the commands is made from it. */
export const exitCodesOf = {
  run: {
    0: 'stopped in order',
    1: 'failed for good, did not stop in time, or was told to stop twice',
    2: 'bad configuration',
  },
  relay: {
    0: 'stopped in order',
    1: 'failed for good, did not stop in time, or was told to stop twice',
    2: 'bad configuration',
  },
  gateway: {
    0: 'stopped in order',
    1: 'failed for good, did not stop in time, or was told to stop twice',
    2: 'bad configuration',
  },
  'config check': { 0: 'the configuration is valid, be it with warnings', 2: 'it is not' },
  'config show': { 0: 'shown', 2: 'the configuration is not valid' },
  status: {
    0: 'the service is ready',
    1: 'it is not ready, or cannot be reached',
    2: 'bad arguments',
    130: 'called off',
  },
  explain: {
    0: 'found, and told',
    1: 'not found, ambiguous, or the config API cannot be read',
    2: 'bad configuration or arguments',
    130: 'called off',
  },
  check: {
    0: 'nothing is missing, and no VIP drifts',
    1: 'something is missing or drifts, or the config API cannot be read',
    2: 'bad configuration or arguments',
    130: 'called off',
  },
  repair: {
    0: 'all is as it should be, be it that nothing had to be done',
    1: 'something is left to do, failed, or was not agreed to',
    2: 'bad configuration or arguments',
    130: 'called off; what was written stays, and the next run goes on from there',
  },
  cleanup: {
    0: 'nothing of ours is left, be it that nothing was there',
    1: 'something is left, failed, or was not agreed to',
    2: 'bad configuration or arguments',
    130: 'called off; what is gone stays gone, and the next run takes the rest',
  },
  export: {
    0: 'written',
    1: 'not found, ambiguous, or the config API cannot be read',
    2: 'bad configuration or arguments',
    130: 'called off',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<number, string>>>>;
