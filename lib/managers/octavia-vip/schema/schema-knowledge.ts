import { SvcMonitorError } from '../../../base/errors/index.js';
import type { Logger } from '../../../base/log/index.js';
import type { OctaviaVipSettings } from '../settings.js';

/** Whether the API server keeps references virtual-ip → floating-ip: `native` if it does. */
export type KnownSchema = 'stock' | 'native' | 'unknown';

/** What a {@link SchemaKnowledge} is made of. */
export interface SchemaKnowledgeOptions {
  readonly setting: OctaviaVipSettings['schema'];
  readonly logger: Logger;
  /** Called when the server turns out to be native: records that stand in annotations can move. */
  readonly onNative: () => void;
}

/**
 * What is known of the API server's schema. By the setting; with `auto` by what was seen: a reference virtual-ip → floating-ip
 * that a read shows proves `native`, one that was written and is not shown proves `stock` (docs/opensdn.md, 5.1: a kind of
 * reference that the schema lacks is answered with 200, and not shown). Nothing is written just to find out: the first
 * association to be recorded is the trial. Servers of a cluster can differ while it is upgraded, so each such write is read back,
 * and the last proof counts.
 */
export class SchemaKnowledge {
  private found: KnownSchema = 'unknown';

  public constructor(private readonly options: SchemaKnowledgeOptions) {}

  /** What to go by now. */
  public get schema(): KnownSchema {
    return this.options.setting === 'auto' ? this.found : this.options.setting;
  }

  /** A reference virtual-ip → floating-ip was read. */
  public referenceSeen(): void {
    if (this.options.setting !== 'auto' || this.found === 'native') return;
    this.found = 'native';
    this.options.logger.info('the API server keeps references from virtual-ip to floating-ip', { schema: 'native' });
    this.options.onNative();
  }

  /**
   * A reference virtual-ip → floating-ip was written, and a read does not show it.
   *
   * @throws SvcMonitorError `schema-mismatch` if the setting says `native`
   */
  public referenceMissed(): void {
    if (this.options.setting === 'native') {
      throw new SvcMonitorError(
        'schema-mismatch',
        'the API server keeps no reference from virtual-ip to floating-ip, which the setting `schema: native` asks for',
      );
    }
    if (this.found === 'stock') return;
    this.found = 'stock';
    this.options.logger.info('the API server keeps no references from virtual-ip to floating-ip', { schema: 'stock' });
  }
}
