import fc from 'fast-check';
import { carryOut, command, type Command } from './commands/index.js';
import { settings, type Setting, type SettingKind } from './setting.js';
import { World } from './world.js';

/** What happens, and how it is heard of. */
export interface Scenario extends Setting {
  readonly commands: readonly Command[];
}

/** Scenarios of one kind, with one monitor or two. */
export function scenarios(kind: SettingKind): fc.Arbitrary<Scenario> {
  return fc
    .record({ setting: settings(kind), commands: fc.array(command, { minLength: 5, maxLength: 45, size: 'max' }) })
    .map(({ setting, commands }) => ({ ...setting, commands }));
}

/** Plays the scenario to its end, and returns what is not as it should be then. */
export async function play({ commands, ...setting }: Scenario): Promise<readonly string[]> {
  const world = new World(setting);
  try {
    await world.prepare();
    for (const command of commands) await carryOut(world, command);
    return await world.complaints();
  } finally {
    await world.stop();
  }
}
