import { expect } from 'chai';
import type { ConfigApiClient, ListOptions, ObjectPage } from '../../../lib/index.js';
import type { Kind } from '../../../lib/model/index.js';
import { failure, until } from './support/conditions.js';
import { answer, inTurn, ScriptedServer } from './support/scripted-server.js';
import { KeepingLogger, testClient, type CountingMetrics } from './support/test-client.js';

const never = new AbortController().signal;
const uuidOf = (number: number): string => `00000000-0000-0000-0000-${String(number).padStart(12, '0')}`;
const floatingIp = (number: number): Record<string, unknown> => ({
  uuid: uuidOf(number),
  fq_name: ['default-domain', 'p', 'public', 'pool', `f${number}`],
  floating_ip_address: `100.64.200.${number}`,
});
const entry = (number: number): unknown => ({ 'floating-ip': floatingIp(number) });

describe('RestConfigReader', () => {
  let server: ScriptedServer;
  let client: ConfigApiClient;
  let logger: KeepingLogger;
  let metrics: CountingMetrics;

  beforeEach(async () => {
    server = await ScriptedServer.start(answer(500, ''));
    logger = new KeepingLogger();
    ({ client, metrics } = testClient({ urls: [server.url], logger, attempts: 1 }));
  });

  afterEach(() => server.close());

  const pagesOf = async <K extends Kind>(kind: K, options: ListOptions): Promise<ObjectPage<K>[]> => {
    const pages: ObjectPage<K>[] = [];
    for await (const page of client.listDetail(kind, options, never)) pages.push(page);
    return pages;
  };
  const uuidsOf = (pages: readonly ObjectPage<'floating-ip'>[]): readonly (readonly string[])[] =>
    pages.map((page) => page.objects.map((object) => object.uuid));

  describe('.getMany', () => {
    it('should read several objects in one request, and leave out those that are not there', async () => {
      server.respond(answer(200, { 'floating-ips': [entry(1), entry(3)] }));
      const page = await client.getMany('floating-ip', [1, 2, 3].map(uuidOf), { fields: ['project_refs'] }, never);
      expect(page.objects.map(({ uuid }) => uuid)).to.deep.equal([uuidOf(1), uuidOf(3)]);
      expect(page.rejected).to.deep.equal([]);
      expect(server.paths).to.deep.equal([
        `GET /floating-ips?detail=True&fields=project_refs&obj_uuids=${[1, 2, 3].map(uuidOf).join(',')}&exclude_hrefs=True`,
      ]);
    });

    it('should put more than 25 uuids into a body', async () => {
      server.respond(answer(200, { 'floating-ips': [] }));
      await client.getMany(
        'floating-ip',
        Array.from({ length: 26 }, (_, index) => uuidOf(index)),
        {},
        never,
      );
      expect(server.paths).to.deep.equal(['POST /list-bulk-collection']);
    });

    it('should keep apart what cannot be understood', async () => {
      server.respond(answer(200, { 'floating-ips': [entry(1), { 'floating-ip': { uuid: uuidOf(2), fq_name: 7 } }] }));
      const page = await client.getMany('floating-ip', [1, 2].map(uuidOf), {}, never);
      expect(page.objects).to.have.length(1);
      expect(page.rejected.map(({ details }) => details['uuid'])).to.deep.equal([uuidOf(2)]);
    });

    it('should ask for nothing where nothing is wanted: the server would list all', async () => {
      expect(await client.getMany('floating-ip', [], {}, never)).to.deep.equal({
        objects: [],
        rejected: [],
        unchanged: [],
      });
      expect(server.paths).to.deep.equal([]);
    });
  });

  describe('.get', () => {
    it('should read properties and references, without back references and children, by default', async () => {
      server.respond(answer(200, { 'floating-ip': { ...floatingIp(1), floating_ip_fixed_ip_address: null } }));
      const object = await client.get('floating-ip', uuidOf(1), {}, never);
      expect(object.floating_ip_address).to.equal('100.64.200.1');
      expect(object.floating_ip_fixed_ip_address).to.equal(undefined);
      expect(server.paths).to.deep.equal([
        `GET /floating-ip/${uuidOf(1)}?exclude_back_refs=True&exclude_children=True&exclude_hrefs=True`,
      ]);
    });

    it('should read just the fields that are named', async () => {
      server.respond(answer(200, { 'floating-ip': floatingIp(1) }));
      await client.get('floating-ip', uuidOf(1), { fields: ['virtual_ip_back_refs', 'display_name'] }, never);
      expect(server.paths).to.deep.equal([
        `GET /floating-ip/${uuidOf(1)}?fields=virtual_ip_back_refs,display_name&exclude_hrefs=True`,
      ]);
    });

    it('should not take an empty list of fields for no list', async () => {
      server.respond(answer(200, { 'floating-ip': floatingIp(1) }));
      await client.get('floating-ip', uuidOf(1), { fields: [] }, never);
      expect(server.paths).to.deep.equal([`GET /floating-ip/${uuidOf(1)}?fields=fq_name&exclude_hrefs=True`]);
    });

    it('should read everything when told to', async () => {
      server.respond(answer(200, { 'floating-ip': floatingIp(1) }));
      await client.get('floating-ip', uuidOf(1), { everything: true }, never);
      expect(server.paths).to.deep.equal([`GET /floating-ip/${uuidOf(1)}?exclude_hrefs=True`]);
    });

    it('should reject with not-found for an object that does not exist', async () => {
      server.respond(answer(404, `Unknown id: ${uuidOf(1)}`));
      await failure(client.get('floating-ip', uuidOf(1), {}, never), 'not-found');
    });

    it('should reject with invalid-object for an object of another shape', async () => {
      server.respond(answer(200, { 'floating-ip': { uuid: uuidOf(1), fq_name: 'text' } }));
      const error = await failure(client.get('floating-ip', uuidOf(1), {}, never), 'invalid-object');
      expect(error.details).to.deep.include({ kind: 'floating-ip', uuid: uuidOf(1) });
    });

    const garbage: readonly [string, unknown][] = [
      ['an HTML page', '<!DOCTYPE html><html><body>Please log in</body></html>'],
      ['JSON that breaks off', '{"floating-ip": {"uuid": "0000'],
      ['nothing', ''],
      ['another key', { 'virtual-ip': floatingIp(1) }],
      ['a list', [floatingIp(1)]],
      ['null', 'null'],
      ['an object that is none', { 'floating-ip': 'text' }],
    ];
    for (const [what, body] of garbage) {
      it(`should reject with bad-answer if it gets ${what}`, async () => {
        server.respond(answer(200, body));
        const error = await failure(client.get('floating-ip', uuidOf(1), {}, never), 'bad-answer');
        expect(error.details).to.include({ method: 'GET', status: 200, server: server.url });
      });
    }

    it('should ask again after garbage', async () => {
      const patient = testClient({ urls: [server.url] });
      server.respond(inTurn(answer(200, '<html></html>'), answer(200, { 'floating-ip': floatingIp(1) })));
      const read = patient.client.get('floating-ip', uuidOf(1), {}, never);
      await until(() => patient.metrics.total('config_api_retries_total') === 1 && patient.clock.pending === 1);
      patient.clock.step(50);
      expect((await read).uuid).to.equal(uuidOf(1));
    });
  });

  describe('.list', () => {
    it('should hand out uuids and names', async () => {
      server.respond(answer(200, { 'floating-ips': [floatingIp(1), floatingIp(2)], marker: null }));
      expect(await client.list('floating-ip', {}, never)).to.deep.equal([
        { uuid: uuidOf(1), fqName: floatingIp(1)['fq_name'] },
        { uuid: uuidOf(2), fqName: floatingIp(2)['fq_name'] },
      ]);
      expect(server.paths).to.deep.equal(['GET /floating-ips?exclude_hrefs=True&page_limit=256&page_marker=']);
    });

    it('should send all conditions, the filters as recording 11 has them', async () => {
      server.respond(answer(200, { 'virtual-machine-interfaces': [] }));
      await client.list(
        'virtual-machine-interface',
        {
          parentUuid: uuidOf(7),
          parentFqName: ['default-domain', 'p'],
          backRefUuid: uuidOf(8),
          filters: { virtual_machine_interface_device_owner: 'Octavia' },
          pageSize: 10,
        },
        never,
      );
      expect(server.paths).to.deep.equal([
        `GET /virtual-machine-interfaces?parent_id=${uuidOf(7)}&parent_fq_name_str=default-domain%3Ap&back_ref_id=${uuidOf(8)}` +
          '&filters=virtual_machine_interface_device_owner%3D%3D%22Octavia%22&exclude_hrefs=True&page_limit=10&page_marker=',
      ]);
    });

    it('should write filters so that the server can take them apart', async () => {
      server.respond(answer(200, { 'floating-ips': [] }));
      await client.list('floating-ip', { filters: { display_name: 'a,b==c', floating_ip_is_virtual_ip: true } }, never);
      const text = new URL(server.requests[0]?.path ?? '', server.url).searchParams.get('filters') ?? '';
      const parts = text.split(',').map((part) => part.split('=='));
      expect(parts.map(([field, json]) => [field, JSON.parse(json ?? '') as unknown])).to.deep.equal([
        ['display_name', 'a,b==c'],
        ['floating_ip_is_virtual_ip', true],
      ]);
    });

    it('should refuse a filter that the server could not take apart', async () => {
      await failure(
        client.list('virtual-ip', { filters: { virtual_ip_properties: { address: 'a', admin_state: true } } }, never),
        'bug',
      );
      expect(server.requests).to.have.length(0);
    });

    it('should leave an entry out that it cannot understand, and say so', async () => {
      server.respond(answer(200, { 'floating-ips': [floatingIp(1), { uuid: uuidOf(2) }, floatingIp(3)] }));
      const list = await client.list('floating-ip', {}, never);
      expect(list.map((each) => each.uuid)).to.deep.equal([uuidOf(1), uuidOf(3)]);
      expect(logger.lines).to.deep.equal([
        {
          level: 'warn',
          message: 'an entry of a list cannot be understood and is left out',
          fields: { kind: 'floating-ip', uuid: uuidOf(2) },
        },
      ]);
      expect(metrics.counts.get('objects_rejected_total{kind=floating-ip}')).to.equal(1);
    });

    it('should not take a failed list for an empty one', async () => {
      server.respond(answer(404, 'Unknown id: x'));
      await failure(client.list('floating-ip', {}, never), 'bad-answer');
    });
  });

  describe('.count', () => {
    it('should ask for the number', async () => {
      server.respond(answer(200, { 'virtual-machine-interfaces': { count: 7 } }));
      expect(await client.count('virtual-machine-interface', {}, never)).to.equal(7);
      expect(server.paths).to.deep.equal(['GET /virtual-machine-interfaces?count=True&exclude_hrefs=True']);
    });

    it('should add up what several requests count', async () => {
      server.respond(answer(200, { 'floating-ips': { count: 2 } }));
      expect(await client.count('floating-ip', { uuids: [1, 2, 3, 4].map(uuidOf), pageSize: 2 }, never)).to.equal(4);
    });
  });

  describe('.listDetail', () => {
    it('should read page by page until the marker is null', async () => {
      server.respond(
        inTurn(
          answer(200, { 'floating-ips': [entry(1), entry(2)], marker: `default-domain:p:${uuidOf(2)}` }),
          // A page may be short, or empty, and not the last: the server leaves out what the token may not see.
          answer(200, { 'floating-ips': [], marker: uuidOf(3) }),
          answer(200, { 'floating-ips': [entry(4)], marker: null }),
        ),
      );
      const pages = await pagesOf('floating-ip', { pageSize: 2, fields: ['virtual_ip_back_refs'] });
      expect(uuidsOf(pages)).to.deep.equal([[uuidOf(1), uuidOf(2)], [], [uuidOf(4)]]);
      const prefix =
        'GET /floating-ips?detail=True&fields=virtual_ip_back_refs&exclude_hrefs=True&page_limit=2&page_marker=';
      expect(server.paths).to.deep.equal([
        prefix,
        `${prefix}default-domain%3Ap%3A${uuidOf(2)}`,
        `${prefix}${uuidOf(3)}`,
      ]);
    });

    it('should not parse what is known as it stands, and name it', async () => {
      const stateAt = (number: number, lastModified: string): unknown => ({
        'floating-ip': { ...floatingIp(number), id_perms: { last_modified: lastModified } },
      });
      server.respond(answer(200, { 'floating-ips': [stateAt(1, 'a'), stateAt(2, 'b'), entry(3)], marker: null }));
      const isKnown = (uuid: string, lastModified: string): boolean => uuid !== uuidOf(3) && lastModified === 'a';
      const [page] = await pagesOf('floating-ip', { isKnown });
      expect(page?.unchanged).to.deep.equal([uuidOf(1)]);
      expect(page?.objects.map(({ uuid }) => uuid)).to.deep.equal([uuidOf(2), uuidOf(3)]);
    });

    it('should take the whole answer of a server that does not page', async () => {
      server.respond(answer(200, { 'floating-ips': [entry(1), entry(2), entry(3)] }));
      expect(uuidsOf(await pagesOf('floating-ip', { pageSize: 1 }))).to.deep.equal([[uuidOf(1), uuidOf(2), uuidOf(3)]]);
      expect(server.requests).to.have.length(1);
    });

    it('should not ask for the next page before it is wanted', async () => {
      server.respond(answer(200, { 'floating-ips': [entry(1)], marker: uuidOf(1) }));
      for await (const page of client.listDetail('floating-ip', {}, never)) {
        expect(page.objects).to.have.length(1);
        break;
      }
      expect(server.requests).to.have.length(1);
    });

    it('should not go round for ever in pages that lead back', async () => {
      server.respond(
        inTurn(
          answer(200, { 'floating-ips': [], marker: uuidOf(1) }),
          answer(200, { 'floating-ips': [], marker: uuidOf(2) }),
          answer(200, { 'floating-ips': [], marker: uuidOf(1) }),
        ),
      );
      await failure(pagesOf('floating-ip', {}), 'bad-answer');
      expect(server.requests).to.have.length(3);
    });

    it('should set bad objects apart and keep the rest of the page', async () => {
      const bad = [{ 'floating-ip': { uuid: uuidOf(2), fq_name: [] } }, { 'virtual-ip': floatingIp(3) }, null, 'text'];
      server.respond(answer(200, { 'floating-ips': [entry(1), ...bad, entry(4)], marker: null }));
      const [page] = await pagesOf('floating-ip', {});
      expect(page?.objects.map((object) => object.uuid)).to.deep.equal([uuidOf(1), uuidOf(4)]);
      expect(page?.rejected.map((error) => [error.code, error.details['kind']])).to.deep.equal(
        bad.map(() => ['invalid-object', 'floating-ip']),
      );
      expect(page?.rejected[0]?.details['uuid']).to.equal(uuidOf(2));
    });

    it('should name up to 25 uuids in the path', async () => {
      server.respond(answer(200, { 'floating-ips': [entry(1), entry(2)] }));
      await pagesOf('floating-ip', { uuids: [uuidOf(1), uuidOf(2), uuidOf(1)] });
      expect(server.paths).to.deep.equal([
        `GET /floating-ips?detail=True&obj_uuids=${uuidOf(1)},${uuidOf(2)}&exclude_hrefs=True`,
      ]);
    });

    it('should send more uuids in bodies, a page size in each', async () => {
      const uuids = Array.from({ length: 70 }, (_, number) => uuidOf(number));
      server.respond((request, response) => {
        const numbers = request.method === 'POST' ? [1, 2] : [3];
        answer(200, { 'floating-ips': numbers.map(entry) })(request, response);
      });
      const pages = await pagesOf('floating-ip', { uuids, pageSize: 30, fields: ['virtual_ip_back_refs'] });
      expect(uuidsOf(pages)).to.deep.equal([[uuidOf(1), uuidOf(2)], [uuidOf(1), uuidOf(2)], [uuidOf(3)]]);
      expect(server.bodies.slice(0, 2)).to.deep.equal(
        [uuids.slice(0, 30), uuids.slice(30, 60)].map((chunk) => ({
          type: 'floating-ip',
          fields: 'virtual_ip_back_refs',
          obj_uuids: chunk.join(','),
          detail: true,
          exclude_hrefs: true,
        })),
      );
      expect(server.paths.slice(0, 2)).to.deep.equal(['POST /list-bulk-collection', 'POST /list-bulk-collection']);
      expect(server.paths[2]).to.contain(`obj_uuids=${uuids.slice(60).join(',')}`);
    });

    it('should ask nothing for no uuids', async () => {
      expect(await pagesOf('floating-ip', { uuids: [] })).to.deep.equal([]);
      expect(server.requests).to.have.length(0);
    });
  });

  describe('.fqNameToUuid', () => {
    it('should find the uuid', async () => {
      server.respond(answer(200, { uuid: uuidOf(1) }));
      expect(await client.fqNameToUuid('virtual-ip', ['a', 'b'], never)).to.equal(uuidOf(1));
      expect(server.bodies).to.deep.equal([{ type: 'virtual-ip', fq_name: ['a', 'b'] }]);
    });

    it('should find nothing for a name that is not taken', async () => {
      server.respond(answer(404, "Name ['a', 'b'] not found"));
      expect(await client.fqNameToUuid('virtual-ip', ['a', 'b'], never)).to.equal(undefined);
    });

    it('should not take an unknown path for a name that is not taken', async () => {
      server.respond(answer(404, "Not found: '/fqname-to-id'"));
      await failure(client.fqNameToUuid('virtual-ip', ['a', 'b'], never), 'bad-answer');
    });
  });

  describe('.uuidToFqName', () => {
    it('should find name and kind', async () => {
      server.respond(answer(200, { fq_name: ['a', 'b'], type: 'service-instance' }));
      expect(await client.uuidToFqName(uuidOf(1), never)).to.deep.equal({
        fqName: ['a', 'b'],
        kind: 'service-instance',
      });
      expect(server.bodies).to.deep.equal([{ uuid: uuidOf(1) }]);
    });

    it('should find nothing for a uuid that is not taken', async () => {
      server.respond(answer(404, `UUID ${uuidOf(1)} not found`));
      expect(await client.uuidToFqName(uuidOf(1), never)).to.equal(undefined);
    });
  });
});
