import { throwIfAborted } from '../base/errors/index.js';
import { errorFields, type Logger } from '../base/log/index.js';
import type { Metrics } from '../base/metrics/index.js';
import type { VipKey } from '../managers/octavia-vip/index.js';
import type { NeutronCall } from './calls.js';
import type { Departure, Departures } from './departures.js';
import type { KnownCarrier, VipDirectory } from './directory.js';
import type { Asked } from './floating-ip-rules.js';
import type { UpstreamAnswer } from './front-end.js';
import type { Waits } from './waits.js';

/** What {@link PortRules} are made of. */
export interface PortRulesParts {
  readonly directory: VipDirectory;
  readonly departures: Departures;
  readonly waits: Waits;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** For how long a delete waits until the port is let go of. Milliseconds. */
  readonly departureBoundMs: number;
  /** For how long it waits until the API server has said whether the caller may read the port. Milliseconds. */
  readonly questionBoundMs: number;
}

/** What has come of the delete. */
type Outcome = Parameters<Departure['end']>[0];

/** What a gateway changes in `POST /neutron/port` (docs/gateway.md): a port that carries VIPs is let go of before it is deleted. */
export class PortRules {
  public constructor(private readonly parts: PortRulesParts) {}

  /** Answers the request; undefined: nothing of it is changed, and nothing was sent that changes anything. */
  public async handle(asked: Asked): Promise<UpstreamAnswer | undefined> {
    const { call, pass, signal } = asked;
    const { directory, waits, metrics, departureBoundMs } = this.parts;
    const carrier = call.operation === 'DELETE' && call.id !== undefined ? directory.carrier(call.id) : undefined;
    if (carrier === undefined) return undefined;
    const allowed = await this.allowance(carrier, asked);
    if (allowed !== 'allowed') {
      metrics.increment('gateway_rules_skipped_total', { reason: allowed });
      return undefined;
    }
    let tell: (outcome: Outcome) => void = () => undefined;
    const outcome = new Promise<Outcome>((resolve) => {
      tell = resolve;
    });
    let told: Outcome = 'refused';
    try {
      await waits.within('departure', departureBoundMs, signal, async (inner) => {
        await Promise.all(carrier.vips.map((vip) => this.begin({ vip, port: carrier.uuid, outcome }, inner)));
      });
      const answer = await pass();
      if (answer.status === 200) told = 'deleted';
      return answer;
    } finally {
      tell(told);
    }
  }

  /**
   * Whether the delete is one that the API server would carry out. Neutron's extension deletes for whoever may do its steps; so nothing is let go of
   * for a caller who may not even read the port, or of whom the plugin says that he is neither of its project, nor of its network's, nor an
   * administrator.
   */
  private async allowance(
    { uuid, project, networksProject }: KnownCarrier,
    { call, upstream, signal }: Asked,
  ): Promise<'allowed' | 'not-allowed' | 'upstream-failed'> {
    if (!mayDelete(call, [project, networksProject])) return 'not-allowed';
    const query = 'fields=parent_uuid&exclude_hrefs=True';
    try {
      const path = `/virtual-machine-interface/${uuid}?${query}`;
      const { waits, questionBoundMs } = this.parts;
      const answer = await waits.within('question', questionBoundMs, signal, (inner) =>
        upstream.send({ method: 'GET', path }, inner),
      );
      if (answer === 'over-bound') return 'upstream-failed';
      return answer.status === 200 ? 'allowed' : 'not-allowed';
    } catch (error) {
      throwIfAborted(signal);
      this.parts.logger.warn('the API server did not say whether a port may be deleted', {
        portUuid: uuid,
        ...errorFields(error),
      });
      return 'upstream-failed';
    }
  }

  // What cannot be let go of is deleted all the same: then it is as it is without a gateway. What has begun is ended, be it late.
  private async begin(
    { vip, port, outcome }: { readonly vip: VipKey; readonly port: string; readonly outcome: Promise<Outcome> },
    signal: AbortSignal,
  ): Promise<void> {
    const { departures, logger, metrics } = this.parts;
    let departure: Departure;
    try {
      departure = await departures.begin({ vip, port }, signal);
    } catch (error) {
      metrics.increment('gateway_rules_skipped_total', { reason: 'departure-failed' });
      logger.warn('a port is deleted without being let go of before', { vip, portUuid: port, ...errorFields(error) });
      return;
    }
    void this.end(departure, { vip, port, outcome });
  }

  // Never rejects: nobody waits for it.
  private async end(
    departure: Departure,
    { vip, port, outcome }: { readonly vip: VipKey; readonly port: string; readonly outcome: Promise<Outcome> },
  ): Promise<void> {
    const { logger } = this.parts;
    try {
      await departure.end(await outcome);
    } catch (error) {
      logger.warn('the departure of a port could not be ended', { vip, portUuid: port, ...errorFields(error) });
    }
  }
}

function mayDelete({ isAdmin, tenant }: NeutronCall, projects: readonly (string | undefined)[]): boolean {
  return isAdmin || (tenant !== undefined && projects.includes(tenant));
}
