import { expect } from 'chai';
import { ManualClock } from '../../../../../lib/base/clock/index.js';
import { ObjectCache } from '../../../../../lib/cache/index.js';
import {
  mostMembers,
  observeLoadbalancer,
  viewKeys,
  viewTouches,
  type LoadbalancerView,
} from '../../../../../lib/managers/loadbalancer/index.js';
import { parseObject, toEntity, type EntityOf, type Kind } from '../../../../../lib/model/index.js';
import { uuidOf } from '../../../../support/change-messages.js';

type Fields = Readonly<Record<string, unknown>>;

const project = uuidOf(1);
const [loadbalancer, port, network, address] = [uuidOf(2), uuidOf(3), uuidOf(4), uuidOf(5)];
const [listener, pool, virtualIp] = [uuidOf(6), uuidOf(7), uuidOf(8)];

function refTo(uuid: string): Fields {
  return { uuid, to: ['d', 'p', uuid] };
}

/** A cache that holds objects as the config API shows them. */
class Shelf {
  public readonly cache = new ObjectCache(new ManualClock());

  public put<K extends Kind>(kind: K, uuid: string, fields: Fields, parent: readonly [string, string]): EntityOf<K> {
    const [parentType, parentUuid] = parent;
    const raw = {
      uuid,
      fq_name: ['d', 'p', uuid],
      parent_type: parentType,
      parent_uuid: parentUuid,
      id_perms: { created: '2026-11-28T10:00:00' },
      ...fields,
    };
    const entity = toEntity(kind, parseObject(kind, raw));
    this.cache.put(kind, entity);
    return entity;
  }

  public putOf<K extends Kind>(kind: K, uuid: string, fields: Fields): EntityOf<K> {
    return this.put(kind, uuid, fields, ['project', project]);
  }

  public member(uuid: string, fields: Fields = {}, created = '2026-11-28T10:00:00'): EntityOf<'loadbalancer-member'> {
    const more = { id_perms: { created }, ...fields };
    return this.put('loadbalancer-member', uuid, more, ['loadbalancer-pool', pool]);
  }

  public whole(): this {
    this.putOf('virtual-network', network, {});
    this.putOf('virtual-machine-interface', port, {
      virtual_machine_interface_device_owner: 'K8S:LOADBALANCER',
      virtual_network_refs: [refTo(network)],
    });
    this.put(
      'instance-ip',
      address,
      { instance_ip_address: '10.0.0.5', virtual_machine_interface_refs: [refTo(port)] },
      ['config-root', uuidOf(0)],
    );
    this.putOf('loadbalancer', loadbalancer, {
      loadbalancer_properties: { vip_address: '10.0.0.5' },
      virtual_machine_interface_refs: [refTo(port)],
    });
    this.putOf('loadbalancer-listener', listener, {
      loadbalancer_refs: [refTo(loadbalancer)],
      loadbalancer_listener_properties: { protocol: 'HTTP', protocol_port: '80', admin_state: false },
    });
    this.putOf('loadbalancer-pool', pool, { loadbalancer_listener_refs: [refTo(listener)] });
    return this;
  }

  public view(uuid = loadbalancer): LoadbalancerView | undefined {
    return observeLoadbalancer(uuid, this.cache);
  }
}

describe('the view of a load balancer', () => {
  describe('when all of it is there', () => {
    it('should show what hangs on it, whoever serves it', () => {
      const view = new Shelf().whole().view();
      expect(view).to.deep.include({ version: 'v2', project, vipAddress: '10.0.0.5', cut: [] });
      expect(view?.provider).to.deep.equal({ name: 'opencontrail' });
      expect(view?.vip).to.deep.include({ uuid: port, owner: 'K8S:LOADBALANCER' });
      expect(view?.vip?.addresses.map((one) => one.address)).to.deep.equal(['10.0.0.5']);
    });

    it('should take a port that is written as text for the number (recording svc-monitor/56), and what is unset for up', () => {
      const [shown] = new Shelf().whole().view()?.listeners ?? [];
      expect([shown?.port, shown?.isUp]).to.deep.equal([80, false]);
      expect(shown?.pools.map(({ uuid, isUp }) => ({ uuid, isUp }))).to.deep.equal([{ uuid: pool, isUp: true }]);
    });
  });

  describe('when members come in any order', () => {
    it('should have them in the order in which they were made, those of one moment by uuid', () => {
      const shelf = new Shelf().whole();
      shelf.member(uuidOf(0x31), {}, '2026-11-28T10:00:02');
      shelf.member(uuidOf(0x33), {}, '2026-11-28T10:00:01');
      shelf.member(uuidOf(0x32), {}, '2026-11-28T10:00:01');
      const members = shelf.view()?.listeners[0]?.pools[0]?.members ?? [];
      expect(members.map(({ uuid }) => uuid)).to.deep.equal([uuidOf(0x32), uuidOf(0x33), uuidOf(0x31)]);
    });
  });

  describe('when a tenant makes more than anybody needs', () => {
    it('should look at the first, and say so', () => {
      const shelf = new Shelf().whole();
      for (let at = 0; at <= mostMembers; at += 1) shelf.member(uuidOf(0x10_0000 + at));
      expect(shelf.view()?.listeners[0]?.pools[0]?.members).to.have.length(mostMembers);
      expect(shelf.view()?.cut).to.deep.equal([`members of a pool: only ${mostMembers}`]);
    });
  });

  describe('when a pool has virtual-ips and no listener', () => {
    const ofPool = {
      virtual_ip_properties: {
        address: '10.0.0.6',
        protocol: 'HTTP',
        protocol_port: 80,
        persistence_type: 'SOURCE_IP',
      },
      loadbalancer_pool_refs: [refTo(pool)],
    };
    const newShelf = (more: Fields = {}): Shelf => {
      const shelf = new Shelf();
      shelf.putOf('loadbalancer-pool', pool, {});
      shelf.putOf('virtual-ip', virtualIp, { ...ofPool, ...more });
      return shelf;
    };

    it('should be one of LBaaS v1, with the virtual-ips for listeners', () => {
      const view = newShelf().view(pool);
      expect(view).to.deep.include({ version: 'v1', uuid: pool, vipAddress: '10.0.0.6' });
      expect(view?.listeners.map(({ uuid, persistence }) => [uuid, persistence])).to.deep.equal([
        [virtualIp, 'SOURCE_IP'],
      ]);
    });

    it('should be none if the virtual-ip carries our mark, whoever gave it a pool', () => {
      const annotations = { key_value_pair: [{ key: 'opensdn-svc-monitor/managed', value: 'true' }] };
      const shelf = newShelf({ annotations });
      expect(shelf.view(pool)).to.equal(undefined);
      const entity = shelf.cache.get('virtual-ip', virtualIp);
      expect(entity === undefined ? [] : viewTouches['virtual-ip'](entity, shelf.cache)).to.deep.equal([]);
    });
  });

  describe('when something of it changes', () => {
    it('should be touched by all that it shows', () => {
      const shelf = new Shelf().whole();
      const member = shelf.member(uuidOf(0x31));
      const monitor = shelf.putOf('loadbalancer-healthmonitor', uuidOf(0x40), {});
      shelf.putOf('loadbalancer-pool', pool, {
        loadbalancer_listener_refs: [refTo(listener)],
        loadbalancer_healthmonitor_refs: [refTo(monitor.uuid)],
      });
      const { cache } = shelf;
      const touched = [
        viewTouches['loadbalancer-member'](member, cache),
        viewTouches['loadbalancer-healthmonitor'](monitor, cache),
        viewTouches['instance-ip'](cache.get('instance-ip', address)!, cache),
        viewTouches['virtual-machine-interface'](cache.get('virtual-machine-interface', port)!, cache),
      ];
      expect(touched).to.deep.equal(touched.map(() => [loadbalancer]));
      expect([...viewKeys(cache)]).to.deep.equal([loadbalancer]);
    });
  });
});
