import fc from 'fast-check';
import type { World } from '../world.js';
import { carryOutFlow, flowCommands, type FlowCommand } from './flow.js';
import { carryOutOctavia, octaviaCommands, type OctaviaCommand } from './octavia.js';
import { carryOutPorts, portCommands, type PortCommand } from './ports.js';
import { carryOutStrangers, strangerCommands, type StrangerCommand } from './strangers.js';
import { carryOutUser, userCommands, type UserCommand } from './users.js';

/** One thing that happens. Numbers choose among what is there at that moment. */
export type Command = FlowCommand | OctaviaCommand | UserCommand | PortCommand | StrangerCommand;

/** Anything that can happen. What goes on comes more often than what begins. */
export const command: fc.Arbitrary<Command> = fc.oneof(
  ...flowCommands,
  ...octaviaCommands,
  ...userCommands,
  ...portCommands,
  ...strangerCommands,
);

/** Lets it happen. */
export function carryOut(world: World, command: Command): Promise<void> {
  switch (command.do) {
    case 'step':
    case 'deliver':
    case 'turns':
    case 'outage':
    case 'restart':
      return carryOutFlow(world, command);
    case 'create':
    case 'failover':
    case 'failover all':
    case 'delete':
    case 'lose amphora':
    case 'member':
    case 'replace':
      return carryOutOctavia(world, command);
    case 'associate':
    case 'change VIP':
    case 'disassociate':
    case 'describe':
    case 'move':
    case 'remove':
      return carryOutUser(world, command);
    case 'pairs':
    case 'delete VIP port':
    case 'port':
    case 'delete port':
    case 'use port':
      return carryOutPorts(world, command);
    case 'share':
    case 'hostile port':
    case 'drop hostile port':
    case 'odd VIP port':
    case 'drop odd VIP port':
    case 'forge':
      return carryOutStrangers(world, command);
  }
}
