/** What is to be done when one signal fires, by whoever wants it. */
interface Hearing {
  readonly actions: Set<{ readonly action: () => void }>;
  readonly listener: () => void;
}

const hearings = new WeakMap<AbortSignal, Hearing>();

/**
 * Calls `action` once when the signal fires, at once if it has fired. It must not throw.
 *
 * However many ask for it, a signal has one listener of ours, and none when nobody waits any more. Node.js takes more than ten listeners on
 * one signal for a leak and warns; callers hand one signal to as many requests as they like.
 *
 * @returns takes it back; to be called when the work has ended, else a signal that lives long keeps hold of it
 */
export function onAbort(signal: AbortSignal, action: () => void): () => void {
  if (signal.aborted) {
    action();
    return () => undefined;
  }
  const hearing = hearings.get(signal) ?? hear(signal);
  const entry = { action };
  hearing.actions.add(entry);
  return () => {
    if (hearing.actions.delete(entry) && hearing.actions.size === 0) stopHearing(signal, hearing);
  };
}

/**
 * Runs `work` with a signal of its own, which fires when the caller's does. For what is not ours and puts listeners on the signal that it is
 * given: none of them gets on the caller's, and what the caller does later no longer reaches work that is done.
 */
export async function withOwnSignal<T>(
  signal: AbortSignal | undefined,
  work: (own: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  if (signal === undefined) return work(controller.signal);
  const release = onAbort(signal, () => {
    controller.abort(signal.reason);
  });
  try {
    return await work(controller.signal);
  } finally {
    release();
  }
}

function hear(signal: AbortSignal): Hearing {
  const hearing: Hearing = {
    actions: new Set(),
    listener: () => {
      hearings.delete(signal);
      // What one of them takes back is not called any more.
      for (const { action } of hearing.actions) action();
      hearing.actions.clear();
    },
  };
  hearings.set(signal, hearing);
  signal.addEventListener('abort', hearing.listener, { once: true });
  return hearing;
}

function stopHearing(signal: AbortSignal, hearing: Hearing): void {
  hearings.delete(signal);
  signal.removeEventListener('abort', hearing.listener);
}
