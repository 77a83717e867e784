import type { Logger } from '../../base/log/index.js';
import { problemTypes, type Outages } from '../../base/problems/index.js';
import type { Broker } from './amqp-options.js';

/** See {@link UnprovenExchange}. */
export interface UnprovenExchangeOptions {
  readonly exchange: string;
  readonly logger: Logger;
  readonly outages: Outages | undefined;
}

const part = 'exchange';

/**
 * An exchange that was not there and was made by us: perhaps the API servers start later, and perhaps it is the wrong one. A problem until
 * something has come through it.
 */
export class UnprovenExchange {
  private isUnproven = false;

  public constructor(private readonly options: UnprovenExchangeOptions) {}

  /** It was not there on the broker. */
  public made({ hostname, port, vhost }: Broker): void {
    const { exchange, logger, outages } = this.options;
    this.isUnproven = true;
    const message = `there was no exchange ${exchange} in the virtual host ${vhost} of ${hostname}:${port}: it was made, and nothing has come through it yet`;
    const { advice } = problemTypes['exchange-missing'];
    outages?.failed(part, { type: 'exchange-missing', message, setting: 'rabbitmq.exchange', advice });
    logger.warn('the exchange was not there and was made', { exchange, vhost, broker: `${hostname}:${port}`, advice });
  }

  /** Something has come through it. */
  public heard(): void {
    if (!this.isUnproven) return;
    this.isUnproven = false;
    const outageMs = this.options.outages?.over(part);
    const lasted = outageMs === undefined ? {} : { outageMs };
    this.options.logger.info('something has come through the exchange that was made', lasted);
  }
}
