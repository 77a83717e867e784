import { expect } from 'chai';
import { vipKey } from '../../../../lib/managers/octavia-vip/index.js';
import {
  addressesOf,
  carriedBy,
  carriersOf,
  isUnclear,
  marksOf,
  networkOf,
  ownersOf,
} from '../../../../lib/managers/octavia-vip/ports.js';
import { uuidOf } from '../../../support/change-messages.js';
import { instanceIpEntity, key, network, portEntity } from './support/entities.js';
import { amphora1, vipPort, web } from './support/floating-ips.js';
import { vip } from './support/ports.js';
import { Stage } from './support/stage.js';

const otherNetwork = uuidOf(0xb2);
const uuidsOf = (ports: readonly { readonly uuid: string }[]) => ports.map(({ uuid }) => uuid).sort();

describe('the ports around a VIP', () => {
  describe('its owners', () => {
    it('should be the ports that have its address by an instance-ip, each once', () => {
      const stage = new Stage().putLoadBalancer(vipPort, amphora1).putPort(portEntity(web), vip);
      stage.put('instance-ip', instanceIpEntity(uuidOf(0x61), { address: vip, ports: [vipPort] }));
      expect(uuidsOf(ownersOf(stage.cache, key))).to.deep.equal([vipPort, web]);
    });

    it('should not be a port of another network, whatever network its address names', () => {
      const stage = new Stage().putPort(portEntity(web, { network: otherNetwork }), vip);
      expect(ownersOf(stage.cache, key)).to.deep.equal([]);
    });

    it('should not be a port of which nothing is known', () => {
      const stage = new Stage().put('instance-ip', instanceIpEntity(uuidOf(0x61), { address: vip, ports: [web] }));
      expect(ownersOf(stage.cache, key)).to.deep.equal([]);
    });
  });

  describe('its carriers', () => {
    it('should be the ports that have exactly its address as a pair, in its network', () => {
      const stage = new Stage().putLoadBalancer(vipPort, amphora1);
      stage.putPort(portEntity(web, { network: otherNetwork, pairAddresses: [vip] }));
      expect(uuidsOf(carriersOf(stage.cache, key))).to.deep.equal([amphora1]);
    });

    it('should be told by the port in turn: one VIP for each pair, none without a network', () => {
      const pairAddresses = [vip, 'fd00:107::3'];
      expect(carriedBy(portEntity(web, { pairAddresses }))).to.deep.equal([key, vipKey(network, 'fd00:107::3')]);
      expect(carriedBy(portEntity(web, { pairAddresses, network: null }))).to.deep.equal([]);
    });
  });

  it('should have the addresses that are theirs', () => {
    const stage = new Stage().putPort(portEntity(web), '10.107.0.6');
    expect(addressesOf(stage.cache, web).map(({ address }) => address)).to.deep.equal(['10.107.0.6']);
    expect(addressesOf(stage.cache, amphora1)).to.deep.equal([]);
  });

  it('should be in one network, or in none', () => {
    expect(networkOf(portEntity(web))).to.equal(network);
    expect(networkOf(portEntity(web, { network: null }))).to.equal(undefined);
  });

  it('should be told apart by name, owner and virtual machines', () => {
    const port = portEntity(web, { name: 'a', owner: 'b', vmNames: ['c'] });
    expect(marksOf(port)).to.deep.equal({ name: 'a', owner: 'b', vmNames: ['c'], hasVirtualMachine: true });
    expect(marksOf(portEntity(web, { vms: [] })).hasVirtualMachine).to.equal(false);
  });

  it('should be unclear if nothing is known of them, not even that they are gone', () => {
    const stage = new Stage().putPort(portEntity(vipPort)).remove('virtual-machine-interface', web);
    expect([vipPort, web, amphora1].map((uuid) => isUnclear(stage.cache, uuid))).to.deep.equal([false, false, true]);
  });
});
