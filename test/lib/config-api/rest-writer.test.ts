import { expect } from 'chai';
import type { ConfigApiClient } from '../../../lib/index.js';
import { failure, until } from './support/conditions.js';
import { answer, inTurn, reset, ScriptedServer } from './support/scripted-server.js';
import { testClient } from './support/test-client.js';

const never = new AbortController().signal;
const vip = '7deba98b-0e6f-440a-a046-e05aa5df41c3';
const port = '6af1f0cc-3b4d-4382-8403-a843acf0f165';

describe('RestConfigWriter', () => {
  let server: ScriptedServer;
  let client: ConfigApiClient;

  beforeEach(async () => {
    server = await ScriptedServer.start(answer(500, ''));
    ({ client } = testClient({ urls: [server.url] }));
  });

  afterEach(() => server.close());

  describe('.create', () => {
    const object = {
      fqName: ['default-domain', 'rec65161', 'octavia-lb-1'],
      parentKind: 'project',
      properties: { virtual_ip_properties: { address: '10.107.0.3' } },
    };

    it('should send name, parent and properties, and hand out the uuid (recording 08)', async () => {
      server.respond(
        answer(200, { 'virtual-ip': { name: 'octavia-lb-1', fq_name: object.fqName, uuid: vip, href: 'http://x' } }),
      );
      expect(await client.create('virtual-ip', object, never)).to.equal(vip);
      expect(server.paths).to.deep.equal(['POST /virtual-ips']);
      expect(server.bodies).to.deep.equal([
        {
          'virtual-ip': {
            fq_name: object.fqName,
            parent_type: 'project',
            virtual_ip_properties: { address: '10.107.0.3' },
          },
        },
      ]);
    });

    it('should name no parent below the root', async () => {
      server.respond(answer(200, { 'virtual-machine': { uuid: vip } }));
      await client.create('virtual-machine', { fqName: ['lb-1'], parentKind: 'config-root', properties: {} }, never);
      expect(server.bodies).to.deep.equal([{ 'virtual-machine': { fq_name: ['lb-1'] } }]);
    });

    it('should tell who has the name', async () => {
      server.respond(
        answer(409, `['default-domain',\n 'rec65161',\n 'octavia-lb-1'] already exists with uuid: ${vip}`),
      );
      const error = await failure(client.create('virtual-ip', object, never), 'conflict');
      expect(error.details).to.include({ existingUuid: vip });
    });

    for (const [what, script, code] of [
      ['the connection breaks', reset, 'unavailable'],
      ['the server fails', answer(503, ''), 'unavailable'],
      ['the answer is garbage', answer(200, '<html></html>'), 'bad-answer'],
      ['the answer has no uuid', answer(200, { 'virtual-ip': {} }), 'bad-answer'],
    ] as const) {
      it(`should not be sent again when ${what}: it may have happened`, async () => {
        server.respond(script);
        await failure(client.create('virtual-ip', object, never), code);
        expect(server.requests).to.have.length(1);
      });
    }

    it('should refuse references', async () => {
      const properties = { virtual_machine_interface_refs: [] };
      await failure(client.create('virtual-ip', { ...object, properties }, never), 'bug');
      expect(server.requests).to.have.length(0);
    });
  });

  describe('.updateProperties', () => {
    it('should send just the properties that are named, nulls too', async () => {
      server.respond(answer(200, { 'floating-ip': { uuid: vip, href: 'http://x' } }));
      const properties = { floating_ip_is_virtual_ip: true, floating_ip_fixed_ip_address: null };
      await client.updateProperties({ kind: 'floating-ip', uuid: vip, properties }, never);
      expect(server.paths).to.deep.equal([`PUT /floating-ip/${vip}`]);
      expect(server.bodies).to.deep.equal([{ 'floating-ip': properties }]);
    });

    it('should refuse a list of references: it would undo what others wrote', async () => {
      const properties = { display_name: 'x', virtual_machine_interface_refs: [{ to: ['a'] }] };
      const error = await failure(
        client.updateProperties({ kind: 'floating-ip', uuid: vip, properties }, never),
        'bug',
      );
      expect(error.details).to.deep.equal({ kind: 'floating-ip', references: ['virtual_machine_interface_refs'] });
      expect(server.requests).to.have.length(0);
    });

    it('should not take the page of some proxy for success', async () => {
      server.respond(answer(200, '<html>Please log in</html>'));
      await failure(client.updateProperties({ kind: 'floating-ip', uuid: vip, properties: {} }, never), 'bad-answer');
    });
  });

  describe('.delete', () => {
    it('should be content with an empty answer (recording 09)', async () => {
      server.respond(answer(200, ''));
      await client.delete('virtual-ip', vip, never);
      expect(server.paths).to.deep.equal([`DELETE /virtual-ip/${vip}`]);
    });

    it('should tell who refers to the object (recording 08)', async () => {
      server.respond(answer(409, `Delete when resource still referred: ['http://api-server:8082/virtual-ip/${vip}']`));
      const error = await failure(client.delete('virtual-machine-interface', port, never), 'conflict');
      expect(error.details['referrers']).to.deep.equal([{ kind: 'virtual-ip', uuid: vip }]);
    });

    it('should not take the page of some proxy for success', async () => {
      server.respond(answer(200, '<html>Please log in</html>'));
      await failure(client.delete('virtual-ip', vip, never), 'bad-answer');
    });
  });

  describe('.updateReference', () => {
    const update = { kind: 'virtual-ip', uuid: vip, refKind: 'virtual-machine-interface', refUuid: port } as const;
    const body = {
      type: 'virtual-ip',
      uuid: vip,
      'ref-type': 'virtual-machine-interface',
      'ref-uuid': port,
      'ref-fq-name': null,
      attr: null,
    };

    it('should relax each reference that it adds (recording 16)', async () => {
      server.respond(answer(200, { uuid: vip }));
      await client.updateReference({ ...update, operation: 'ADD' }, never);
      expect(server.paths).to.deep.equal(['POST /ref-update']);
      expect(server.bodies).to.deep.equal([{ ...body, operation: 'ADD', relax_ref_for_delete: true }]);
    });

    it('should remove one (recording 08)', async () => {
      server.respond(answer(200, { uuid: vip }));
      await client.updateReference({ ...update, operation: 'DELETE' }, never);
      expect(server.bodies).to.deep.equal([{ ...body, operation: 'DELETE' }]);
    });

    it('should reject with not-found if either end is gone', async () => {
      server.respond(answer(404, `Unknown id: ${vip}`));
      await failure(client.updateReference({ ...update, operation: 'ADD' }, never), 'not-found');
      await failure(client.updateReference({ ...update, operation: 'DELETE' }, never), 'not-found');
    });

    it('should be sent again, with a fresh request id, when the connection breaks', async () => {
      const patient = testClient({ urls: [server.url] });
      server.respond(inTurn(reset, answer(200, { uuid: vip })));
      const written = patient.client.updateReference({ ...update, operation: 'ADD' }, never);
      await until(() => patient.metrics.total('config_api_retries_total') === 1 && patient.clock.pending === 1);
      patient.clock.step(50);
      await written;
      const ids = server.requests.map((request) => request.headers['x-request-id']);
      expect(new Set(ids)).to.have.property('size', 2);
    });
  });

  describe('.relaxReference', () => {
    it('should relax a reference that exists (recording 16)', async () => {
      server.respond(answer(200, { uuid: vip }));
      await client.relaxReference(vip, port, never);
      expect(server.paths).to.deep.equal(['POST /ref-relax-for-delete']);
      expect(server.bodies).to.deep.equal([{ uuid: vip, 'ref-uuid': port }]);
    });
  });

  describe('.updateMap', () => {
    it('should set and remove entries (recording 11)', async () => {
      server.respond(answer(200, ''));
      const updates = [
        { operation: 'set', key: 'a', value: '1' },
        { operation: 'delete', key: 'b' },
      ] as const;
      await client.updateMap({ kind: 'virtual-ip', uuid: vip, field: 'annotations', updates }, never);
      expect(server.paths).to.deep.equal(['POST /prop-collection-update']);
      expect(server.bodies).to.deep.equal([
        {
          uuid: vip,
          updates: [
            { field: 'annotations', operation: 'set', value: { key: 'a', value: '1' }, position: 'a' },
            { field: 'annotations', operation: 'delete', position: 'b' },
          ],
        },
      ]);
    });

    it('should write nothing where there is nothing to write', async () => {
      await client.updateMap({ kind: 'virtual-ip', uuid: vip, field: 'annotations', updates: [] }, never);
      expect(server.requests).to.have.length(0);
    });
  });
});
