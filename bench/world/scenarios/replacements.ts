import type { Operation } from '../../../fixtures/index.js';
import type { SeededLoadBalancer } from '../cloud.js';
import type { Journal } from '../journal.js';
import { referenceKey, writtenReference } from '../references.js';
import { oldestAmphora } from './failovers.js';

const preparedAtOnce = 16;
const giveUpMs = 120_000;

/** The references of floating ips that have to come and go. */
export function referencesToChange(prepared: readonly Prepared[]): Set<string> {
  return new Set(
    prepared.flatMap(({ target, oldPortId }) => {
      const { floatingIp, loadBalancer } = target;
      const portId = loadBalancer.amphorae.at(-1)?.portId ?? '';
      return [
        referenceKey({ operation: 'ADD', referrerId: floatingIp.id, portId }),
        referenceKey({ operation: 'DELETE', referrerId: floatingIp.id, portId: oldPortId }),
      ];
    }),
  );
}

/** An amphora whose replacing has come so far that only the old port is still there. */
export interface Prepared {
  readonly target: SeededLoadBalancer;
  readonly oldPortId: string;
  readonly operation: Operation<unknown>;
}

/** Makes and binds a new port for one amphora of each target, and unbinds the old one. */
export async function prepare(targets: readonly SeededLoadBalancer[]): Promise<readonly Prepared[]> {
  const prepared = targets.map((target) => {
    const old = oldestAmphora(target);
    const operation = target.octavia.failoverAmphora(target.loadBalancer, old);
    return { target, oldPortId: old.portId, operation };
  });
  await atOnce(prepared, async ({ operation }) => {
    for (let step = 0; step < 3; step += 1) await operation.step();
  });
  return prepared;
}

/** Deletes the old ports. */
export function deleteOldPorts(operations: readonly Operation<unknown>[]): Promise<void> {
  return atOnce(operations, async (operation) => {
    await operation.run();
  });
}

async function atOnce<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const workOn = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: preparedAtOnce }, workOn));
}

/** Resolves when the last of the references has come or gone; rejects if that takes too long. Times of the journal's clock. */
export function untilChanged(
  pending: Set<string>,
  journal: Journal,
): Promise<{ readonly wiredAt: number; readonly letGoAt: number }> {
  return new Promise((resolve, reject) => {
    let [wiredAt, letGoAt] = [0, 0];
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`it does not end: ${pending.size} references are missing`));
    }, giveUpMs);
    const stop = journal.onRequest((request) => {
      const key = writtenReference(request);
      if (key === undefined || !pending.delete(key)) return;
      if (key.startsWith('ADD')) wiredAt = request.endedAt;
      else letGoAt = request.endedAt;
      if (pending.size > 0) return;
      clearTimeout(timer);
      stop();
      resolve({ wiredAt, letGoAt });
    });
  });
}
