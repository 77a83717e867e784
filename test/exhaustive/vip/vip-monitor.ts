import { defaultOctaviaVipSettings, type OctaviaVipSettings } from '../../../lib/managers/octavia-vip/settings.js';
import type { VipKey } from '../../../lib/managers/octavia-vip/vip-key.js';
import type { MonitorModel, MonitorStep } from '../monitor.js';
import type { Notification } from '../store.js';
import { entityOf, ownWriteOf } from './entities.js';
import { Process } from './process.js';
import { startedProcess, type ProcessOptions, type ProcessState, type Reading } from './process-state.js';
import { begin, beginSlowed, fail, goOn, takeAnswer } from './reconcile.js';

const pastWindowMs = 2_000;

/** The monitor of the library: its rules, its history and its cache, in single steps. */
export class VipMonitor implements MonitorModel<ProcessState> {
  private readonly options: ProcessOptions;

  /** @param options settings that differ from the defaults; how it works, by default as the library does, with reads in any order, never late */
  public constructor(
    options: { readonly settings?: Partial<OctaviaVipSettings> } & Partial<Omit<ProcessOptions, 'settings'>> = {},
  ) {
    const { settings, reads = 'in any order', hears = 'bus', slowdowns = 0 } = options;
    this.options = {
      settings: { ...defaultOctaviaVipSettings, schema: 'stock', ...settings },
      reads,
      hears,
      slowdowns,
    };
  }

  public start(): ProcessState {
    return { ...startedProcess, slowdowns: this.options.slowdowns };
  }

  public listensTo({ kind }: Notification): boolean {
    return kind !== 'virtual-machine';
  }

  public mayHear({ readings, listing }: ProcessState): boolean {
    return this.options.reads !== 'in turn' || (Object.keys(readings).length === 0 && listing === undefined);
  }

  public hear(state: ProcessState, notification: Notification): ProcessState {
    return this.after(state, (process) => {
      process.hear(notification);
      goOn(process);
    });
  }

  public steps(state: ProcessState): readonly MonitorStep<ProcessState>[] {
    const reads = [...this.readSteps(state), ...this.listSteps(state)];
    if (this.options.reads === 'in turn' && reads.length > 0) return reads.slice(0, 1);
    const steps = [...reads, ...this.runSteps(state)];
    const isIdle = steps.length === 0 && state.recheck.length > 0;
    if (!isIdle) return steps;
    const next = this.after(state, (process) => {
      process.pass(pastWindowMs);
    });
    return [{ do: 'wait', says: 'waits for the strip window to pass', next }];
  }

  private get isLate(): boolean {
    return this.options.reads === 'late';
  }

  private readSteps(state: ProcessState): readonly MonitorStep<ProcessState>[] {
    return Object.entries(state.readings).map(([id, reading]): MonitorStep<ProcessState> => {
      const { kind, answer }: Reading = reading;
      if (answer !== undefined) {
        const next = this.after(state, (process) => {
          process.arrived(id);
          goOn(process);
        });
        return { do: 'think', says: `takes what it has read of ${kind} ${id}`, next };
      }
      return {
        do: 'read',
        read: { one: kind, id },
        next: (shown) =>
          this.after(state, (process) => {
            const object = shown[id];
            const answer = object === undefined ? null : entityOf(kind, id, object);
            if (this.isLate) {
              process.answered(id, answer);
              return;
            }
            process.read(id, answer);
            goOn(process);
          }),
      };
    });
  }

  private listSteps(state: ProcessState): readonly MonitorStep<ProcessState>[] {
    const { listing } = state;
    const [kind] = state.unread;
    if (listing === undefined || kind === undefined) return [];
    if (listing.answer !== undefined) {
      const next = this.after(state, (process) => {
        process.listArrived();
      });
      return [{ do: 'think', says: `takes what it has read of all ${kind}s`, next }];
    }
    return [
      {
        do: 'read',
        read: { all: kind },
        next: (shown) =>
          this.after(state, (process) => {
            process.listed(Object.entries(shown).map(([id, object]) => entityOf(kind, id, object)));
            if (!this.isLate) process.listArrived();
          }),
      },
    ];
  }

  private runSteps(state: ProcessState): readonly MonitorStep<ProcessState>[] {
    const { run, dirty, unread, lacking } = state;
    if (run === undefined) {
      if (unread.length + lacking.length > 0) return [];
      return dirty.flatMap((key) => [
        {
          do: 'think',
          says: `plans ${key}`,
          next: this.after(state, (process) => {
            begin(process, key);
          }),
        },
        ...this.slowedSteps(state, key),
      ]);
    }
    const { sent } = run;
    if (sent === undefined) return [];
    if (sent.answer !== undefined) {
      const next = this.after(state, takeAnswer);
      return [{ do: 'think', says: `gets the answer to its write (${sent.answer.is})`, next }];
    }
    return [
      {
        do: 'write',
        write: ownWriteOf(sent.write, sent.on),
        requestId: sent.requestId,
        next: (answer) =>
          this.after(state, (process) => {
            process.run = { ...run, sent: { ...sent, answer } };
          }),
        failed: () => this.after(state, fail),
      },
    ];
  }

  private slowedSteps(state: ProcessState, key: VipKey): readonly MonitorStep<ProcessState>[] {
    if (state.slowdowns === 0) return [];
    const next = this.after(state, (process) => {
      beginSlowed(process, key);
    });
    return [{ do: 'think', says: `plans ${key}, slowed down`, next }];
  }

  private after(state: ProcessState, step: (process: Process) => void): ProcessState {
    const process = new Process(state, this.options);
    step(process);
    return process.state();
  }
}
