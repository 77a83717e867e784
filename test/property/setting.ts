import fc from 'fast-check';

/** Where and how a story is played. */
export interface Setting {
  /** `held`: in order, as late as the commands say; `disturbed`: doubled and out of order, and monitors restart. */
  readonly way: 'held' | 'disturbed';
  readonly schema: 'stock' | 'native';
  /** Whether monitors are told the schema; else they find it out. */
  readonly knowsSchema: boolean;
  /** Whether requests of the monitors fail, by rules of the seed. */
  readonly faults: boolean;
  readonly monitors: 1 | 2;
  /** What monitors hear. A watch is one stream, which has an order: it is `held` only. */
  readonly hears: 'bus' | 'watch';
  /** Whether monitors are there from the first, or find floating ips that were wired by hand, and what became of their fixed ips. */
  readonly start: 'followed' | 'wired' | 'wired, spoiled' | 'wired, cleared';
  /**
   * Whether the monitors ask an API server of their own on the same database, as long as it is there. Its cache goes by what the bus says. That
   * the bus says it later is no story: in one, much changes within a second (see the known limits in docs/architecture.md).
   */
  readonly isApart: boolean;
  /** Whose the amphora ports are. */
  readonly amphorae: 'own' | 'service';
  /** Whose amphorae the monitors trust in shared networks; `first`: those of the first tenant. */
  readonly trusted: 'all' | 'first' | 'none';
  /** How long Neutron's port deletes wait between their steps, by turns. Empty: not at all. */
  readonly pauses: readonly number[];
  /** Of the disturbance, and of uuids. */
  readonly seed: number;
}

/** Which settings are played together. */
export type SettingKind = Pick<Setting, 'way' | 'schema' | 'faults'>;

/** Settings of one kind. */
export function settings({ way, schema, faults }: SettingKind): fc.Arbitrary<Setting> {
  const hears =
    way === 'held' ? fc.constantFrom('bus' as const, 'bus' as const, 'watch' as const) : fc.constant('bus' as const);
  const setting = fc.record({
    way: fc.constant(way),
    schema: fc.constant(schema),
    faults: fc.constant(faults),
    knowsSchema: fc.boolean(),
    monitors: fc.constantFrom(1 as const, 1 as const, 2 as const),
    hears,
    start: fc.constantFrom(
      'followed' as const,
      'followed' as const,
      'followed' as const,
      'wired' as const,
      'wired, spoiled' as const,
      'wired, cleared' as const,
    ),
    isApart: fc.constantFrom(false, false, true),
    amphorae: fc.constantFrom('own' as const, 'service' as const),
    trusted: fc.constantFrom('all' as const, 'all' as const, 'first' as const, 'none' as const),
    pauses: fc.oneof(fc.constant([]), fc.array(fc.nat({ max: 8 }), { minLength: 1, maxLength: 4 })),
    seed: fc.nat(),
  });
  // By the watch one monitor acts: the writes of another could not be told from what a user does (see the known limits in docs/architecture.md).
  return setting.map((one) => (one.hears === 'watch' ? { ...one, monitors: 1 } : one));
}
