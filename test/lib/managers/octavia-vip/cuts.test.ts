import { expect } from 'chai';
import { ManualClock } from '../../../../lib/base/clock/index.js';
import { metricsFor } from '../../../../lib/base/metrics/index.js';
import { ObjectCache, type Transition } from '../../../../lib/cache/index.js';
import {
  Cuts,
  defaultOctaviaVipSettings,
  floatingIpRecordKey,
  memberRecordKey,
  octaviaVipMetrics,
} from '../../../../lib/managers/octavia-vip/index.js';
import type { EntityOf, Kind } from '../../../../lib/model/index.js';
import { uuidOf } from '../../../support/change-messages.js';
import { KeptLog, KeptMetrics } from '../../../support/kept.js';
import { floatingIpEntity, portEntity, virtualIpEntity } from './support/entities.js';

const uuid = uuidOf(1);
const amphora = { name: 'octavia-lb-vrrp-1' };
const large = portEntity(uuid, { ...amphora, cut: ['allowed address pairs'] });
const small = portEntity(uuid, amphora);

describe('Cuts', () => {
  const clock = new ManualClock(1_000);
  let log: KeptLog;
  let cuts: Cuts;
  let cache: ObjectCache;

  const put = <K extends Kind>(kind: K, entity: EntityOf<K>): void => {
    const transition: Transition = cache.put(kind, entity);
    cuts.seen(transition);
  };
  const watch = (settings = defaultOctaviaVipSettings): Cuts =>
    new Cuts({ clock, logger: log, metrics: metricsFor(new KeptMetrics(), octaviaVipMetrics), settings });
  const listed = () => [...cuts.all()].map(({ what }) => what);

  beforeEach(() => {
    log = new KeptLog();
    cuts = watch();
    cache = new ObjectCache(clock);
  });

  it('should be those that the cache holds, each logged once, since it was so first', () => {
    const since = clock.now();
    put('virtual-machine-interface', large);
    clock.step(1_000);
    put('virtual-machine-interface', { ...large, owner: 'x' });
    expect([...cuts.all()]).to.deep.equal([
      { kind: 'virtual-machine-interface', uuid, what: ['allowed address pairs'], since },
    ]);
    expect(log.of('object is too large: only a part of it counts')).to.have.length(1);
  });

  for (const [what, end] of [
    [
      'it is no longer',
      () => {
        put('virtual-machine-interface', small);
      },
    ],
    [
      'it is gone',
      () => {
        cuts.seen(cache.remove('virtual-machine-interface', uuid, 1));
      },
    ],
  ] as const) {
    it(`should be without an object as soon as ${what}`, () => {
      put('virtual-machine-interface', large);
      end();
      end();
      expect([...cuts.all()]).to.deep.equal([]);
      expect(log.of('object is no longer too large')).to.have.length(1);
    });
  }

  it('should be without ports whose pairs do not count, until they do', () => {
    const others = portEntity(uuid, { cut: ['allowed address pairs'] });
    put('virtual-machine-interface', others);
    expect([...cuts.all()]).to.deep.equal([]);
    put('virtual-machine-interface', { ...others, owner: 'Octavia' });
    expect([...cuts.all()]).to.have.length(1);
    put('virtual-machine-interface', others);
    expect([...cuts.all()]).to.deep.equal([]);
  });

  it('should be all ports but VIP ports of Octavia where virtual ports in general count', () => {
    cuts = watch({ ...defaultOctaviaVipSettings, virtualPorts: 'all' });
    put('virtual-machine-interface', portEntity(uuid, { cut: ['allowed address pairs'] }));
    expect([...cuts.all()]).to.have.length(1);
  });

  describe('of virtual-ips', () => {
    const many = (keyOf: (of: string) => string) =>
      Object.fromEntries(Array.from({ length: 70 }, (_, number) => [keyOf(uuidOf(0x1000 + number)), 'x']));

    for (const [what, keyOf, expected] of [
      ['floating ips', floatingIpRecordKey, 'floating ips in the record'],
      ['members', memberRecordKey, 'members in the record'],
    ] as const) {
      it(`should be those whose records name too many ${what}`, () => {
        const virtualIp = virtualIpEntity(uuid);
        put('virtual-ip', { ...virtualIp, annotations: { ...virtualIp.annotations, ...many(keyOf) } });
        expect(listed()).to.deep.equal([[expected]]);
      });
    }

    it('should be those that reference too much, or have too many annotations', () => {
      const cut = ['references to floating-ip', 'annotations'];
      put('virtual-ip', virtualIpEntity(uuid, { cut }));
      expect(listed()).to.deep.equal([[...cut, 'floating ips in the record', 'members in the record']]);
    });

    it('should be none that is not ours', () => {
      put('virtual-ip', virtualIpEntity(uuid, { record: null, cut: ['references to floating-ip'] }));
      expect(listed()).to.deep.equal([]);
    });
  });

  it('should be nothing of other kinds', () => {
    put('floating-ip', { ...floatingIpEntity(uuid), cut: ['references to virtual-machine-interface'] });
    expect(listed()).to.deep.equal([]);
  });
});
