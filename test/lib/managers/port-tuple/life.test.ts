import { expect } from 'chai';
import { ServiceStage } from './support/service-stage.js';

const types = ['management', 'left', 'right'];
const plain = types.map(() => ({}));

describe('a monitor that keeps port tuples', () => {
  let stage: ServiceStage;
  let networks: readonly string[];
  let template: string;
  let service: string;
  let tuple: string;

  beforeEach(async () => {
    stage = await ServiceStage.open();
    networks = await Promise.all(types.map((type) => stage.network(type)));
    template = await stage.template('fw', types);
    service = await stage.service('fw-si', template, plain);
    tuple = await stage.tuple('pt1', service);
  });

  afterEach(() => stage.close());

  const port = async (name: string, type: string, into = tuple): Promise<string> =>
    stage.port(name, networks[types.indexOf(type)] ?? '', type, into);

  describe('when interfaces come into a port tuple', () => {
    it('should give each type an address of each family, in three writes each', async () => {
      const written = await stage.written(async () => port('fw1-left', 'left'));
      expect(written).to.have.members([
        'POST /instance-ips',
        'POST /ref-update',
        'POST /ref-update',
        'POST /instance-ips',
        'POST /ref-update',
        'POST /ref-update',
      ]);
      for (const family of ['v4', 'v6']) {
        const address = stage.address(`${service}-left-${family}`);
        expect(address).to.deep.include({
          instance_ip_family: family,
          instance_ip_mode: 'active-active',
          instance_ip_secondary: true,
          service_instance_ip: true,
        });
        expect(address?.['id_perms']).to.deep.include({ user_visible: false, enable: true });
      }
      expect(stage.refs('service-instance', service, 'instance_ip_refs')).to.deep.equal([
        `${service}-left-v4`,
        `${service}-left-v6`,
      ]);
      const [reference] = stage.property('service-instance', service, 'instance_ip_refs') as readonly unknown[];
      expect(reference).to.deep.include({ attr: { interface_type: 'left' } });
    });

    it('should give the same addresses to a second port tuple, in one write each', async () => {
      await port('fw1-left', 'left');
      const other = await stage.tuple('pt2', service);
      const written = await stage.written(async () => port('fw2-left', 'left', other));
      expect(written).to.deep.equal(['POST /ref-update', 'POST /ref-update']);
    });

    it('should keep no interface from being deleted', async () => {
      const left = await port('fw1-left', 'left');
      expect(await stage.written(() => stage.delete('virtual-machine-interface', left))).to.deep.equal([]);
    });

    it('should write nothing once it is started anew', async () => {
      await port('fw1-left', 'left');
      await stage.cloud.settled();
      await stage.stopMonitor();
      const monitor = await stage.startMonitor({ userAgent: 'second' });
      expect(monitor.countWrites()).to.equal(0);
    });
  });
});
