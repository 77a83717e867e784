import fc from 'fast-check';
import { z } from 'zod';
import { expectedState } from '../../../fixtures/index.js';
import { pick, type World } from '../world.js';
import { small, type Weighted } from './weighted.js';

const virtualIps = z.array(
  z.object({
    uuid: z.string(),
    annotations: z.object({ key_value_pair: z.array(z.object({ key: z.string(), value: z.string() })) }).nullish(),
  }),
);

/** How what was begun goes on, and what monitors hear of it. */
export type FlowCommand =
  | { readonly do: 'step'; readonly which: number }
  | { readonly do: 'deliver'; readonly count: number }
  | { readonly do: 'turns'; readonly count: number }
  | { readonly do: 'outage'; readonly steps: number }
  | {
      readonly do: 'restart';
      readonly which: number;
      /** Steps of what was begun, while the monitor is down. */
      readonly steps: number;
      /** In the middle of its work. */
      readonly atOnce: boolean;
      /** While it is down, somebody deletes its virtual-ips. */
      readonly isRobbed: boolean;
    };

/** Its commands. */
export const flowCommands: readonly Weighted<FlowCommand>[] = [
  { weight: 1, arbitrary: fc.record({ do: fc.constant('outage' as const), steps: fc.nat({ max: 6 }) }) },
  { weight: 18, arbitrary: fc.record({ do: fc.constant('step' as const), which: small }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('deliver' as const), count: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 20 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('restart' as const),
      which: small,
      steps: fc.nat({ max: 6 }),
      atOnce: fc.boolean(),
      isRobbed: fc.boolean(),
    }),
  },
];

export async function carryOutFlow(world: World, command: FlowCommand): Promise<void> {
  switch (command.do) {
    case 'step':
      return world.step(command.which);
    case 'deliver':
      for (const monitor of world.monitors) monitor.channel.release(command.count);
      return;
    case 'turns':
      return world.turns(command.count);
    case 'outage':
      return world.outage(command.steps);
    case 'restart':
      return restart(world, command);
  }
}

async function restart(
  world: World,
  { which, steps, atOnce, isRobbed }: Extract<FlowCommand, { readonly do: 'restart' }>,
): Promise<void> {
  // With a second monitor at work meanwhile, what tells a strip after a restart may be written over (see the known limits in
  // docs/architecture.md: a strip and a disassociation leave the same traces where nobody who watched lives on).
  if (world.isOrdered || world.setting.monitors > 1) return;
  const monitor = pick(world.monitors, which);
  if (monitor === undefined) return;
  // What a user freed while nobody watched, and of whose VIP an amphora is gone as well, is taken for stripped (the same limits). And what the
  // virtual-ip records is the only evidence of a strip: it is robbed when there is none.
  if (!atOnce || isRobbed || world.hasUserActed) await world.settle();
  await world.cloud.during(world.cloud.stopMonitor(monitor));
  if (isRobbed) await rob(world);
  else for (let left = steps; left > 0; left -= 1) await world.step(which);
  await world.startMonitor(which % world.setting.monitors);
}

// Where nobody carries the VIP at that moment, the record is all that tells whose flag it is.
async function rob(world: World): Promise<void> {
  const { people, cloud } = world;
  const carried = expectedState(people.model()).virtualIps.filter(({ members }) => members.length > 0);
  const keys = new Set(carried.map(({ vip }) => vip));
  const forged = people.stranger?.forged ?? [];
  for (const { uuid, annotations } of virtualIps.parse(cloud.server.list('virtual-ip'))) {
    const vip = annotations?.key_value_pair.find(({ key }) => key === 'opensdn-svc-monitor/vip')?.value ?? '';
    if (!forged.includes(uuid) && keys.has(vip)) await people.first.operator.delete('virtual-ip', uuid);
  }
}
