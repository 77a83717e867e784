import { moments, within } from './real-time.js';

/**
 * Resolves as soon as the condition holds, which is looked at every few milliseconds. For conditions outside of the process, or that
 * nothing announces. It is no measure of speed: it gives up only after minutes, when nothing is to be expected any more.
 */
export async function eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for await (const left of moments(within.aHang)) {
    if (await condition()) return;
    if (!left) throw new Error(`waited in vain: ${what}`);
  }
}
