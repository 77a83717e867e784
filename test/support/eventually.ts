/**
 * Resolves as soon as the condition holds, which is looked at every few milliseconds; rejects if it does not within `timeoutMs`.
 * For conditions outside of the process, or that nothing announces.
 */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
