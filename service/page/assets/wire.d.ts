// What the service sends, as the page reads it: the library's own types, with times as text.
import type {
  FailoverView as Failover_,
  FloatingIpView as FloatingIp_,
  IncidentView as Incident_,
  LatestFailover as Latest_,
  PortView as Port_,
  Problem as Problem_,
  VipRow as Row_,
  VipView as Vip_,
} from '../../../lib/index.js';
import type { Wire } from '../../http/times.js';
import type { ServiceStatus } from '../page-status.js';
import type { Sample as Sample_ } from '../samples.js';

export type Failover = Wire<Failover_>;
export type LatestFailover = Wire<Latest_>;
export type FloatingIp = Wire<FloatingIp_>;
export type Incident = Wire<Incident_>;
export type Port = Wire<Port_>;
export type Problem = Wire<Problem_>;
export type Sample = Wire<Sample_>;
export type VipRow = Wire<Row_>;
export type Vip = Wire<Vip_> & { readonly problems: readonly Problem[] };

/** What `/events` tells. */
export type PageState = Omit<Wire<ServiceStatus>, 'at'> & {
  readonly revision: number;
  readonly failovers: readonly LatestFailover[];
  readonly samples: readonly Sample[];
  /** Since when it is as well as it is, where the service tells. */
  readonly health: { readonly since: string };
  /** Of a service that shares its work with others, or stands by for them. */
  readonly role: string;
};

/** What `/status/vips` answers. */
export interface VipList {
  readonly search: string;
  readonly page: number;
  readonly pages: number;
  readonly limit: number;
  readonly revision: number;
  readonly total: number;
  readonly found: number;
  readonly vips: readonly VipRow[];
}
