import { inspect } from 'node:util';
import { expect } from 'chai';
import { SvcMonitorError, type ErrorCode } from '../../../../lib/index.js';
import { after, within } from '../../../support/real-time.js';

/** Waits until the condition holds; a test that waits in vain fails with the condition's text. */
export async function until(condition: () => boolean): Promise<void> {
  const isLongEnough = after(within.aHang);
  while (!condition()) {
    if (isLongEnough()) throw new Error(`never came true: ${condition.toString()}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The error that the promise rejects with; it has to be one of ours with that code. */
export async function failure(promise: Promise<unknown>, code: ErrorCode): Promise<SvcMonitorError> {
  const error: unknown = await promise.then(
    (value) => {
      throw new Error(`resolved with ${inspect(value)}`);
    },
    (reason: unknown) => reason,
  );
  if (!SvcMonitorError.is(error)) throw error;
  expect(error.code, error.message).to.equal(code);
  return error;
}

/** Everything that printing the error could show, its causes and hidden fields included. */
export function printed(error: SvcMonitorError): string {
  const texts: string[] = [];
  for (let each: unknown = error; each !== undefined; each = each instanceof Error ? each.cause : undefined) {
    texts.push(JSON.stringify(each), inspect(each, { depth: 20, showHidden: true }));
  }
  return texts.join('\n');
}
