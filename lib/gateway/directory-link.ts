import { SvcMonitorError } from '../base/errors/index.js';
import { anyController } from '../controller/index.js';
import { defineManager, type Manager } from '../managers/index.js';
import { createVipController, octaviaVip, octaviaVipSettings } from '../managers/octavia-vip/index.js';
import { CachedDirectory } from './cached-directory.js';
import type { VipDirectory } from './directory.js';
import { HeardChanges } from './heard-changes.js';

/** The octavia-vip manager, and what a gateway asks it. */
export interface ObservedOctaviaVip {
  /** To be given to a monitor in place of `octaviaVip`: it does the same. */
  readonly manager: Manager<typeof octaviaVipSettings>;
  /** What the latest monitor knows that was made with the manager. Throws `closed` while there is none. */
  readonly directory: () => VipDirectory;
}

/** Makes an octavia-vip manager that a gateway can ask. A monitor that is made anew, after a failed start, is the one that is asked from then on. */
export function observedOctaviaVip(): ObservedOctaviaVip {
  let latest: VipDirectory | undefined;
  return {
    manager: defineManager({
      ...octaviaVip,
      settings: octaviaVipSettings,
      create: (context, settings) => {
        const { controller, observers } = createVipController(context, settings);
        const changes = new HeardChanges();
        latest = new CachedDirectory({ cache: context.cache, controller, settings, changes });
        // What others remember of a read is remembered before anybody is told.
        return { controllers: [anyController(controller)], observers: [...observers, changes] };
      },
    }),
    directory: () => {
      if (latest === undefined) throw new SvcMonitorError('closed', 'no monitor was made that could be asked');
      return latest;
    },
  };
}
