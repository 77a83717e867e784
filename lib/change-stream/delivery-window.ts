/** Something to do. It must not reject: what fails is handled inside. */
export type Task = () => Promise<void>;

/**
 * Deliveries at once, where a source is not told otherwise. Each waits for the read of its object, and those of one moment are read
 * together: with few of them a storm of changes is taken in slowly, however fast the reads are.
 */
export const defaultConcurrency = 1_024;

/**
 * Begins tasks in the order in which they come, at most `limit` at once. None waits for an earlier one to end: the sink of a change
 * stream notes each change when it is called, and joins reads of one object. Holds as many tasks as it is given: whoever gives them
 * bounds them.
 */
export class DeliveryWindow {
  private readonly limit: number;
  private waiting: Task[] = [];
  // Where in `waiting` the next one is: shifting a long array is slow.
  private next = 0;
  private idleWaiters: (() => void)[] = [];
  private roomWaiters: (() => void)[] = [];
  private runningCount = 0;

  /** @param limit tasks that run at once, at least 1 */
  public constructor(limit: number) {
    this.limit = limit;
  }

  /** How many tasks run now. */
  public get running(): number {
    return this.runningCount;
  }

  /** How many tasks have not begun. */
  public get queued(): number {
    return this.waiting.length - this.next;
  }

  /** Whether a task that is queued now would begin at once. */
  public get hasRoom(): boolean {
    return this.runningCount < this.limit;
  }

  /** Queues a task, and begins it if it may run now. */
  public run(task: Task): void {
    this.waiting.push(task);
    this.begin();
  }

  /** Forgets the tasks that have not begun. */
  public dropWaiting(): void {
    this.waiting = [];
    this.next = 0;
  }

  /** Resolves once it has room: for whoever can hold back what is to come. */
  public async room(): Promise<void> {
    while (!this.hasRoom) {
      await new Promise<void>((resolve) => this.roomWaiters.push(resolve));
    }
  }

  /** Resolves once nothing runs and nothing waits. */
  public async idle(): Promise<void> {
    if (this.runningCount === 0) return;
    await new Promise<void>((resolve) => this.idleWaiters.push(resolve));
  }

  private begin(): void {
    while (this.runningCount < this.limit) {
      const task = this.waiting[this.next];
      if (task === undefined) {
        this.dropWaiting();
        return;
      }
      this.next += 1;
      this.runningCount += 1;
      void task().finally(() => {
        this.end();
      });
    }
  }

  private end(): void {
    this.runningCount -= 1;
    this.begin();
    const hopeful = this.roomWaiters;
    this.roomWaiters = [];
    for (const resolve of hopeful) resolve();
    if (this.runningCount > 0) return;
    const waiters = this.idleWaiters;
    this.idleWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
