import type { LogFields, Logger } from '../../base/log/index.js';
import type { CacheReader } from '../../cache/index.js';
import { nameOf, projectOf, type EntityOf } from '../../model/index.js';
import { loadBalancerId } from './carriers/detection.js';
import { ownersOf } from './ports.js';
import type { VipKey } from './vip-key.js';

/**
 * Adds to each line with the field `vip` or `floatingIpUuid` what an operator knows the objects by, as far as the cache knows it:
 * `floatingIp`, the address; `loadBalancer`, Octavia's id of it, or the name of the port that has the VIP; `tenant`, the name of its project. They are
 * looked up when the line is written, so no line has to carry them along.
 */
export class NamedLogger implements Logger {
  public constructor(
    private readonly logger: Logger,
    private readonly cache: CacheReader,
  ) {}

  public debug(message: string, fields?: LogFields): void {
    // Looking up what is not written would cost more than the line.
    if (this.logger.isDebugEnabled()) this.logger.debug(message, this.named(fields));
  }

  public info(message: string, fields?: LogFields): void {
    this.logger.info(message, this.named(fields));
  }

  public warn(message: string, fields?: LogFields): void {
    this.logger.warn(message, this.named(fields));
  }

  public error(message: string, fields?: LogFields): void {
    this.logger.error(message, this.named(fields));
  }

  public child(fields: LogFields): Logger {
    return new NamedLogger(this.logger.child(this.named(fields)), this.cache);
  }

  public isDebugEnabled(): boolean {
    return this.logger.isDebugEnabled();
  }

  private named(fields: LogFields = {}): LogFields {
    const { vip, floatingIpUuid } = fields;
    return {
      ...fields,
      ...(typeof floatingIpUuid === 'string' ? addressOf(this.cache, floatingIpUuid) : {}),
      ...(typeof vip === 'string' ? loadBalancerOf(this.cache, vip as VipKey) : {}),
    };
  }
}

function addressOf(cache: CacheReader, uuid: string): LogFields {
  const address = cache.get('floating-ip', uuid)?.address;
  return address === undefined ? {} : { floatingIp: address };
}

function loadBalancerOf(cache: CacheReader, vip: VipKey): LogFields {
  const owners = ownersOf(cache, vip).map((port) => ({ port, id: loadBalancerId(nameOf(port), port.vmNames) }));
  const found = owners.find(({ id }) => id !== undefined) ?? owners[0];
  if (found === undefined) return {};
  const tenant = tenantOf(found.port);
  return { loadBalancer: found.id ?? nameOf(found.port), ...(tenant === undefined ? {} : { tenant }) };
}

function tenantOf(port: EntityOf<'virtual-machine-interface'>): string | undefined {
  return projectOf(port) === undefined ? undefined : port.fqName.at(-2);
}
