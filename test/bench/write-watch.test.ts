import { expect } from 'chai';
import { WriteWatch } from '../../bench/world/services/write-watch.js';
import { createTenant, EmbeddedOpenSdn, NeutronClient, NeutronError, type Tenant } from '../../fixtures/index.js';

describe('The watch on writes of the bench', () => {
  const kind = 'virtual-machine-interface';
  let server: EmbeddedOpenSdn;
  let tenant: Tenant;
  let watch: WriteWatch;

  beforeEach(async () => {
    server = new EmbeddedOpenSdn();
    await server.start();
    tenant = await createTenant(server.url, { name: 'shop' });
    watch = new WriteWatch(server, 'measured');
  });

  afterEach(() => server.stop());

  async function send(method: 'POST' | 'PUT' | 'DELETE', path: string, body: object = {}): Promise<void> {
    const client = new NeutronClient({ url: server.url, projectId: tenant.projectId, userAgent: 'measured' });
    try {
      await client.request({ method, path, body: { ...body } });
    } catch (error) {
      if (!NeutronError.is(error)) throw error;
    }
  }

  describe('when each write is sent twice', () => {
    it('should call the first one useful, and the second one not', async () => {
      const port = {
        fq_name: ['default-domain', 'shop', 'port'],
        parent_type: 'project',
        virtual_network_refs: [{ to: ['default-domain', 'shop', 'tenant'] }],
      };
      const twice = async (...write: Parameters<typeof send>): Promise<void> => {
        await send(...write);
        await send(...write);
      };
      await twice('POST', `/${kind}s`, { [kind]: port });
      const id = String(server.list(kind)[0]?.['uuid']);
      await twice('PUT', `/${kind}/${id}`, { [kind]: { display_name: 'other' } });
      await twice('POST', '/chown', { uuid: id, owner: tenant.projectId });
      await twice('DELETE', `/${kind}/${id}`);
      const writes = watch.take();
      expect(writes.map(({ status }) => status)).to.deep.equal([200, 409, 200, 200, 200, 200, 200, 404]);
      expect(writes.map(({ isUseful }) => isUseful)).to.deep.equal([1, 0, 1, 0, 1, 0, 1, 0].map(Boolean));
      expect(writes[0]?.created).to.equal(id);
    });
  });
});
