/**
 * The names by which contenders meet, as kazoo's recipes for locks and elections have them: below one persistent node, each has an ephemeral
 * sequential node `<32 hex digits>__lock__<sequence>`. The lowest sequence leads; every other one watches the one before it. Monitors of
 * this project and others that use kazoo so exclude each other.
 */
const mark = '__lock__';

/** Where a contender stands. */
export interface Place {
  /** The node of whoever leads. */
  readonly leader: string;
  /** The node just before ours; undefined: we lead. */
  readonly predecessor?: string;
}

/** What the name of a contender's node begins with. `unique`: 32 hex digits that nobody else has. */
export function contenderPrefix(unique: string): string {
  return `${unique}${mark}`;
}

/**
 * Where the contender with that node stands among the nodes; undefined if it is not there. Nodes are compared by what follows the mark, as
 * texts, as kazoo does it. Anything else below the parent is no contender.
 */
export function placeOf(node: string, nodes: readonly string[]): Place | undefined {
  const contenders = nodes.filter((name) => name.includes(mark)).sort(bySequence);
  const index = contenders.indexOf(node);
  const [leader] = contenders;
  if (index < 0 || leader === undefined) return undefined;
  const predecessor = contenders[index - 1];
  return { leader, ...(predecessor === undefined ? {} : { predecessor }) };
}

function bySequence(one: string, other: string): number {
  const [first, second] = [sequenceOf(one), sequenceOf(other)];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}

function sequenceOf(name: string): string {
  return name.slice(name.indexOf(mark) + mark.length);
}
