import { expect } from 'chai';
import { Footprints } from '../../../../../lib/managers/octavia-vip/history/footprints.js';
import { vipKey } from '../../../../../lib/model/index.js';
import { uuidOf } from '../../../../support/change-messages.js';

const vip = vipKey(uuidOf(1), '10.107.0.3');
const otherVip = vipKey(uuidOf(1), '10.107.0.4');
const [floatingIp, vipPort, amphora] = [uuidOf(2), uuidOf(3), uuidOf(4)];

describe('Footprints', () => {
  it('should tell what was written for a VIP, and for that VIP alone', () => {
    const footprints = new Footprints(10);
    footprints.propertiesSet(floatingIp, vip, { isVirtualIp: true, fixedIp: '10.107.0.3', vipPort });
    footprints.referenceAdded(floatingIp, vip, amphora, vipPort);
    const portUuids = [amphora];
    expect(footprints.of(floatingIp, vip)).to.deep.equal({ vipPort, flag: true, fixedIp: true, portUuids });
    expect(footprints.of(floatingIp, otherVip)).to.equal(undefined);
    expect([...footprints.floatingIpsOf(vip)]).to.deep.equal([floatingIp]);
    expect([...footprints.vipsOf(floatingIp)]).to.deep.equal([vip]);
  });

  it('should forget what was taken away, and the floating ip with the last of it', () => {
    const footprints = new Footprints(10);
    footprints.propertiesSet(floatingIp, vip, { isVirtualIp: true, fixedIp: '10.107.0.3', vipPort });
    footprints.referenceAdded(floatingIp, vip, amphora, vipPort);
    footprints.propertiesSet(floatingIp, vip, { isVirtualIp: false, vipPort });
    footprints.propertiesSet(floatingIp, vip, { fixedIp: null, vipPort: undefined });
    expect(footprints.of(floatingIp, vip)).to.include({ vipPort, flag: false, fixedIp: false });
    footprints.referenceDeleted(floatingIp, vip, amphora);
    expect(footprints.of(floatingIp, vip)).to.equal(undefined);
    expect([...footprints.floatingIpsOf(vip)]).to.deep.equal([]);
    expect([...footprints.vipsOf(floatingIp)]).to.deep.equal([]);
  });

  it('should note nothing of a reference that it did not add', () => {
    const footprints = new Footprints(10);
    footprints.referenceDeleted(floatingIp, vip, amphora);
    expect(footprints.of(floatingIp, vip)).to.equal(undefined);
  });

  it('should keep the latest references of a floating ip, and the latest floating ips', () => {
    const footprints = new Footprints(2);
    for (let number = 0; number < 40; number += 1) {
      footprints.referenceAdded(floatingIp, vip, uuidOf(100 + number), vipPort);
    }
    expect(footprints.of(floatingIp, vip)?.portUuids).to.have.length(16).and.include(uuidOf(139));
    footprints.referenceAdded(uuidOf(5), vip, amphora, vipPort);
    footprints.referenceAdded(uuidOf(6), vip, amphora, vipPort);
    expect([...footprints.floatingIpsOf(vip)]).to.deep.equal([uuidOf(5), uuidOf(6)]);
  });

  it('should forget a floating ip that is gone', () => {
    const footprints = new Footprints(10);
    footprints.referenceAdded(floatingIp, vip, amphora, vipPort);
    footprints.referenceAdded(floatingIp, otherVip, amphora, vipPort);
    footprints.forget(floatingIp);
    expect([...footprints.floatingIpsOf(vip), ...footprints.floatingIpsOf(otherVip)]).to.deep.equal([]);
  });
});
