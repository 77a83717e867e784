/** Something to do. It must not reject: what fails is handled inside. */
export type Task = () => Promise<void>;

/**
 * Runs tasks: those of one key one after the other, in the order in which they came; those of different keys side by side,
 * at most `limit` at once, the longest waiting first. Holds as many tasks as it is given: whoever gives them bounds them.
 */
export class KeyedRunner {
  private readonly limit: number;
  // A key is in `lanes` while a task of it runs or waits, and in `ready` while none runs and one waits.
  private readonly lanes = new Map<string, Task[]>();
  private readonly ready = new Set<string>();
  private idleWaiters: (() => void)[] = [];
  private runningCount = 0;

  /** @param limit tasks that run at once, at least 1 */
  public constructor(limit: number) {
    this.limit = limit;
  }

  /** How many tasks run now. */
  public get running(): number {
    return this.runningCount;
  }

  /** Queues a task, and starts it if it may run now. */
  public run(key: string, task: Task): void {
    const lane = this.lanes.get(key);
    if (lane === undefined) {
      this.lanes.set(key, [task]);
      this.ready.add(key);
    } else {
      lane.push(task);
    }
    this.startReady();
  }

  /** Forgets the tasks that have not begun. */
  public dropWaiting(): void {
    for (const key of this.ready) this.lanes.delete(key);
    this.ready.clear();
    for (const lane of this.lanes.values()) lane.length = 0;
  }

  /** Resolves once nothing runs and nothing waits. */
  public async idle(): Promise<void> {
    if (this.lanes.size === 0) return;
    await new Promise<void>((resolve) => this.idleWaiters.push(resolve));
  }

  private startReady(): void {
    for (const key of this.ready) {
      if (this.runningCount >= this.limit) return;
      const task = this.lanes.get(key)?.shift();
      this.ready.delete(key);
      if (task === undefined) continue;
      this.runningCount += 1;
      void task().finally(() => {
        this.finish(key);
      });
    }
  }

  private finish(key: string): void {
    this.runningCount -= 1;
    if ((this.lanes.get(key)?.length ?? 0) > 0) this.ready.add(key);
    else this.lanes.delete(key);
    this.startReady();
    if (this.lanes.size > 0) return;
    const waiters = this.idleWaiters;
    this.idleWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
