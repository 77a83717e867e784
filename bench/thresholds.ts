/**
 * How bad a figure of the quick form may become before `--check` fails; by subject and figure.
 *
 * Times and rates are held to what was measured in the same run, so that they mean the same on any machine: `ratio` is the figure
 * divided by its first baseline. Counts do not depend on the machine and are held to themselves.
 */
export type Threshold =
  | { readonly ratio: { readonly atMost: number } | { readonly atLeast: number } }
  | { readonly value: { readonly atMost: number } | { readonly atLeast: number } };

/** With room for noise: about twice what was reached on a quiet machine of two cores (docs/benchmarks.md). */
export const thresholds: Readonly<Record<string, Readonly<Record<string, Threshold>>>> = {
  http: {
    'processor time per request': { ratio: { atMost: 1.25 } },
    'processor time per request, reused': { ratio: { atMost: 0.6 } },
  },
  failover: {
    'new port wired, p50': { ratio: { atMost: 2 } },
    'leaving port let go, p50': { ratio: { atMost: 2.5 } },
    'reads per amphora': { value: { atMost: 5 } },
    'writes per amphora': { value: { atMost: 6 } },
  },
  storm: {
    'last one done': { ratio: { atMost: 5 } },
    'last one done, reused connections': { ratio: { atMost: 6 } },
    'left undone, reused connections': { value: { atMost: 0 } },
    'writes per amphora': { ratio: { atMost: 1 } },
    'reads per amphora': { value: { atMost: 4 } },
    'left undone': { value: { atMost: 0 } },
  },
  outage: {
    'all right again': { ratio: { atMost: 12 } },
    'left undone': { value: { atMost: 0 } },
  },
  start: {
    ready: { ratio: { atMost: 5 } },
    writes: { value: { atMost: 0 } },
  },
  'start-among-others': {
    ready: { ratio: { atMost: 6 } },
    writes: { value: { atMost: 0 } },
  },
  'foreign-changes-rabbitmq': {
    'per second of one core': { ratio: { atLeast: 0.5 } },
  },
  'foreign-changes-kafka': {
    'per second of one core': { ratio: { atLeast: 0.45 } },
  },
  flapping: {
    'changes per read': { value: { atLeast: 3 } },
    'left undone': { value: { atMost: 0 } },
  },
  relay: {
    'per second of one core': { ratio: { atLeast: 0.25 } },
  },
  // Who hands over in order leaves the place at once, and does not let the session run out. What is looked at takes milliseconds, and has nothing
  // beside it.
  'take-over': {
    'told to stop, until another leads': { ratio: { atMost: 0.5 } },
    'frozen, until another leads': { ratio: { atMost: 1.5 } },
  },
  snat: {
    'first write, p50': { ratio: { atMost: 6 } },
    'last write, p50': { ratio: { atMost: 4.5 } },
    'reads per router': { value: { atMost: 10 } },
    'writes per router': { value: { atMost: 19 } },
    'useless writes': { value: { atMost: 0 } },
  },
  'port-tuple': {
    'first write, p50': { ratio: { atMost: 6 } },
    'last write, p50': { ratio: { atMost: 4 } },
    'reads per tuple': { value: { atMost: 9 } },
    'writes per tuple': { value: { atMost: 24 } },
    'useless writes': { value: { atMost: 0 } },
  },
  'routers-at-start': {
    ready: { ratio: { atMost: 12 } },
    'all looked at': { ratio: { atMost: 15 } },
    writes: { value: { atMost: 0 } },
  },
  services: {
    'new endpoint referenced, p99': { ratio: { atMost: 5 } },
    'old endpoint let go, p99': { ratio: { atMost: 5 } },
    'writes per endpoint': { value: { atMost: 2 } },
    'reads per endpoint': { value: { atMost: 0.1 } },
    'useless writes': { value: { atMost: 0 } },
    'services that lead elsewhere': { value: { atMost: 0 } },
  },
  gateway: {
    // A difference of two ways in one run, of which the aims are 1 and 3: with room for neighbours on the machine.
    'added, p50': { value: { atMost: 1.5 } },
    'added, p99': { value: { atMost: 6 } },
    'memory with long bodies': { value: { atMost: 150 } },
    'memory with slow clients': { value: { atMost: 300 } },
  },
  idle: {
    writes: { value: { atMost: 0 } },
    reads: { value: { atMost: 0 } },
  },
  soak: {
    divergences: { value: { atMost: 0 } },
  },
};
