import { SvcMonitorError } from '../base/errors/index.js';
import type { ConfigWriter } from '../config-api/index.js';
import { anyController } from '../controller/index.js';
import { defineManager, type Manager } from '../managers/index.js';
import { createVipController, octaviaVip, octaviaVipSettings } from '../managers/octavia-vip/index.js';
import { CachedDirectory } from './cached-directory.js';
import type { Departures } from './departures.js';
import type { VipDirectory } from './directory.js';
import { HeardChanges } from './heard-changes.js';
import { RecordedDepartures } from './recorded-departures.js';

/** How ports are let go of before they are deleted. */
export interface LetGoOptions {
  /** What it is written with: the monitor's own account. Asked for each time: a monitor can be made anew. */
  readonly writer: () => ConfigWriter;
  /** For how long the answer of whoever leads is waited for, before the references are dropped from here. Milliseconds; defaults to 400. */
  readonly answerWithinMs?: number;
}

/** The octavia-vip manager, and what a gateway asks it. */
export interface ObservedOctaviaVip {
  /** To be given to a monitor in place of `octaviaVip`: it does the same. */
  readonly manager: Manager<typeof octaviaVipSettings>;
  /** What the latest monitor knows that was made with the manager. Throws `closed` while there is none. */
  readonly directory: () => VipDirectory;
  /** Lets go of ports by what the latest monitor knows; undefined if it was not said what to write with. */
  readonly departures?: Departures;
}

const defaultAnswerMs = 400;

/**
 * Makes an octavia-vip manager that a gateway can ask. A monitor that is made anew, after a failed start, is the one that is asked from then on.
 *
 * @param letGo defaults to nobody who lets go of ports
 */
export function observedOctaviaVip(letGo?: LetGoOptions): ObservedOctaviaVip {
  let latest: { readonly directory: VipDirectory; readonly departures: readonly RecordedDepartures[] } | undefined;
  const current = (): NonNullable<typeof latest> => {
    if (latest === undefined) throw new SvcMonitorError('closed', 'no monitor was made that could be asked');
    return latest;
  };
  const manager = defineManager({
    ...octaviaVip,
    settings: octaviaVipSettings,
    create: (context, settings) => {
      const { controller, observers } = createVipController(context, settings);
      const changes = new HeardChanges();
      const { cache, clock } = context;
      const directory = new CachedDirectory({ cache, controller, settings, changes });
      const departures = letGo === undefined ? [] : [departuresOver({ cache, clock, directory }, letGo)];
      latest = { directory, departures };
      // What others remember of a read is remembered before anybody is told.
      return { controllers: [anyController(controller)], observers: [...observers, changes, ...departures] };
    },
  });
  const begin: Departures['begin'] = async (departing, signal) => {
    const [departures] = current().departures;
    if (departures === undefined) throw new SvcMonitorError('closed', 'no monitor was made that could let go of ports');
    return departures.begin(departing, signal);
  };
  return { manager, directory: () => current().directory, ...(letGo === undefined ? {} : { departures: { begin } }) };
}

function departuresOver(
  known: Pick<ConstructorParameters<typeof RecordedDepartures>[0], 'cache' | 'clock' | 'directory'>,
  { writer, answerWithinMs = defaultAnswerMs }: LetGoOptions,
): RecordedDepartures {
  return new RecordedDepartures({
    ...known,
    get writer() {
      return writer();
    },
    answerWithinMs,
  });
}
