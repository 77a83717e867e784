import fc from 'fast-check';

/** One thing that happens. Numbers choose among what is there at that moment. */
export type Command =
  | { readonly do: 'step'; readonly which: number }
  | { readonly do: 'deliver'; readonly count: number }
  | { readonly do: 'turns'; readonly count: number }
  | { readonly do: 'restart'; readonly which: number; readonly steps: number }
  | { readonly do: 'failover'; readonly loadBalancer: number; readonly amphora: number; readonly early: boolean }
  | { readonly do: 'delete'; readonly loadBalancer: number }
  | { readonly do: 'associate'; readonly floatingIp: number; readonly loadBalancer: number }
  | { readonly do: 'disassociate'; readonly floatingIp: number; readonly form: 'port-null' | 'empty-update' }
  | { readonly do: 'describe' | 'move' | 'remove'; readonly floatingIp: number };

/** What happens, and how it is heard of. */
export interface Scenario {
  /** `held`: in order, as late as the commands say; `disturbed`: doubled and out of order, and monitors restart. */
  readonly way: 'held' | 'disturbed';
  readonly schema: 'stock' | 'native';
  /** Whether requests of the monitors fail, by rules of the seed. */
  readonly faults: boolean;
  readonly monitors: 1 | 2;
  /** Of the disturbance. */
  readonly seed: number;
  readonly commands: readonly Command[];
}

const small = fc.nat({ max: 3 });

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('step' as const), which: small }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('deliver' as const), count: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), which: small, steps: fc.nat({ max: 6 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('failover' as const),
      loadBalancer: small,
      amphora: small,
      early: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), loadBalancer: small }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('associate' as const), floatingIp: small, loadBalancer: small }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('disassociate' as const),
      floatingIp: small,
      form: fc.constantFrom('port-null' as const, 'empty-update' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('describe' as const, 'move' as const), floatingIp: small }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), floatingIp: small }) },
);

/** Scenarios of one kind, with one monitor or two. */
export function scenarios(kind: Pick<Scenario, 'way' | 'schema' | 'faults'>): fc.Arbitrary<Scenario> {
  return fc.record({
    way: fc.constant(kind.way),
    schema: fc.constant(kind.schema),
    faults: fc.constant(kind.faults),
    monitors: fc.constantFrom(1 as const, 1 as const, 2 as const),
    seed: fc.nat(),
    commands: fc.array(command, { minLength: 5, maxLength: 45, size: 'max' }),
  });
}
