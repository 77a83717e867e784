import {
  ObjectCache,
  type CacheKeeper,
  type CachedKind,
  type Entities,
  type PortEntity,
} from '../../../../../lib/cache/index.js';
import { ManualClock } from '../../../../../lib/base/clock/index.js';
import type {
  ConfigWriter,
  MapUpdate,
  NewObject,
  PropertiesUpdate,
  ReferenceUpdate,
} from '../../../../../lib/config-api/index.js';
import { SvcMonitorError } from '../../../../../lib/base/errors/index.js';
import { silentLogger } from '../../../../../lib/base/log/index.js';
import {
  CachedFloatingIpManager,
  CachedLoadBalancerManager,
  CachedVirtualIpManager,
  defaultManagerSettings,
  PlanApplier,
  SchemaKnowledge,
  VipReports,
  type ManagerSettings,
} from '../../../../../lib/managers/index.js';
import { silentMetrics } from '../../../../../lib/base/metrics/index.js';
import { readRecord, vipKey } from '../../../../../lib/model/index.js';
import { uuidOf } from '../../../../support/change-messages.js';
import { loadBalancer, tenant, vip } from './ports.js';

/** The network of the VIP, its key, and the placeholder virtual machine of its port. */
export const network = uuidOf(0xb0);
export const key = vipKey(network, vip);

/** A port entity: bound, in the tenant's project. */
export function portEntity(uuid: string, delta: Partial<PortEntity> = {}): PortEntity {
  const { domain, name } = tenant.project;
  return {
    uuid,
    name: 'web',
    fqName: [domain, name, delta.name ?? 'web'],
    projectUuid: tenant.projectUuid,
    owner: 'compute:nova',
    networkUuid: network,
    vmUuids: [uuidOf(0xd0)],
    vmNames: [],
    pairAddresses: [],
    ...delta,
  };
}

/** What a write was, as one line. */
type Line = string;

/** A cache with a writer that writes to nothing but its log, and to the annotations that the record is read back from. */
export class Stage implements ConfigWriter, CacheKeeper {
  public readonly clock = new ManualClock();
  public readonly cache = new ObjectCache(this.clock);
  /** Every write that was asked for, in the order in which it was. */
  public readonly writes: Line[] = [];
  /** What was read again: `<kind> <uuid>`. */
  public readonly refreshed: Line[] = [];
  /** The request-id of the last write of properties: its notification carries it. */
  public lastRequestId: string | undefined;
  public readonly settings: ManagerSettings;
  public readonly applier: PlanApplier;
  public readonly manager: CachedLoadBalancerManager;
  private readonly annotations = new Map<string, Map<string, string>>();
  private readonly failures = new Map<Line, unknown>();
  private readonly held = new Map<Line, Promise<void>>();
  private readonly reads = new Map<string, () => void>();

  public constructor(settings: Partial<ManagerSettings> = {}) {
    const { cache, clock } = this;
    this.settings = { ...defaultManagerSettings, schema: 'stock', ...settings };
    const schema = new SchemaKnowledge({
      setting: this.settings.schema,
      logger: silentLogger,
      onNative: () => undefined,
    });
    this.applier = new PlanApplier({ writer: this, cache, keeper: this, schema, clock, metrics: silentMetrics });
    const outside = { clock, logger: silentLogger, metrics: silentMetrics };
    this.manager = new CachedLoadBalancerManager({
      ...outside,
      cache,
      keeper: this,
      virtualIps: new CachedVirtualIpManager({ cache, schema }),
      floatingIps: new CachedFloatingIpManager({ cache, clock, settings: this.settings }),
      applier: this.applier,
      reports: new VipReports(outside),
      schema,
      settings: this.settings,
    });
  }

  /** Puts an object into the cache, as a read would. */
  public put<K extends CachedKind>(kind: K, entity: Entities[K]): this {
    this.cache.put(kind, entity, { touched: this.cache.nextSequence() });
    return this;
  }

  public remove(kind: CachedKind, uuid: string): this {
    this.cache.remove(kind, uuid, this.cache.nextSequence());
    return this;
  }

  /** A port with an address of its own. */
  public putPort(port: PortEntity, address = '10.107.0.50'): this {
    this.put('virtual-machine-interface', port);
    return this.put('instance-ip', {
      uuid: port.uuid.replace(/^0/, 'f'),
      address,
      networkUuid: network,
      portUuids: [port.uuid],
    });
  }

  /** A load balancer of Octavia's with these amphora ports, in a network that is not shared. */
  public putLoadBalancer(vipPort: string, ...amphorae: readonly string[]): this {
    this.put('virtual-network', { uuid: network, shared: false });
    this.putPort(portEntity(vipPort, { name: `octavia-lb-${loadBalancer}`, owner: 'Octavia' }), vip);
    for (const uuid of amphorae) this.putAmphora(uuid);
    return this;
  }

  public putAmphora(uuid: string, delta: Partial<PortEntity> = {}): this {
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
  public onRead(kind: CachedKind, uuid: string, action: () => void): this {
    this.reads.set(`${kind} ${uuid}`, action);
    return this;
  }

  public refresh(kind: CachedKind, uuids: readonly string[]): Promise<void> {
    for (const uuid of uuids) {
      this.refreshed.push(`${kind} ${uuid}`);
      this.reads.get(`${kind} ${uuid}`)?.();
      if (kind === 'virtual-ip') this.readRecord(uuid);
    }
    return Promise.resolve();
  }

  public announce(uuid: string, requestId: string): void {
    this.cache.traces.writing(uuid, requestId, this.clock.monotonic());
  }

  public doubt(kind: CachedKind, uuid: string): void {
    this.refreshed.push(`later ${kind} ${uuid}`);
  }

  public assume<K extends CachedKind>(kind: K, uuid: string, entity: Entities[K] | undefined): void {
    if (entity === undefined) this.remove(kind, uuid);
    else this.put(kind, entity);
  }

  public async create(kind: string, { fqName, properties }: NewObject): Promise<string> {
    const uuid = uuidOf(0x7000 + this.annotations.size);
    await this.written(`create ${kind} ${fqName.join(':')}`);
    const { key_value_pair: entries } = properties['annotations'] as {
      key_value_pair: { key: string; value: string }[];
    };
    this.annotations.set(uuid, new Map(entries.map((entry) => [entry.key, entry.value])));
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

  public async updateMap({ uuid, field, updates }: MapUpdate): Promise<void> {
    await this.written(`${field} ${uuid} ${updates.map(({ operation, key }) => `${operation} ${key}`).join(', ')}`);
    const map = this.annotations.get(uuid) ?? new Map<string, string>();
    for (const update of updates) {
      if (update.operation === 'set') map.set(update.key, update.value);
      else map.delete(update.key);
    }
    this.annotations.set(uuid, map);
  }

  private async written(line: Line): Promise<void> {
    this.writes.push(line);
    await this.held.get(line);
    const failure = this.failures.get(line);
    this.failures.delete(line);
    if (failure !== undefined) throw failure as Error;
  }

  private readRecord(uuid: string): void {
    const entity = this.cache.get('virtual-ip', uuid);
    const map = this.annotations.get(uuid);
    if (entity === undefined || map === undefined) return;
    const record = readRecord({ key_value_pair: [...map].map(([key, value]) => ({ key, value })) });
    if (record !== undefined) this.put('virtual-ip', { ...entity, record });
  }
}
