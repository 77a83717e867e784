import type { Scenario } from './script.js';

/**
 * Why a story is not played yet: a fault that is known, and that a part of all stories would show again and again. An entry goes with the
 * mending of its fault. Undefined: it is played.
 */
export function knownFault({ schema, knowsSchema, start, commands }: Scenario): string | undefined {
  const isWiredOddly = start === 'wired, spoiled' || start === 'wired, cleared';
  const isRobbed = commands.some((command) => command.do === 'restart' && command.isRobbed);
  if (schema === 'stock' && !knowsSchema && (isWiredOddly || isRobbed)) {
    return 'what a plan was about to record, and what could not be recorded yet, counts as known: it is not taken over any more';
  }
  return undefined;
}
