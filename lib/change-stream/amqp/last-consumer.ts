import type { Clock } from '../../base/clock/index.js';

// A broker that hears nothing ends a connection within two to three heartbeats.
const heartbeatsUntilEnded = 3;

/**
 * Whether a consumer that is found on the queue can be the dead other end of our own last connection. The broker does not say whose it is.
 * It is taken for ours only within the time in which the broker would notice by itself that the connection is dead, and only if we did
 * consume, and were not pushed aside. In all other cases it is somebody else's, who came first.
 */
export class LastConsumer {
  private lostAt = -Infinity;

  public constructor(
    private readonly clock: Clock,
    private readonly heartbeatSeconds: number,
  ) {}

  /** A session that consumed was lost; `cancelled`: the broker took the consumer away. */
  public lost(cancelled: boolean): void {
    this.lostAt = cancelled ? -Infinity : this.clock.monotonic();
  }

  /** Whether a consumer that is there now may be pushed aside. */
  public get mayBeThere(): boolean {
    return this.clock.monotonic() - this.lostAt < heartbeatsUntilEnded * this.heartbeatSeconds * 1000;
  }
}
