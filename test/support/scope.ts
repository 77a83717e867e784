/**
 * How much of the tests is played: the quick form, which `npm test` is, or with `TEST_SCOPE=all`, as `npm run test:all` sets it, all that
 * takes long as well.
 */
export const isWhole = process.env['TEST_SCOPE'] === 'all';

/** With `TEST_SCOPE=huge` only searches are played that take minutes each, and stories of which a thousand take a quarter of an hour. */
export const isHuge = process.env['TEST_SCOPE'] === 'huge';

/** How many stories of a kind are told. `PROPERTY_RUNS` sets it for all kinds; `huge` defaults to `quick`. */
export function storiesToTell({ quick, whole, huge = quick }: StoryCounts): number {
  return Number(process.env['PROPERTY_RUNS'] ?? (isWhole ? whole : isHuge ? huge : quick));
}

/** How many stories, by how much of the tests is played. */
export interface StoryCounts {
  readonly quick: number;
  readonly whole: number;
  readonly huge?: number;
}
