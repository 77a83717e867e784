/** A value that may change while the process runs, such as what a file holds. Whoever uses it asks anew each time, and keeps nothing. */
export interface Live<T> {
  /** The value that counts now. Does not throw. */
  current(): T;
  /** Looks at once whether there is a newer one, for whoever was refused with the present one. Never rejects. */
  refresh?(): Promise<void>;
}

/** A value that stays, or one that may change. */
export type MaybeLive<T> = T | Live<T>;

/** The value that counts now. */
export function currentOf<T>(value: MaybeLive<T>): T {
  return isLive(value) ? value.current() : value;
}

/** Looks whether there is a newer value; see {@link Live.refresh}. */
export async function refreshOf<T>(value: MaybeLive<T>): Promise<void> {
  if (isLive(value)) await value.refresh?.();
}

function isLive<T>(value: MaybeLive<T>): value is Live<T> {
  return typeof value === 'object' && value !== null && 'current' in value && typeof value.current === 'function';
}
