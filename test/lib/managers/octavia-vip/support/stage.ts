import { ManualClock } from '../../../../../lib/base/clock/index.js';
import { SvcMonitorError } from '../../../../../lib/base/errors/index.js';
import { silentLogger } from '../../../../../lib/base/log/index.js';
import { metricsFor, silentMetrics } from '../../../../../lib/base/metrics/index.js';
import { ObjectCache, type CacheKeeper } from '../../../../../lib/cache/index.js';
import type {
  ConfigWriter,
  MapUpdate,
  NewObject,
  PropertiesUpdate,
  ReferenceUpdate,
} from '../../../../../lib/config-api/index.js';
import { PlanReconciler } from '../../../../../lib/controller/index.js';
import { defaultManagerSettings, type ManagerSettings } from '../../../../../lib/managers/index.js';
import {
  Cuts,
  History,
  octaviaVipMetrics,
  SchemaKnowledge,
  VipController,
  VipReports,
  type VipKey,
  type VipPlan,
  type VipSeen,
} from '../../../../../lib/managers/octavia-vip/index.js';
import type { EntityOf, Kind } from '../../../../../lib/model/index.js';
import { PlanApplier } from '../../../../../lib/planning/index.js';
import { uuidOf } from '../../../../support/change-messages.js';
import { instanceIpEntity, networkEntity, network, portEntity, type PortDelta } from './entities.js';
import { loadBalancer, vip } from './ports.js';

/** What a write was, as one line. */
type Line = string;

/** A cache with a writer that writes to nothing but its log. */
export class Stage implements ConfigWriter, CacheKeeper {
  public readonly clock = new ManualClock();
  public readonly cache = new ObjectCache(this.clock);
  public readonly history = new History(this.cache);
  /** Every write that was asked for, in the order in which it was. */
  public readonly writes: Line[] = [];
  /** What was read again: `<kind> <uuid>`. */
  public readonly refreshed: Line[] = [];
  /** The request-id of the last write of properties: its notification carries it. */
  public lastRequestId: string | undefined;
  public readonly settings: ManagerSettings;
  public readonly schema: SchemaKnowledge;
  public readonly reports: VipReports;
  public readonly controller: VipController;
  public readonly applier: PlanApplier;
  public readonly reconciler: PlanReconciler<VipKey, VipSeen, VipPlan>;
  private created = 0;
  private readonly failures = new Map<Line, unknown>();
  private readonly held = new Map<Line, Promise<void>>();
  private readonly reads = new Map<string, () => void>();

  public constructor({ dryRun = false, ...settings }: Partial<ManagerSettings> & { readonly dryRun?: boolean } = {}) {
    const { cache, clock, history } = this;
    this.settings = { ...defaultManagerSettings, schema: 'stock', ...settings };
    const outside = { clock, logger: silentLogger, metrics: metricsFor(silentMetrics, octaviaVipMetrics) };
    this.schema = new SchemaKnowledge({ ...outside, setting: this.settings.schema, onNative: () => undefined });
    this.reports = new VipReports(outside);
    const parts = { ...outside, cache, history, schema: this.schema, reports: this.reports, settings: this.settings };
    this.controller = new VipController({ ...parts, cuts: new Cuts(parts) });
    const generic = { cache, keeper: this, clock, logger: silentLogger };
    this.applier = new PlanApplier({ ...generic, writer: this, metrics: silentMetrics, controller: 'octavia-vip' });
    this.reconciler = new PlanReconciler({ ...generic, spec: this.controller, applier: this.applier, dryRun });
  }

  /** Puts an object into the cache, as a read would. */
  public put<K extends Kind>(kind: K, entity: EntityOf<K>): this {
    this.cache.put(kind, entity, { touched: this.cache.nextSequence() });
    return this;
  }

  public remove(kind: Kind, uuid: string): this {
    this.cache.remove(kind, uuid, this.cache.nextSequence());
    return this;
  }

  /** A port with an address of its own. */
  public putPort(port: EntityOf<'virtual-machine-interface'>, address = '10.107.0.50'): this {
    this.put('virtual-machine-interface', port);
    return this.put('instance-ip', instanceIpEntity(port.uuid.replace(/^0/, 'f'), { address, ports: [port.uuid] }));
  }

  /** A load balancer of Octavia's with these amphora ports, in a network that is not shared. */
  public putLoadBalancer(vipPort: string, ...amphorae: readonly string[]): this {
    this.put('virtual-network', networkEntity(network));
    this.putPort(portEntity(vipPort, { name: `octavia-lb-${loadBalancer}`, owner: 'Octavia' }), vip);
    for (const uuid of amphorae) this.putAmphora(uuid);
    return this;
  }

  public putAmphora(uuid: string, delta: PortDelta = {}): this {
    const marks = { name: `octavia-lb-vrrp-${uuid}`, pairAddresses: [vip] };
    return this.putPort(
      portEntity(uuid, { ...marks, ...delta }),
      `10.107.0.${100 + Number.parseInt(uuid.slice(-2), 16)}`,
    );
  }

  /** The write that reads like this fails. */
  public fail(line: Line, error: unknown): this {
    this.failures.set(line, error);
    return this;
  }

  public failNotFound(line: Line): this {
    return this.fail(line, new SvcMonitorError('not-found', 'not there'));
  }

  /** The write that reads like this does not end before the answer is called. */
  public hold(line: Line): () => void {
    let release: () => void = () => undefined;
    this.held.set(line, new Promise((resolve) => (release = resolve)));
    return release;
  }

  /** When the object is read again, this is what comes of it. */
  public onRead(kind: Kind, uuid: string, action: () => void): this {
    this.reads.set(`${kind} ${uuid}`, action);
    return this;
  }

  public refresh(kind: Kind, uuids: readonly string[]): Promise<void> {
    for (const uuid of uuids) {
      this.refreshed.push(`${kind} ${uuid}`);
      this.reads.get(`${kind} ${uuid}`)?.();
    }
    return Promise.resolve();
  }

  public announce(): void {
    // Nothing comes back here.
  }

  public answered(): void {
    // One write of a test never overlaps another.
  }

  public doubt(kind: Kind, uuid: string): void {
    this.refreshed.push(`later ${kind} ${uuid}`);
  }

  public assume<K extends Kind>(kind: K, uuid: string, entity: EntityOf<K> | undefined): void {
    if (entity === undefined) this.remove(kind, uuid);
    else this.put(kind, entity);
  }

  public async create(kind: string, { fqName }: NewObject): Promise<string> {
    const uuid = uuidOf(0x7000 + this.created);
    this.created += 1;
    await this.written(`create ${kind} ${fqName.join(':')}`);
    return uuid;
  }

  public updateProperties({ kind, uuid, properties, requestId }: PropertiesUpdate): Promise<void> {
    this.lastRequestId = requestId;
    return this.written(`set ${kind} ${uuid} ${JSON.stringify(properties)}`);
  }

  public delete(kind: string, uuid: string): Promise<void> {
    return this.written(`delete ${kind} ${uuid}`);
  }

  public updateReference({ kind, uuid, refUuid, operation }: ReferenceUpdate): Promise<void> {
    return this.written(`${operation} ${kind} ${uuid} -> ${refUuid}`);
  }

  public relaxReference(uuid: string, refUuid: string): Promise<void> {
    return this.written(`relax ${uuid} -> ${refUuid}`);
  }

  public updateMap({ uuid, field, updates }: MapUpdate): Promise<void> {
    return this.written(`${field} ${uuid} ${updates.map(({ operation, key }) => `${operation} ${key}`).join(', ')}`);
  }

  private async written(line: Line): Promise<void> {
    this.writes.push(line);
    await this.held.get(line);
    const failure = this.failures.get(line);
    this.failures.delete(line);
    if (failure !== undefined) throw failure as Error;
  }
}
