import { createHash } from 'node:crypto';

/** Which of a load balancer's ports has the smallest uuid, and so stands first among a floating ip's references. */
export type FirstPort = 'vip' | 'newest amphora';

/**
 * Uuids by kind and number that count up, and those of ports up or down. Neutron goes by their order: two runs of one story list the same
 * objects in the same order, whatever else is made between.
 */
export function countedUuids(first: FirstPort): (kind: string) => string {
  const made = new Map<string, number>();
  return (kind) => {
    const number = made.get(kind) ?? 1;
    made.set(kind, number + 1);
    const isDown = first === 'newest amphora' && kind === 'virtual-machine-interface';
    const head = (isDown ? 0xffff_ffff - number : number).toString(16).padStart(8, '0');
    const tail = createHash('sha256').update(kind).digest('hex').slice(0, 12);
    return `${head}-0000-4000-8000-${tail}`;
  };
}
