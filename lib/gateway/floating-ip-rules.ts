import { Turns, type Clock } from '../base/clock/index.js';
import type { Metrics } from '../base/metrics/index.js';
import { vipKey } from '../managers/octavia-vip/index.js';
import { canonicalAddress } from '../model/index.js';
import { asRead, textOf, uuidIn, withFilters, withResource, type NeutronCall } from './calls.js';
import type { Association, KnownVipPort, VipDirectory } from './directory.js';
import { byIds, hasOthers, namesFixedIp, passesOthers, projectsAskedFor, uuidsOf } from './filters.js';
import type { Upstream, UpstreamAnswer } from './front-end.js';
import { routerOf } from './routers.js';
import { corrected, correctionOf, listText, shownList, shownOne, type ShownFloatingIp } from './shown.js';
import type { Waits } from './waits.js';

/** What {@link FloatingIpRules} are made of. */
export interface FloatingIpRulesParts {
  readonly directory: VipDirectory;
  readonly waits: Waits;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** For how long an answer waits until what was asked for is wired. Milliseconds. */
  readonly wiringBoundMs: number;
  /** For how long an answer waits for a further question to the API server that would make it whole. Milliseconds. */
  readonly questionBoundMs: number;
}

/** A request, and how it is sent. */
export interface Asked {
  readonly call: NeutronCall;
  /** Sends the request itself. */
  readonly pass: () => Promise<UpstreamAnswer>;
  /** Sends another body in its place. */
  readonly passBody: (body: Buffer, signal?: AbortSignal) => Promise<UpstreamAnswer>;
  readonly upstream: Upstream;
  readonly signal: AbortSignal;
}

const path = '/floating-ip';

// A question may name so many ports, and find so many floating ips by them.
const portsPerQuestion = 256;
const foundPerQuestion = 1_024;
const longestTurnMs = 8;

/** What a gateway changes in `POST /neutron/floatingip` (docs/gateway.md). */
export class FloatingIpRules {
  private readonly turns: Turns;

  public constructor(private readonly parts: FloatingIpRulesParts) {
    this.turns = new Turns(parts.clock, longestTurnMs);
  }

  /** Answers the request; undefined: nothing of it is changed, and nothing was sent. */
  public async handle(asked: Asked): Promise<UpstreamAnswer | undefined> {
    switch (asked.call.operation) {
      case 'CREATE':
        return this.associate(asked);
      case 'UPDATE':
        return this.update(asked);
      case 'READ':
        return this.read(asked);
      case 'READALL':
        return this.list(asked);
      default:
        return undefined;
    }
  }

  /** Passes on what attaches a floating ip to a VIP port, and waits until that is wired. */
  private async associate({ call, pass, signal }: Asked): Promise<UpstreamAnswer | undefined> {
    const { directory } = this.parts;
    const port = uuidIn(call.resource?.['port_id']);
    const vipPort = port === undefined ? undefined : directory.vipPort(port);
    if (vipPort === undefined || vipPort.carried.length === 0) return undefined;
    return this.whenWired(call, { vipPort, send: pass }, signal);
  }

  private async whenWired(
    { resource = {} }: NeutronCall,
    { vipPort, send }: { readonly vipPort: KnownVipPort; readonly send: () => Promise<UpstreamAnswer> },
    signal: AbortSignal,
  ): Promise<UpstreamAnswer> {
    const { directory, waits, wiringBoundMs } = this.parts;
    const since = directory.position();
    const answer = await send();
    const entry = answer.status === 200 ? shownOne(textOf(answer.body) ?? '') : undefined;
    const address = entry === undefined ? undefined : addressAt(vipPort, entry.value, resource);
    if (entry === undefined || address === undefined) return answer;
    if (vipPort.carried.includes(address)) {
      const wanted = { floatingIp: entry.id, vipPort: vipPort.uuid, address };
      await waits.within('wiring', wiringBoundMs, signal, (inner) => directory.wiring(wanted, since, inner));
    }
    // On the way it may have been wired already, and be shown with another port.
    const vip = vipKey(vipPort.network, address);
    const { addresses } = vipPort;
    const correction = correctionOf(entry, { vipPort: vipPort.uuid, address, addresses }, (port) =>
      directory.mayCarry(port, vip),
    );
    return correction === undefined ? answer : this.changed(answer, entry, corrected(entry, correction));
  }

  private async update(asked: Asked): Promise<UpstreamAnswer | undefined> {
    const { call, passBody, signal } = asked;
    const { id, resource } = call;
    if (id === undefined || resource === undefined) return undefined;
    if ('port_id' in resource) return this.associate(asked);
    const fields = Object.keys(resource).filter((field) => field !== 'id');
    // Without any it disassociates; and to set a fixed ip without a port is refused.
    if (fields.length === 0 || Boolean(resource['fixed_ip_address'])) return undefined;
    const { directory } = this.parts;
    const association = directory.associationOf(id);
    const vipPort = association === undefined ? undefined : directory.vipPort(association.vipPort);
    if (association === undefined || vipPort === undefined) return undefined;
    const described = await this.describe(asked, association);
    if (described !== undefined) return described;
    const body = withResource(call, { port_id: association.vipPort, fixed_ip_address: association.address });
    return this.whenWired(call, { vipPort, send: () => passBody(body) }, signal);
  }

  /**
   * Sets nothing but the description, with the caller's own rights, and answers as a read of it: Neutron's extension would set the fixed ip anew, and
   * the references with it where a port is named. Undefined: there is more to set, or the API server does not take it so.
   */
  private async describe(asked: Asked, association: Association): Promise<UpstreamAnswer | undefined> {
    const { call, passBody, upstream, signal } = asked;
    const { resource = {} } = call;
    if ('tags' in resource) return undefined;
    const { floatingIp } = association;
    // Of what else may stand there the extension takes nothing.
    const written = 'description' in resource ? { description: resource['description'] } : {};
    const body = Buffer.from(JSON.stringify({ 'floating-ip': { id_perms: written } }));
    const { status } = await upstream.send({ method: 'PUT', path: `${path}/${floatingIp}`, body }, signal);
    if (status !== 200) return undefined;
    return this.showOne(await passBody(asRead(call, floatingIp)), asked);
  }

  private async read(asked: Asked): Promise<UpstreamAnswer | undefined> {
    const { id } = asked.call;
    if (id === undefined || this.parts.directory.associationOf(id) === undefined) return undefined;
    return this.showOne(await asked.pass(), asked);
  }

  private async showOne(answer: UpstreamAnswer, asked: Asked): Promise<UpstreamAnswer> {
    const entry = answer.status === 200 ? shownOne(textOf(answer.body) ?? '') : undefined;
    if (entry === undefined) return answer;
    // As it is known now: while the question was on its way, it may have been freed.
    const association = this.parts.directory.associationOf(entry.id);
    return association === undefined
      ? answer
      : this.changed(answer, entry, await this.shownBy(entry, association, asked));
  }

  private async list(asked: Asked): Promise<UpstreamAnswer | undefined> {
    const { call, pass } = asked;
    const { directory, metrics } = this.parts;
    const { filters } = call;
    if (filters === undefined) return undefined;
    const ports = uuidsOf(filters, 'port_id');
    const ids = uuidsOf(filters, 'id');
    if (ports === 'malformed' || ids === 'malformed') return undefined;
    if ((ports?.length ?? 0) > portsPerQuestion) {
      metrics.increment('gateway_rules_skipped_total', { reason: 'too-large' });
      return undefined;
    }
    const projects = projectsAskedFor(call);
    if (!directory.hasAssociations(projects)) return undefined;
    const answer = await pass();
    const found = answer.status === 200 ? shownList(textOf(answer.body) ?? '') : undefined;
    if (found === undefined) return answer;
    const { entries, separator } = found;
    const more = await this.foundByVipPort(asked, ports ?? [], {
      isAskedFor: ({ floatingIp, project }) =>
        (ids?.includes(floatingIp) ?? true) && (projects === undefined || projects.has(project ?? '')),
      shown: new Set(entries.map(({ id }) => id)),
    });
    const shown = await this.shownAs([...entries, ...more], asked, ports);
    const isUnchanged = shown.length === entries.length && shown.every((entry, index) => entry === entries[index]);
    if (isUnchanged) return answer;
    const sorted =
      more.length > 0 && entries.length > 0 ? shown.toSorted((one, other) => (one.id < other.id ? -1 : 1)) : shown;
    metrics.increment('gateway_changed_total', { answer: 'floating ips' });
    return { ...answer, body: Buffer.from(listText(sorted, separator)) };
  }

  // The floating ips of VIP ports that the server does not find by them, since they have several references.
  private async foundByVipPort(
    { call, passBody, signal }: Asked,
    ports: readonly string[],
    by: { readonly isAskedFor: (association: Association) => boolean; readonly shown: ReadonlySet<string> },
  ): Promise<readonly ShownFloatingIp[]> {
    const { directory, metrics, waits, questionBoundMs } = this.parts;
    const associations = ports.flatMap((port) => directory.associatedAt(port)).filter(by.isAskedFor);
    const missing = new Set(associations.map(({ floatingIp }) => floatingIp).filter((uuid) => !by.shown.has(uuid)));
    if (missing.size === 0) return [];
    if (missing.size > foundPerQuestion) {
      metrics.increment('gateway_rules_skipped_total', { reason: 'too-large' });
      return [];
    }
    const body = withFilters(call, byIds(call, [...missing].sort()));
    const answer = await waits.within('question', questionBoundMs, signal, (inner) => passBody(body, inner));
    // The rest of the answer has come already, and is not kept waiting.
    if (answer === 'over-bound') return [];
    const found = answer.status === 200 ? shownList(textOf(answer.body) ?? '') : undefined;
    return found?.entries.filter(({ id }) => missing.has(id)) ?? [];
  }

  private async shownAs(
    entries: readonly ShownFloatingIp[],
    asked: Asked,
    ports: readonly string[] | undefined,
  ): Promise<readonly ShownFloatingIp[]> {
    const { directory } = this.parts;
    const { filters = {} } = asked.call;
    const shown: { readonly entry: ShownFloatingIp; readonly association?: Association }[] = [];
    for (const entry of entries) {
      await this.turns.giveWay();
      const association = directory.knownAssociationOf(entry.id) ?? directory.associationOf(entry.id);
      const correction = association && this.correction(entry, association);
      if (association === undefined || correction === undefined) shown.push({ entry });
      // By a port that carries it a floating ip of a VIP is not found.
      else if (ports?.includes(association.vipPort) !== false) {
        shown.push({ entry: await this.shownBy(entry, association, asked), association });
      }
    }
    if (!hasOthers(filters)) return shown.map(({ entry }) => entry);
    const isAboutVips = shown.some(
      ({ association }) =>
        association !== undefined && (ports !== undefined || namesFixedIp(filters, association.address)),
    );
    return shown
      .filter(({ entry, association }) => (association === undefined && !isAboutVips) || passesOthers(entry, filters))
      .map(({ entry }) => entry);
  }

  private async shownBy(entry: ShownFloatingIp, association: Association, asked: Asked): Promise<ShownFloatingIp> {
    const correction = this.correction(entry, association);
    if (correction === undefined) return entry;
    const { project, network } = association;
    if (!correction.isDown || project === undefined) return corrected(entry, correction);
    const { upstream, signal } = asked;
    const networkOf = (port: string): string | undefined => this.parts.directory.networkOf(port);
    const { waits, questionBoundMs } = this.parts;
    const router = await waits.within('question', questionBoundMs, signal, (inner) =>
      routerOf({ project, network }, { upstream, networkOf }, inner),
    );
    return router === 'over-bound' ? corrected(entry, correction) : corrected(entry, correction, router);
  }

  private correction(entry: ShownFloatingIp, association: Association): ReturnType<typeof correctionOf> {
    return correctionOf(entry, association, (port) => this.parts.directory.mayCarry(port, association.vip));
  }

  private changed(answer: UpstreamAnswer, before: ShownFloatingIp, after: ShownFloatingIp): UpstreamAnswer {
    if (after === before) return answer;
    this.parts.metrics.increment('gateway_changed_total', { answer: 'floating ip' });
    return { ...answer, body: Buffer.from(after.text) };
  }
}

// The answer names it, but for one that was wired on the way, and is shown with the address of another port.
function addressAt(
  { addresses }: KnownVipPort,
  shown: Readonly<Record<string, unknown>>,
  asked: Readonly<Record<string, unknown>>,
): string | undefined {
  const named = [shown['fixed_ip_address'], asked['fixed_ip_address']]
    .flatMap((value) => (typeof value === 'string' ? (canonicalAddress(value) ?? []) : []))
    .find((address) => addresses.includes(address));
  return named ?? (addresses.length === 1 ? addresses[0] : undefined);
}
