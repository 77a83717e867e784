import { expect } from 'chai';
import { hasCode, SvcMonitorError } from '../../../lib/base/errors/index.js';
import type { Departure } from '../../../lib/gateway/departures.js';
import type { Association } from '../../../lib/gateway/directory.js';
import { RecordedDepartures } from '../../../lib/gateway/recorded-departures.js';
import { departureKey, type DepartureState } from '../../../lib/managers/octavia-vip/index.js';
import { uuidOf } from '../../support/change-messages.js';
import { rejectionOf, stateOf, turns } from '../../support/turns.js';
import {
  floatingIpEntity,
  key,
  network,
  portEntity,
  virtualIpEntity,
} from '../managers/octavia-vip/support/entities.js';
import {
  amphora1,
  amphora2,
  floatingIp,
  otherFloatingIp,
  vipPort,
} from '../managers/octavia-vip/support/floating-ips.js';
import { loadBalancer, vip } from '../managers/octavia-vip/support/ports.js';
import { Stage } from '../managers/octavia-vip/support/stage.js';

const virtualIp = uuidOf(0x40);
const asks = `annotations ${virtualIp} set ${departureKey(amphora1)}`;
const takesBack = `annotations ${virtualIp} delete ${departureKey(amphora1)}`;
const drops = `DELETE floating-ip ${floatingIp} -> ${amphora1}`;

describe('RecordedDepartures', () => {
  let stage: Stage;
  let departures: RecordedDepartures;
  let associated: readonly string[];
  let controller: AbortController;

  beforeEach(() => {
    controller = new AbortController();
    associated = [floatingIp];
    stage = new Stage().putLoadBalancer(vipPort, amphora1, amphora2);
    stage.put('floating-ip', floatingIpEntity(floatingIp, { fixedIp: vip, ports: [vipPort, amphora1, amphora2] }));
    const directory = {
      associatedAt: (port: string) =>
        associated.map((uuid): Association => ({
          ...{ floatingIp: uuid, vip: key, vipPort: port, address: vip, addresses: [vip], network },
        })),
    };
    const { cache, clock } = stage;
    departures = new RecordedDepartures({ cache, clock, directory, writer: stage, answerWithinMs: 300 });
    putVirtualIp();
  });

  function putVirtualIp(departing: Readonly<Record<string, DepartureState>> = {}): void {
    const entity = virtualIpEntity(virtualIp, {
      fqName: ['default-domain', 'shop', `octavia-lb-${loadBalancer}`],
      record: { loadBalancer, floatingIps: [floatingIp], members: [amphora1, amphora2], departing },
    });
    stage.put('virtual-ip', entity);
    departures.seen({ kind: 'virtual-ip', uuid: virtualIp, before: undefined, after: entity });
  }

  const begin = (): Promise<Departure> => departures.begin({ vip: key, port: amphora1 }, controller.signal);

  describe('when whoever leads answers', () => {
    it('should begin with the answer, and drop nothing itself', async () => {
      const begun = begin();
      await turns();
      expect(await stateOf(begun)).to.equal('pending');
      putVirtualIp({ [amphora1]: 'asked' });
      await turns();
      expect(await stateOf(begun)).to.equal('pending');
      putVirtualIp({ [amphora1]: 'let-go' });
      await begun;
      expect(stage.writes).to.deep.equal([asks]);
    });

    it('should hear an answer that comes before that of the API server', async () => {
      const answer = stage.hold(asks);
      const begun = begin();
      putVirtualIp({ [amphora1]: 'let-go' });
      answer();
      await begun;
      expect(stage.writes).to.deep.equal([asks]);
    });

    it('should not take the answer about another port for it', async () => {
      const begun = begin();
      await turns();
      putVirtualIp({ [amphora2]: 'let-go' });
      await turns();
      expect(await stateOf(begun)).to.equal('pending');
      putVirtualIp({ [amphora1]: 'let-go' });
      await begun;
    });
  });

  describe('when nobody answers in time', () => {
    async function unanswered(): Promise<Departure> {
      const begun = begin();
      begun.catch(() => undefined);
      await turns();
      stage.clock.step(300);
      await turns();
      return begun;
    }

    it('should drop the references of the floating ips that are associated', async () => {
      await unanswered();
      expect(stage.writes).to.deep.equal([asks, drops]);
    });

    it('should leave a floating ip that only the record names', async () => {
      associated = [];
      await unanswered();
      expect(stage.writes).to.deep.equal([asks]);
    });

    it('should drop nothing, and fail, if nothing but amphorae would tell of an association', async () => {
      stage.put('floating-ip', floatingIpEntity(floatingIp, { fixedIp: vip, ports: [amphora1, amphora2] }));
      expect(hasCode(await rejectionOf(unanswered()), 'unavailable')).to.equal(true);
      expect(stage.writes).to.deep.equal([asks, takesBack]);
    });

    it('should not touch one that does not reference the port', async () => {
      associated = [floatingIp, otherFloatingIp];
      stage.put('floating-ip', floatingIpEntity(otherFloatingIp, { fixedIp: vip, ports: [vipPort] }));
      await unanswered();
      expect(stage.writes).to.deep.equal([asks, drops]);
    });
  });

  describe('when the delete has an end', () => {
    async function begun(): Promise<Departure> {
      const departure = begin();
      await turns();
      putVirtualIp({ [amphora1]: 'let-go' });
      return departure;
    }

    it('should leave the rest to whoever leads, where the port is gone', async () => {
      await (await begun()).end('deleted');
      expect(stage.writes).to.deep.equal([asks]);
    });

    it('should take it back where it was refused', async () => {
      await (await begun()).end('refused');
      expect(stage.writes).to.deep.equal([asks, takesBack]);
    });

    it('should have nothing to take back once the virtual-ip is gone', async () => {
      const departure = await begun();
      stage.failNotFound(takesBack);
      await departure.end('refused');
    });
  });

  describe('when it cannot be asked', () => {
    it('should fail where no virtual-ip records the VIP', async () => {
      stage.remove('virtual-ip', virtualIp);
      expect(hasCode(await rejectionOf(begin()), 'not-found')).to.equal(true);
      expect(stage.writes).to.deep.equal([]);
    });

    it('should fail, and take back what may have been written, where the API server does not answer', async () => {
      stage.fail(asks, new SvcMonitorError('unavailable', 'no answer'));
      expect(hasCode(await rejectionOf(begin()), 'unavailable')).to.equal(true);
      expect(stage.writes).to.deep.equal([asks, takesBack]);
    });

    it('should fail, and take it back, when it is called off', async () => {
      const begun = begin();
      await turns();
      controller.abort();
      expect(hasCode(await rejectionOf(begun), 'aborted')).to.equal(true);
      expect(stage.writes).to.deep.equal([asks, takesBack]);
    });
  });

  describe('when the VIP port is another tenant’s', () => {
    it('should not believe his record', async () => {
      const project = uuidOf(0xee);
      stage.put('virtual-machine-interface', portEntity(vipPort, { name: `octavia-lb-${loadBalancer}`, project }));
      expect(hasCode(await rejectionOf(begin()), 'not-found')).to.equal(true);
    });
  });
});
