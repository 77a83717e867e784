import type { CacheReader } from '../../../cache/index.js';
import { nameOf, projectOf, type EntityOf } from '../../../model/index.js';
import { decidePortKind, isInUse } from '../carriers/detection.js';
import { addressesOf, carriersOf, marksOf, networkOf } from '../ports.js';
import { portKindRules } from '../carriers/rules.js';
import type { OctaviaVipSettings } from '../settings.js';
import { vipKey } from '../vip-key.js';
import { portsOf, type Subject } from './subjects.js';
import type { AppliedRule } from './findings.js';

/** A port that makes no VIP, and why not. */
export interface ForeignPort {
  readonly uuid: string;
  readonly name: string;
  /** Device owner; empty if there is none. */
  readonly owner: string;
  readonly projectUuid?: string;
  readonly networkUuid?: string;
  readonly addresses: readonly string[];
  /** Why it is no VIP port, in words. */
  readonly because: string;
  readonly rules: readonly AppliedRule[];
}

/** What something is that has to do with no VIP. */
export interface ForeignFindings {
  /** What it is, in words. */
  readonly is: string;
  readonly ports: readonly ForeignPort[];
  /** What can be done if it should be one. */
  readonly advice: string;
}

/** Tells what a subject is that has to do with no VIP, and why it has not. No side effects. */
export function foreignFindingsOf(
  { cache, settings }: { readonly cache: CacheReader; readonly settings: OctaviaVipSettings },
  subject: Subject,
): ForeignFindings {
  const ports = portsOf(cache, subject).flatMap((uuid) => foreignPort(cache, uuid, settings) ?? []);
  return { is: describe(subject, ports), ports, advice: adviceFor(subject, ports) };
}

function describe(subject: Subject, ports: readonly ForeignPort[]): string {
  switch (subject.what) {
    case 'floating-ip':
      return ports.length === 0
        ? 'a floating ip that is not associated: it references no port'
        : 'a floating ip on a port that is no VIP port';
    case 'port':
      return 'a port that is neither a VIP port with amphorae nor an amphora port';
    case 'virtual-ip':
      return 'a virtual-ip that holds no record of this service: it belongs to somebody else';
    case 'network':
      return 'a network without a VIP';
    case 'load-balancer':
      return 'a load balancer that no amphora carries yet';
    case 'address':
      return 'an address that is no VIP';
  }
}

function adviceFor(subject: Subject, ports: readonly ForeignPort[]): string {
  if (subject.what === 'floating-ip' && ports.length === 0) {
    return 'Associate it with the VIP port of a load balancer: openstack floating ip set --port <VIP port> <floating ip>.';
  }
  if (subject.what === 'network' || subject.what === 'virtual-ip') return 'There is nothing to do.';
  if (ports.some(({ because }) => because === lacksAmphora)) {
    return 'Look whether Octavia has made the amphorae: openstack loadbalancer show, and its provisioning_status.';
  }
  if (ports.some(({ because }) => because === carriedByOthers)) {
    return 'If it is a VIP of keepalived, kube-vip or the like, set rules.virtual_ports to all.';
  }
  return 'There is nothing to do: such ports are served by Neutron and the vRouter alone.';
}

const lacksAmphora =
  'it is Octavia’s VIP port, and no port carries its address as allowed address pair: its amphorae are not there yet, or any more';
const carriedByOthers =
  'other ports carry its address as allowed address pair, but none of them is marked as an amphora’s';

function foreignPort(cache: CacheReader, uuid: string, settings: OctaviaVipSettings): ForeignPort | undefined {
  const port = cache.get('virtual-machine-interface', uuid);
  if (port === undefined) return undefined;
  const marks = marksOf(port);
  const { rule, says, stands } = decidePortKind(marks, settings);
  const networkUuid = networkOf(port);
  const projectUuid = projectOf(port);
  const addresses = addressesOf(cache, uuid).flatMap(({ address }) => address ?? []);
  return {
    uuid,
    name: nameOf(port),
    owner: marks.owner,
    ...(projectUuid === undefined ? {} : { projectUuid }),
    ...(networkUuid === undefined ? {} : { networkUuid }),
    addresses,
    because: reasonOf(cache, port, { kind: stands, addresses }),
    rules: [{ rule, table: portKindRules.name, says }],
  };
}

function reasonOf(
  cache: CacheReader,
  port: EntityOf<'virtual-machine-interface'>,
  { kind, addresses }: { readonly kind: 'vip-port' | 'amphora' | 'neither'; readonly addresses: readonly string[] },
): string {
  const network = networkOf(port);
  if (network === undefined) return 'it is in no network';
  if (kind === 'vip-port') return lacksAmphora;
  if (kind === 'amphora') return 'it is an amphora’s by its marks, and carries no address as allowed address pair';
  if (isInUse(port)) return 'an instance or a service of Neutron uses it: Octavia takes no such port for a VIP';
  const carriers = addresses.flatMap((address) => carriersOf(cache, vipKey(network, address)));
  return carriers.some(({ uuid }) => uuid !== port.uuid)
    ? carriedByOthers
    : 'nothing marks it as Octavia’s, and no port carries its address as allowed address pair';
}
