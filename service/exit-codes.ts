/** What the exit codes of the process say. */
export const exitCodes = {
  /** Stopped in order, or did what was asked. */
  stopped: 0,
  /** Failed for good, did not stop in time, or was told to stop twice. */
  failed: 1,
  /** The configuration or the command line is wrong; starting again does not help. */
  badConfiguration: 2,
} as const;
