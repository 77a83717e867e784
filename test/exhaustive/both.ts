import {
  createTenant,
  EmbeddedOpenSdn,
  NetworkUser,
  NeutronClient,
  NeutronError,
  Nova,
  Operator,
  type NotificationMessage,
  type Tenant,
} from '../../fixtures/index.js';
import { fullText } from './interned.js';
import { carryOut, virtualIpId, type OwnWrite } from './own-writes.js';
import type { Cast } from './cast.js';
import { begun, stepOf, type Answer, type Progress, type Request } from './requests.js';
import { objectOf, storeOf, withoutRelaxed } from './server-objects.js';
import { find, shownPorts, type Kind, type Objects, type Said, type Store } from './store.js';

/** What is done to both: a request of an actor, with what comes between the last two steps of a port delete, or a write of a monitor. */
export type Deed =
  | { readonly request: Request; readonly meanwhile?: readonly Deed[]; readonly own?: never }
  | { readonly own: OwnWrite; readonly request?: never };

const kinds: Readonly<Record<string, Kind | 'virtual-machine' | undefined>> = {
  virtual_machine_interface: 'virtual-machine-interface',
  instance_ip: 'instance-ip',
  floating_ip: 'floating-ip',
  virtual_ip: 'virtual-ip',
  virtual_network: 'virtual-network',
  virtual_machine: 'virtual-machine',
};

/** The abstract store and the embedded server, to which the same is done. */
export class Both {
  public store: Store;
  private readonly heard: { readonly message: NotificationMessage; readonly now: unknown }[] = [];
  private readonly uuids = new Map<string, string>();
  private readonly client: NeutronClient;
  private readonly nova: Nova;
  private readonly user: NetworkUser;

  private constructor(
    private readonly cast: Cast,
    private readonly server: EmbeddedOpenSdn,
    private readonly tenants: { readonly user: Tenant; readonly stranger: Tenant },
    store: Store,
  ) {
    this.store = store;
    const { url } = server;
    const tenant = tenants.user;
    this.client = new NeutronClient({ url, projectId: tenant.projectId, userAgent: 'octavia' });
    this.nova = new Nova({ url, tenant });
    this.user = new NetworkUser({ url, tenant });
    server.notifications.observe((message) => {
      this.heard.push({ message, now: server.read(message.type, message.uuid) });
    });
  }

  /** Opens the server, with the network and the floating ips of the cast. */
  public static async open(cast: Cast, store: Store): Promise<Both> {
    let made = 0;
    const newUuid = (): string => {
      made += 1;
      return `ffff${String(made).padStart(4, '0')}-0000-4000-8000-000000000000`;
    };
    const server = new EmbeddedOpenSdn({ schema: store.schema, newUuid });
    await server.start();
    const user = await createTenant(server.url, { name: 'user' });
    const stranger = await createTenant(server.url, { name: 'stranger', externalCidr: '100.65.0.0/24' });
    const both = new Both(cast, server, { user, stranger }, store);
    for (const id of [cast.floatingIp, cast.bystander]) {
      const resource = {
        id,
        floating_network_id: user.externalNetworkId,
        tenant_id: user.projectId.replaceAll('-', ''),
      };
      await both.client.neutron('floatingip', 'CREATE', { resource });
    }
    both.heard.length = 0;
    server.overrideUuids((kind) => both.uuids.get(kind) ?? newUuid());
    return both;
  }

  public async close(): Promise<void> {
    await this.server.stop();
  }

  /** Does the same to both; returns in what they differ then. */
  public async play(deed: Deed): Promise<readonly string[]> {
    const differences = deed.request === undefined ? await this.playOwn(deed.own) : await this.playRequest(deed);
    await this.readAll();
    const seen = storeOf(this.store.schema, (kind) => this.server.list(kind).map((json) => this.translated(json)));
    return [...differences, ...compare('objects', fullText(seen), fullText(withoutRelaxed(this.store)))];
  }

  private async playRequest({
    request,
    meanwhile = [],
  }: Deed & { readonly request: Request }): Promise<readonly string[]> {
    const said: SaidNow[] = [];
    let answer: Answer | undefined;
    let progress: Progress | undefined = begun(request);
    const differences: string[] = [];
    const advance = (isPause: (then: Progress) => boolean): void => {
      while (progress !== undefined && !isPause(progress)) {
        const stepped = stepOf(this.store, progress);
        this.store = stepped.store;
        said.push(...stepped.said.map((one) => withNow(stepped.store, one)));
        progress = typeof stepped.then === 'string' ? undefined : stepped.then;
        if (typeof stepped.then === 'string') answer = stepped.then;
      }
    };
    const stop = this.server.pausePortDeletes(async () => {
      stop();
      advance(({ step, seen = [] }) => step === 2 + seen.length);
      // What they say of themselves is compared there: it is not of this request.
      const ours = this.heard.splice(0);
      for (const deed of meanwhile) differences.push(...(await this.play(deed)));
      this.heard.push(...ours);
    });
    const answered = await this.send(request).then(
      () => 'done' as const,
      (error: unknown) => answerOf(error),
    );
    stop();
    advance(() => false);
    return [...differences, ...compare('answer', answered, answer ?? 'none'), ...this.compareSaid(said)];
  }

  private async playOwn(own: OwnWrite): Promise<readonly string[]> {
    const { store, said, answer } = carryOut(this.store, own);
    this.uuids.set('virtual-ip', virtualIpId(this.store.made));
    this.store = store;
    const answered = await this.sendOwn(own).then(
      () => 'done' as const,
      (error: unknown) => answerOf(error),
    );
    return [...compare('answer', answered, answer.is), ...this.compareSaid(said.map((one) => withNow(store, one)))];
  }

  private compareSaid(said: readonly SaidNow[]): readonly string[] {
    const heard = this.heard.splice(0).flatMap(({ message, now }) => {
      const kind = kinds[message.type];
      return kind === undefined ? [] : [{ message, kind, now }];
    });
    const requests = new Set(heard.map(({ message }) => message['request-id']));
    const lines = heard.map(({ message, kind, now }) => {
      if (kind === 'virtual-machine') return fullText({ operation: message.oper, kind, id: message.fq_name[0] });
      const shown = (json: unknown): unknown =>
        json === undefined ? undefined : objectOf(kind, this.translated(json));
      const id = this.translated(message.uuid);
      return fullText({ operation: message.oper, kind, id, object: shown(message.obj_dict), now: shown(now) });
    });
    const expected = said.map(({ object, now, ...one }) =>
      fullText({ ...one, object: object && told(object), now: now && told(now) }),
    );
    return [
      ...compare('notifications', lines.join('\n'), expected.join('\n')),
      ...(requests.size > 1 ? [`${requests.size} request-ids`] : []),
    ];
  }

  private async send(request: Request): Promise<void> {
    const floatingIp = (id: string): Parameters<NetworkUser['disassociate']>[0] => {
      return { id, address: '', tenant: this.tenants.user, association: undefined, isDeleted: false };
    };
    switch (request.do) {
      case 'create port':
        return this.createPort(request);
      case 'bind port':
        await this.nova.bind(request.id, { instanceId: request.machine });
        return;
      case 'unbind port':
        return this.nova.unbind(request.id);
      case 'set pairs':
        await this.client.updatePort(request.id, { allowed_address_pairs: pairs(request.pairs) });
        return;
      case 'delete port':
        return this.user.deletePort(request.id).run();
      case 'associate': {
        const vip = { address: request.address, subnetId: '' };
        return this.user.associate(floatingIp(request.id), { vipPortId: request.port, vips: [vip] }).run();
      }
      case 'disassociate':
        return this.user.disassociate(floatingIp(request.id)).run();
      case 'describe':
        return this.user.setDescription(floatingIp(request.id), 'x').run();
      case 'share network':
        return new Operator({ url: this.server.url, tenant: this.tenants.user }).shareNetwork(request.shared);
      case 'create virtual-ip': {
        const { name, project, address, annotations } = request.virtualIp;
        return this.createVirtualIp({ uuid: request.id, name, project, address, annotations });
      }
    }
  }

  private async createPort(request: Extract<Request, { readonly do: 'create port' }>): Promise<void> {
    this.uuids.set('virtual-machine-interface', request.id);
    this.uuids.set('instance-ip', request.addressId);
    await this.client.createPort({
      name: request.name,
      network_id: this.tenants.user.networkId,
      admin_state_up: true,
      device_owner: request.owner,
      device_id: request.machine,
      allowed_address_pairs: pairs(request.pairs),
      fixed_ips: [{ subnet_id: this.tenants.user.subnets[0]?.id }],
    });
  }

  private async sendOwn(own: OwnWrite): Promise<void> {
    switch (own.do) {
      case 'add reference':
      case 'delete reference': {
        const operation = own.do === 'add reference' ? 'ADD' : 'DELETE';
        return this.rest('POST', '/ref-update', {
          type: own.kind,
          uuid: own.id,
          'ref-type': own.to.kind,
          'ref-uuid': own.to.id,
          'ref-fq-name': null,
          operation,
          attr: null,
          ...(operation === 'ADD' && own.relaxed ? { relax_ref_for_delete: true } : {}),
        });
      }
      case 'set floating-ip':
        return this.rest('PUT', `/floating-ip/${own.id}`, {
          'floating-ip': {
            ...(own.fixedIp === undefined
              ? {}
              : { floating_ip_fixed_ip_address: own.fixedIp === '' ? null : own.fixedIp }),
            ...(own.flag === undefined ? {} : { floating_ip_is_virtual_ip: own.flag }),
          },
        });
      case 'set virtual-ip':
        return this.rest('PUT', `/virtual-ip/${own.id}`, {
          'virtual-ip': { virtual_ip_properties: { address: own.address } },
        });
      case 'set entries': {
        const field = 'annotations';
        const updates = [
          ...Object.entries(own.set).map(([key, value]) => ({
            field,
            operation: 'set',
            value: { key, value },
            position: key,
          })),
          ...own.remove.map((key) => ({ field, operation: 'delete', position: key })),
        ];
        return this.rest('POST', '/prop-collection-update', { uuid: own.id, updates });
      }
      case 'create virtual-ip':
        return this.createVirtualIp(own);
      case 'delete virtual-ip':
        return this.rest('DELETE', `/virtual-ip/${own.id}`);
    }
  }

  private createVirtualIp(made: {
    readonly uuid?: string;
    readonly name: string;
    readonly project: string;
    readonly address: string;
    readonly annotations: Readonly<Record<string, string>>;
  }): Promise<void> {
    const project = made.project === this.cast.project ? 'user' : 'stranger';
    return this.rest('POST', '/virtual-ips', {
      'virtual-ip': {
        ...(made.uuid === undefined ? {} : { uuid: made.uuid }),
        fq_name: ['default-domain', project, made.name],
        parent_type: 'project',
        virtual_ip_properties: { address: made.address },
        annotations: { key_value_pair: Object.entries(made.annotations).map(([key, value]) => ({ key, value })) },
      },
    });
  }

  private async rest(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<void> {
    await this.client.request({ method, path, ...(body === undefined ? {} : { body }) });
  }

  // As monitors do: what is read is kept in the server's object cache, which shows what has gone meanwhile.
  private async readAll(): Promise<void> {
    for (const kind of ['floating-ip', 'virtual-ip'] as const) {
      for (const id of Object.keys(this.store[kind])) {
        if (find(this.store, kind, id) === undefined) continue;
        const path = `/${kind}/${id}?exclude_back_refs=true&exclude_children=true`;
        await this.client.request({ method: 'GET', path }).catch((error: unknown) => answerOf(error));
      }
    }
  }

  private translated(json: unknown): unknown {
    const text = JSON.stringify(json)
      .replaceAll(this.tenants.user.projectId, this.cast.project)
      .replaceAll(this.tenants.user.networkId, this.cast.network)
      .replaceAll(this.tenants.stranger.projectId, this.cast.strangersProject);
    return JSON.parse(text) as unknown;
  }
}

function pairs(addresses: readonly string[]): readonly unknown[] {
  return addresses.map((address) => ({ ip_address: address }));
}

/** What is published, with the object as it is at that moment. */
type SaidNow = Said & { readonly now?: Objects[Kind] };

function withNow(store: Store, said: Said): SaidNow {
  const now = said.kind === 'virtual-machine' ? undefined : find(store, said.kind, said.id);
  return now === undefined ? said : { ...said, now };
}

// As a body tells it: relaxed marks are not shown, references that went with their target are among the others.
function told(object: Objects[Kind]): object {
  if ('relaxed' in object) return { ...object, relaxed: [] };
  return 'dead' in object ? { ...object, ports: shownPorts(object), dead: [] } : object;
}

function compare(what: string, server: string, store: string): readonly string[] {
  return server === store ? [] : [`${what}:\n  server: ${server}\n  store:  ${store}`];
}

function answerOf(error: unknown): Answer {
  if (!NeutronError.is(error)) throw error;
  if (error.exception === 'Conflict' || error.status === 409) return 'conflict';
  return error.status === 404 || error.exception?.endsWith('NotFound') === true ? 'not found' : 'bad request';
}
