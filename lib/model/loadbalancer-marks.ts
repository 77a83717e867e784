import { annotationPrefix, type OwnAnnotations } from './annotations.js';

const prefix = `${annotationPrefix}native-`;

/** The annotations by which what is made, or configured, for a native load balancer is found again: uuids. */
export const nativeMarks = {
  loadbalancer: `${prefix}loadbalancer`,
  /** Of an external floating ip: the VIP's port, which it keeps when the load balancer goes. */
  port: `${prefix}vip-port`,
  /** Of a health check: the pool whose members it looks after. */
  pool: `${prefix}pool`,
  /** Of a health check: the monitor that asks for it. */
  monitor: `${prefix}monitor`,
} as const;

/** The load balancer that such an annotation names, as keys of an index. */
export function markedBy(annotations: OwnAnnotations | undefined): readonly string[] {
  const uuid = annotations?.[nativeMarks.loadbalancer];
  return uuid === undefined || uuid === '' ? [] : [uuid];
}
