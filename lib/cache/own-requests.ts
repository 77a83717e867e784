import { BoundedMap } from '../base/collections/index.js';

const rememberedRequests = 50_000;

/** The requests by which this process has written. */
export class OwnRequests {
  private readonly ids = new BoundedMap<true>(rememberedRequests);

  public add(requestId: string): void {
    this.ids.set(requestId, true);
  }

  public has(requestId: string | undefined): boolean {
    return requestId !== undefined && this.ids.has(requestId);
  }
}
