/**
 * How bad a figure of the quick form may become before `--check` fails; by subject and figure.
 *
 * Times and rates are held to what was measured in the same run, so that they mean the same on any machine: `ratio` is the figure
 * divided by its first baseline. Counts do not depend on the machine and are held to themselves.
 */
export type Threshold =
  | { readonly ratio: { readonly atMost: number } | { readonly atLeast: number } }
  | { readonly value: { readonly atMost: number } | { readonly atLeast: number } };

/** With room for noise: about one and a half times what was reached. */
export const thresholds: Readonly<Record<string, Readonly<Record<string, Threshold>>>> = {
  failover: {
    'new port wired, p50': { ratio: { atMost: 2.5 } },
    'leaving port let go, p50': { ratio: { atMost: 2.5 } },
    'reads per amphora': { value: { atMost: 15 } },
    'writes per amphora': { value: { atMost: 4 } },
  },
  storm: {
    'last one done': { ratio: { atMost: 3 } },
    'writes per amphora': { ratio: { atMost: 1 } },
    'left undone': { value: { atMost: 0 } },
  },
  start: {
    ready: { ratio: { atMost: 4 } },
    writes: { value: { atMost: 0 } },
  },
  'start-among-others': {
    ready: { ratio: { atMost: 4 } },
    writes: { value: { atMost: 0 } },
  },
  'foreign-changes-rabbitmq': {
    'per second of one core': { ratio: { atLeast: 0.3 } },
  },
  flapping: {
    'changes per read': { value: { atLeast: 5 } },
    'left undone': { value: { atMost: 0 } },
  },
  idle: {
    writes: { value: { atMost: 0 } },
    reads: { value: { atMost: 0 } },
  },
};
