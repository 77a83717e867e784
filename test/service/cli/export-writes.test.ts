import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import {
  createTenant,
  differences,
  EmbeddedOpenSdn,
  expectedState,
  FaultEngine,
  httpEvents,
  loadExport,
  NetworkUser,
  Nova,
  observedState,
  Octavia,
  RecordingReplay,
  seedExport,
  type Export,
  type HttpEvent,
  type LoadBalancer,
  type LoggedRequest,
  type Recording,
  type Tenant,
  type UserFloatingIp,
} from '../../../fixtures/index.js';
import { Command } from '../../support/command.js';
import { eventually } from '../../support/eventually.js';

/** Names that say who somebody is, and would do something in a terminal, in a page, or to who takes texts apart. */
const hostileName = `hush-tenant <img src=x onerror="x()"> "uuid" &amp; \\u001b[2J ${'é'.repeat(40)}`;
const token = 'f00d-is-the-token';
const hostileAnswer = `hush: http://hush-host/virtual-ip of somebody with X-Auth-Token: ${token}`;

/** A tenant with everybody who works for him. */
interface Tenancy {
  readonly tenant: Tenant;
  readonly octavia: Octavia;
  readonly user: NetworkUser;
  readonly loadBalancer: LoadBalancer;
  readonly floatingIp: UserFloatingIp;
}

const writesIn = (recording: Recording): readonly HttpEvent[] =>
  httpEvents(recording).filter(({ http }) => http.method !== 'GET');
const marksIn = ({ events }: Recording): readonly string[] =>
  events.flatMap((event) => ('mark' in event ? [event.mark] : []));

/** What server and recording both have of a write. */
function asLogged(write: LoggedRequest | HttpEvent): unknown {
  if ('http' in write) {
    const { method, path, status, request } = write.http;
    return { method, path, status, requestId: write.request_id, body: request ?? undefined };
  }
  const { method, path, status, requestId, body } = write;
  return { method, path, status, requestId, body };
}

const isOf = (value: unknown, fields: Readonly<Record<string, string>>): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(fields).every(([name, text]) => text === field(value, name));
const field = (value: object, name: string): unknown => (value as Readonly<Record<string, unknown>>)[name];
const uuidOf = (value: unknown): unknown => field(value as object, 'uuid');

const objectSchema = z.looseObject({
  uuid: z.string(),
  virtual_machine_interface_refs: z.array(z.looseObject({ uuid: z.string() })).default([]),
  floating_ip_fixed_ip_address: z.string().optional(),
  floating_ip_is_virtual_ip: z.boolean().optional(),
  annotations: z.object({ key_value_pair: z.array(z.object({ key: z.string(), value: z.string() })) }).optional(),
});

/** What the service writes of an object. */
function stateOf(body: unknown, kind: string): unknown {
  const object = objectSchema.parse(field(body as object, kind));
  const { uuid, floating_ip_fixed_ip_address: fixedIp, floating_ip_is_virtual_ip: flag, annotations } = object;
  const refs = object.virtual_machine_interface_refs.map((reference) => reference.uuid).sort();
  const record = (annotations?.key_value_pair ?? []).map(({ key, value }) => `${key}=${value}`).sort();
  return { uuid, fixedIp, flag, refs, record };
}

describe('opensdn-svc-monitor export, beside a running service', () => {
  let server: EmbeddedOpenSdn;
  let service: Command;
  let serviceUrl: string;
  let shop: Tenancy;
  let giant: Tenancy;
  let folder: string;

  const moveIn = async (name: string, network: number): Promise<Tenancy> => {
    const { url } = server;
    const [cidrs, externalCidr] = [[`10.${network}.0.0/24`], `100.64.${network}.0/24`];
    const tenant = await createTenant(url, { name, cidrs, externalCidr });
    const octavia = new Octavia({ url, tenant, nova: new Nova({ url, tenant }), delay: () => Promise.resolve() });
    const user = new NetworkUser({ url, tenant });
    const loadBalancer = await octavia.createLoadBalancer().run();
    const floatingIp = await user.createFloatingIp().run();
    await user.associate(floatingIp, loadBalancer).run();
    return { tenant, octavia, user, loadBalancer, floatingIp };
  };
  const isRight = (...tenancies: readonly Tenancy[]): Promise<void> =>
    eventually('all is right', () => {
      const loadBalancers = tenancies.flatMap(({ octavia }) => octavia.loadBalancers);
      const floatingIps = tenancies.flatMap(({ user }) => user.floatingIps);
      return differences(expectedState({ loadBalancers, floatingIps }), observedState(server)).length === 0;
    });
  const exportTo = async (
    { about, from = serviceUrl }: { readonly about: Tenancy; readonly from?: string },
    ...flags: readonly string[]
  ): Promise<Export & { readonly text: string; readonly remarks: readonly string[] }> => {
    const path = join(folder, `${about.tenant.projectId}${flags.join('')}.json`);
    const own = ['--url', from, '--set', `config_api.urls=${server.url}`];
    const args = ['export', about.floatingIp.address, '--output', path, ...flags, ...own];
    const { code, stderr } = await new Command(args).ended;
    expect(code, stderr).to.equal(0);
    return { ...(await loadExport(path)), text: await readFile(path, 'utf8'), remarks: stderr.trim().split('\n') };
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'svc-monitor-export-'));
    server = new EmbeddedOpenSdn();
    await server.start();
    const login = ['auth.mode=token', `auth.token=${token}`];
    const own = ['source=watch', 'http.port=0', `config_api.urls=${server.url}`, ...login];
    const settings = own.flatMap((one) => ['--set', one]);
    service = new Command(['run', ...settings]);
    serviceUrl = await service.field('status endpoint listens', 'url');
    await eventually('it is ready', async () => (await fetch(`${serviceUrl}/readyz`)).status === 200);
    shop = await moveIn(hostileName, 11);
    await isRight(shop);
    giant = await moveIn('x'.repeat(5_000), 12);
    await isRight(shop, giant);
    const faults = new FaultEngine(server);
    const match = { operation: 'ref-update', kind: 'floating-ip', uuid: shop.floatingIp.id };
    faults.add({ on: 'request', match, count: 1, fault: { kind: 'error', status: 500, body: hostileAnswer } });
    faults.add({ on: 'request', match, count: 1, fault: { kind: 'reset' } });
    for (const { octavia, loadBalancer } of [shop, giant]) {
      const [amphora] = loadBalancer.amphorae;
      if (amphora === undefined) throw new Error('there is no amphora');
      const failover = octavia.failoverAmphora(loadBalancer, amphora);
      while ((await failover.step()) !== undefined) await isRight(shop, giant);
    }
  });

  after(async () => {
    service.signal('SIGKILL');
    await service.ended;
    await server.stop();
    await rm(folder, { recursive: true });
  });

  /** What the service has written, as the server has seen it, that has to do with somebody. */
  const writesFor = ({ tenant, loadBalancer, floatingIp }: Tenancy): readonly LoggedRequest[] => {
    const own = server.list('virtual-ip').filter(({ parent_uuid: parent }) => parent === tenant.projectId);
    const names = [loadBalancer.id, floatingIp.id, ...own.map(({ uuid }) => String(uuid))];
    return server.requests
      .find({ access: 'write' })
      .filter(({ requestId }) => requestId.startsWith('req-svc-monitor-'))
      .filter(({ path, body }) => names.some((name) => `${path} ${JSON.stringify(body)}`.includes(name)));
  };

  it('should have every write that the server has seen, by its id, and those that were not answered well', async () => {
    const { recording, text } = await exportTo({ about: shop });
    expect(text).not.to.include(token);
    expect(await (await fetch(`${serviceUrl}/status/writes?limit=500`)).text()).not.to.include(token);
    const seen = writesFor(shop);
    const answered = seen.filter(({ status }) => status !== 0);
    expect(answered.length).to.be.greaterThan(15);
    expect(seen.length - answered.length).to.equal(1);
    expect(writesIn(recording).map(asLogged)).to.have.deep.members(answered.map(asLogged));
    const failed = writesIn(recording).filter(({ http }) => http.status !== 200);
    expect(failed.map(({ http }) => [http.status, http.response])).to.deep.equal([
      [500, hostileAnswer.replace(token, '***')],
    ]);
    const [lost] = marksIn(recording).filter((mark) => mark.includes('not at all'));
    expect(lost)
      .to.contain(seen.find(({ status }) => status === 0)?.requestId)
      .and.to.contain('unavailable');
    const isRead = httpEvents(recording).map(({ http }) => http.method === 'GET');
    expect(isRead.indexOf(true)).to.equal(writesIn(recording).length);
    // One among the writes, by its time.
    const wired = recording.events.findIndex((event) => 'mark' in event && event.mark.includes('was associated'));
    expect(wired)
      .to.be.greaterThan(0)
      .and.to.be.lessThan(recording.events.length - 1);
    expect(recording.events.slice(wired + 1).some((event) => 'http' in event && event.http.method !== 'GET')).to.equal(
      true,
    );
  });

  for (const flags of [[], ['--anonymise']]) {
    it(`should be played, to the state that was read (${flags.join('') || 'as it is'})`, async () => {
      const { recording, vips } = await exportTo({ about: shop }, ...flags);
      expect(vips).to.have.length(1);
      const player = new EmbeddedOpenSdn();
      await player.start();
      try {
        const told: unknown[] = [];
        for await (const { event, recorded, actual, actualNotifications } of new RecordingReplay({
          recording,
          server: player,
        })) {
          if (recorded.status === 200) expect(actual.status, event.http.path).to.equal(200);
          if (event.http.method !== 'GET') {
            for (const message of actualNotifications) expect(message['request-id']).to.equal(event.request_id);
            told.push(...actualNotifications);
          }
          const [kind] = /(floating|virtual)-ip(?=\/)/.exec(event.http.path) ?? [];
          if (event.http.method === 'GET' && kind !== undefined) {
            expect(stateOf(actual.body, kind)).to.deep.equal(stateOf(recorded.body, kind));
          }
        }
        expect(told.length).to.be.greaterThan(15);
      } finally {
        await player.stop();
      }
      const seeded = new EmbeddedOpenSdn();
      seedExport(seeded, { recording });
      for (const { http } of httpEvents(recording).filter((event) => event.http.path.startsWith('/floating-ip/'))) {
        if (http.method !== 'GET') continue;
        const there = { 'floating-ip': seeded.read('floating-ip', http.path.slice('/floating-ip/'.length)) };
        expect(stateOf(there, 'floating-ip')).to.deep.equal(stateOf(http.response, 'floating-ip'));
      }
    });
  }

  it('should name nobody when anonymised, with the same names for the same in writes and reads', async () => {
    const { recording, text } = await exportTo({ about: shop }, '--anonymise');
    const plain = await exportTo({ about: shop });
    expect(writesIn(recording)).to.have.length(writesIn(plain.recording).length);
    const { tenant, loadBalancer, floatingIp } = shop;
    const words = [
      ...['hush', 'img', 'onerror', 'é', tenant.projectId, tenant.projectId.replaceAll('-', ''), tenant.networkId],
      ...[loadBalancer.id, loadBalancer.vipPortId, floatingIp.id, floatingIp.address, '10.11.0.', 'was associated'],
      ...loadBalancer.amphorae.map(({ portId }) => portId),
      ...writesFor(shop).map(({ requestId }) => requestId.slice('req-svc-monitor-'.length)),
    ];
    for (const word of words) {
      expect(text, word).not.to.include(word);
      // Of each there was something to hide.
      if (word !== 'was associated') expect(plain.text, word).to.include(JSON.stringify(word).slice(1, -1));
    }
    const shown = (kind: string): readonly string[] =>
      httpEvents(recording).flatMap(({ http: { method, path } }) =>
        method === 'GET' && path.startsWith(`/${kind}/`) ? [path.slice(kind.length + 2)] : [],
      );
    const written = writesIn(recording).map(({ http }) => http);
    const toFloatingIps = written.filter(({ request }) => isOf(request, { type: 'floating-ip' }));
    expect(toFloatingIps.length).to.be.greaterThan(3);
    for (const { request } of toFloatingIps) expect(shown('floating-ip')).to.include(uuidOf(request));
    const created = written.filter(({ path }) => path === '/virtual-ips');
    expect(created.map(({ response }) => response)).to.deep.equal(
      shown('virtual-ip').map((uuid) => ({ 'virtual-ip': { uuid } })),
    );
    expect(written.filter(({ status }) => status !== 200).map(({ response }) => response)).to.deep.equal(['']);
  });

  it('should leave out what is too long, say so, and be played all the same', async () => {
    const anonymous = await exportTo({ about: giant }, '--anonymise');
    expect(anonymous.text).not.to.include('xxxx');
    for (const { recording } of [await exportTo({ about: giant }), anonymous]) {
      const [leftOut, ...others] = marksIn(recording).filter((mark) => mark.includes('is left out'));
      expect(others).to.deep.equal([]);
      expect(leftOut).to.match(
        /POST by request req-svc-monitor-[0-9a-f-]{36}, answered 200: .* it has 5\d{3} characters$/,
      );
      expect(writesIn(recording).length).to.be.greaterThan(10);
      expect(writesIn(recording).filter(({ http }) => http.path === '/virtual-ips')).to.deep.equal([]);
      const player = new EmbeddedOpenSdn();
      await player.start();
      try {
        for await (const { actual, event } of new RecordingReplay({ recording, server: player })) {
          expect(actual.status, event.http.path).to.equal(200);
        }
      } finally {
        await player.stop();
      }
    }
  });

  describe('when what is asked is no service of this version', () => {
    let other: Server;
    let answer: (response: ServerResponse) => void;
    const json = (value: unknown) => (response: ServerResponse) => response.end(JSON.stringify(value));

    beforeEach(async () => {
      other = createServer((request, response) => {
        if (request.url?.startsWith('/status/writes?') === true) answer(response);
        else response.writeHead(404).end();
      }).listen(0, '127.0.0.1');
      await once(other, 'listening');
    });

    afterEach(() => other.close());

    const exported = async (...flags: readonly string[]): Promise<Awaited<ReturnType<typeof exportTo>>> =>
      exportTo({ about: shop, from: `http://127.0.0.1:${(other.address() as AddressInfo).port}` }, ...flags);

    it('should have the objects alone with one that knows of no writes, as where nobody answers', async () => {
      answer = (response) => response.writeHead(404).end();
      const old = await exported();
      expect(old.remarks).to.have.length(1);
      const none = await exportTo({ about: shop, from: 'http://127.0.0.1:1' });
      expect(none.remarks[0]).to.contain('what a running service remembers is left out: http://127.0.0.1:1/status');
      for (const { recording } of [old, none]) expect(httpEvents(recording)).to.have.length(recording.events.length);
      expect(old.recording).to.deep.equal(none.recording);
    });

    it('should say that an answer makes no sense', async () => {
      answer = json({ writes: 'hush' });
      const { remarks } = await exported();
      expect(remarks[0]).to.match(/left out: .*\/status\/writes does not answer as/);
    });

    it('should take of what is told only what has the form of a write, and show nothing of it when anonymised', async () => {
      const uuid = shop.floatingIp.id;
      const pair = { key: 'hush', value: 'hush' };
      const object = { fq_name: ['default-domain', 'hush-a', 'hush-b'], display_name: 'hush-c', unheard_of: 'hush-d' };
      const common = { at: new Date(0).toISOString(), requestId: 'hush-1', status: 200, outcome: 'ok', tookMs: 1 };
      const reference = { type: 'floating-ip', uuid, 'ref-type': 'project', 'ref-uuid': uuid, 'ref-fq-name': null };
      const updates = [{ field: 'annotations', operation: 'set', value: pair, position: 'hush' }];
      const told: readonly object[] = [
        {
          method: 'POST',
          path: '/virtual-ips',
          object: uuid,
          body: { 'virtual-ip': { ...object, annotations: { key_value_pair: [pair] } } },
        },
        { method: 'PUT', path: `/floating-ip/${uuid}`, body: { 'floating-ip': object } },
        { method: 'POST', path: '/prop-collection-update', body: { uuid, updates } },
        { method: 'POST', path: '/ref-update', body: { ...reference, operation: 'ADD', attr: 'hush' } },
        { method: 'POST', path: '/ref-update', body: { ...reference, operation: 'hush', attr: null } },
        { method: 'POST', path: '/virtual-ips', body: { 'virtual-ip': object } },
        { method: 'POST', path: '/neutron/hush', body: { uuid } },
        { method: 'PUT', path: `/hush/${uuid}`, body: { hush: object } },
        { method: 'DELETE', path: `/floating-ip/${uuid}/hush` },
        { method: 'PUT', path: `/floating-ip/${uuid}`, body: 'hush', status: 500, answer: 'hush' },
        { method: 'DELETE', path: `/floating-ip/${uuid}`, status: 409, answer: 'hush' },
      ];
      answer = json({ writes: told.map((write, number) => ({ number, ...common, ...write })) });
      const plain = await exported();
      expect(plain.text).to.include('hush-c').and.not.to.include('hush-d');
      const { recording, text } = await exported('--anonymise');
      expect(text).not.to.include('hush');
      expect(writesIn(recording).map(({ http }) => [http.method, http.path.split('/')[1], http.status])).to.deep.equal([
        ['POST', 'virtual-ips', 200],
        ['PUT', 'floating-ip', 200],
        ['POST', 'prop-collection-update', 200],
        ['DELETE', 'floating-ip', 409],
      ]);
      expect(marksIn(recording).map((mark) => mark.replace(/^.* request name-\d+, /, ''))).to.deep.equal([
        ...Array.from({ length: 6 }, () => 'answered 200: what was sent is left out, it has no form that is known'),
        'answered 500: what was sent is left out, it has no form that is known',
      ]);
    });
  });
});
