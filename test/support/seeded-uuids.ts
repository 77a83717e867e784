import { createHash } from 'node:crypto';

/**
 * Uuids by kind and number: the objects of two runs have the same, and so the same order. Neutron goes by it: a floating ip's first
 * reference is that of the smallest uuid (recording 18).
 */
export function seededUuids(seed: number): (kind: string) => string {
  const made = new Map<string, number>();
  return (kind) => {
    const number = made.get(kind) ?? 0;
    made.set(kind, number + 1);
    const digest = createHash('sha256').update(`${seed} ${kind} ${number}`).digest('hex');
    return [
      digest.slice(0, 8),
      digest.slice(8, 12),
      `4${digest.slice(13, 16)}`,
      `8${digest.slice(17, 20)}`,
      digest.slice(20, 32),
    ].join('-');
  };
}
