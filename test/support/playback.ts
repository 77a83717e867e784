import { isDeepStrictEqual } from 'node:util';
import { ManualClock, ownRequestIdPrefix } from '../../lib/index.js';
import {
  differences,
  EmbeddedCloud,
  type CloudState,
  type EmbeddedMonitor,
  type FloatingIpState,
  observedState,
} from '../../fixtures/harness/index.js';
import type { EmbeddedOpenSdn, Json, NotificationMessage } from '../../fixtures/opensdn/index.js';
import {
  type Recording,
  type RecordedNotification,
  RecordingReplay,
  type ReplayStep,
} from '../../fixtures/recordings-player/index.js';

/**
 * How fast a recording is played: `settled` waits for the monitor after each request, `swift` only at the recording's own marks and at
 * the end, and in `late` the monitor hears nothing before the last request is over.
 */
export type Pace = 'settled' | 'swift' | 'late';

/** What is played, and how. */
export interface PlaybackOptions {
  readonly recording: Recording;
  /** The recordings made before it. */
  readonly earlier: readonly Recording[];
  readonly pace: Pace;
  /** Puts right what cannot be concluded about the beginning. */
  readonly prepare?: (server: EmbeddedOpenSdn) => void;
  /** Called after each request; at the pace `settled`, when the monitor has settled. */
  readonly afterStep?: (step: ReplayStep, playback: Playback) => void;
}

/** A recording that is played to a monitor which writes to the same server. */
export class Playback {
  public readonly cloud = new EmbeddedCloud({ clock: new ManualClock() });
  public readonly steps: ReplayStep[] = [];
  private started: EmbeddedMonitor | undefined;
  private foreign: readonly Json[] = [];

  public constructor(private readonly options: PlaybackOptions) {}

  /** The monitor that heard the recording. */
  public get monitor(): EmbeddedMonitor {
    if (this.started === undefined) throw new Error('the playback was not started');
    return this.started;
  }

  /** Plays all of it; resolves when the monitor has settled. */
  public async play(): Promise<void> {
    const { recording, earlier, pace, prepare, afterStep } = this.options;
    await this.cloud.start();
    const { server } = this.cloud;
    const replay = new RecordingReplay({ recording, earlier, server });
    prepare?.(server);
    this.foreign = server.list('virtual-ip');
    this.started = await this.cloud.startMonitor({
      // What the recorded requests cause, the recording tells.
      accepts: (message) => message['request-id'].startsWith(ownRequestIdPrefix),
    });
    if (pace === 'late') this.monitor.channel.hold();
    for await (const step of replay) {
      this.steps.push(step);
      for (const message of this.messagesOf(step)) this.monitor.channel.inject(message);
      if (pace === 'settled' || (pace === 'swift' && this.isMarkAfter(step))) await this.monitor.settled();
      afterStep?.(step, this);
    }
    this.monitor.channel.resume();
    await this.monitor.settled();
  }

  /** How what is differs from what should be. */
  public differences(expected: CloudState): readonly string[] {
    return differences(expected, observedState(this.cloud.server));
  }

  /** How one floating ip differs from what it should be, whatever the rest is like. */
  public floatingIpDifferences(expected: FloatingIpState): readonly string[] {
    const observed = observedState(this.cloud.server);
    return differences({ floatingIps: [expected], virtualIps: [] }, { ...observed, virtualIps: [] });
  }

  /** The virtual-ips of others that were there at the beginning, and are not as they were. */
  public touchedForeignObjects(): readonly string[] {
    const deleted = this.steps
      .filter(({ event }) => event.http.method === 'DELETE')
      .map(({ event }) => event.http.path);
    return this.foreign
      .filter(({ uuid }) => !deleted.includes(`/virtual-ip/${String(uuid)}`))
      .filter((object) => !isDeepStrictEqual(object, this.cloud.server.read('virtual-ip', String(object['uuid']))))
      .map((object) => String(object['uuid']));
  }

  /** The deletes that were refused, though they were not in the recording. One of what is gone already does not count. */
  public refusedDeletes(): readonly string[] {
    return this.steps
      .filter(({ event, recorded }) => isDelete(event.http) && recorded.status === 200)
      .filter(({ actual }) => actual.status !== 200 && actual.status !== 404)
      .map(({ event, actual }) => `${event.note ?? event.http.path}: ${actual.status} ${JSON.stringify(actual.body)}`)
      .filter((line) => !line.includes('{"exception":"NotFound"'));
  }

  /** Ends everything. */
  public async stop(): Promise<void> {
    await this.cloud.stop();
  }

  // The recorded messages, and before them what the presence of the monitor has added: a strip, say.
  private messagesOf(step: ReplayStep): readonly NotificationMessage[] {
    const added = step.actualNotifications.filter((message) => !this.isRecorded(step, message));
    return [...added, ...step.recordedNotifications.map(toMessage)];
  }

  private isRecorded(step: ReplayStep, message: NotificationMessage): boolean {
    const isNeutrons = step.event.http.path.startsWith('/neutron/') && message.type !== 'project';
    return this.options.recording.events.some(
      (event) =>
        'notification' in event &&
        event.notification.oper === message.oper &&
        event.notification.uuid === message.uuid &&
        (!isNeutrons || event.notification['request-id'] === message['request-id']),
    );
  }

  private isMarkAfter(step: ReplayStep): boolean {
    for (const event of this.options.recording.events.slice(step.index + 1)) {
      if ('http' in event) return false;
      if ('mark' in event) return true;
    }
    return false;
  }
}

function toMessage({ obj_dict: object, extra_dict: extra, ...message }: RecordedNotification): NotificationMessage {
  return {
    ...message,
    ...(object === undefined ? {} : { obj_dict: object }),
    ...(extra === undefined ? {} : { extra_dict: extra }),
  };
}

function isDelete(http: ReplayStep['event']['http']): boolean {
  if (http.method === 'DELETE') return true;
  return http.path.startsWith('/neutron/') && JSON.stringify(http.request).includes('"operation":"DELETE"');
}
