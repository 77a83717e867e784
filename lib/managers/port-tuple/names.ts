import type { Family } from '../../model/index.js';

/** What the name of an address of a service says. */
export interface AddressName {
  /** The interface type that it is for. */
  readonly type: string;
  readonly family: Family;
  /** The end-to-end health check that it is for; undefined: it is the shared address of the type. */
  readonly check?: string;
}

/** The name of an address of a service instance: the same each time, so that nobody makes a second one (recordings svc-monitor/70 and 74). */
export function addressName(serviceInstance: string, { type, family, check }: AddressName): string {
  const shared = `${serviceInstance}-${type}-${family}`;
  return check === undefined ? shared : `${shared}-health-check-${check}`;
}

const pattern =
  /^(?<type>.+)-(?<family>v4|v6)(?:-health-check-(?<check>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))?$/;

/** What such a name says; undefined if it is none of that service instance. */
export function parseAddressName(serviceInstance: string, name: string): AddressName | undefined {
  if (!name.startsWith(`${serviceInstance}-`)) return undefined;
  const { type, family, check } = pattern.exec(name.slice(serviceInstance.length + 1))?.groups ?? {};
  if (type === undefined || (family !== 'v4' && family !== 'v6')) return undefined;
  return { type, family, ...(check === undefined ? {} : { check }) };
}

const namedAfter = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-./;

/** The service instance that such a name is of, if it is one; else undefined, or whatever else its maker has named it after. */
export function serviceInstanceOf(name: string): string | undefined {
  return namedAfter.exec(name)?.[1];
}
