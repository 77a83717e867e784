import { expect } from 'chai';
import { Cuts, ObjectCache, type Entity } from '../../../../lib/cache/index.js';
import { ManualClock } from '../../../../lib/base/clock/index.js';
import { uuidOf } from '../../../support/change-messages.js';
import { portEntity } from '../../../support/entities.js';
import { KeptLog, KeptMetrics } from '../../../support/kept.js';

const uuid = uuidOf(1);
const large = portEntity(uuid, { cut: ['allowed address pairs'] });
const small = portEntity(uuid);

describe('Cuts', () => {
  const clock = new ManualClock(1_000);
  let log: KeptLog;
  let cuts: Cuts;
  let cache: ObjectCache;
  let matters: (entity: Entity) => boolean;

  beforeEach(() => {
    log = new KeptLog();
    matters = () => true;
    cuts = new Cuts({ clock, logger: log, metrics: new KeptMetrics(), matters: (_kind, entity) => matters(entity) });
    cache = new ObjectCache(clock, cuts);
  });

  it('should be those that the cache holds, each logged once, since it was so first', () => {
    const since = clock.now();
    cache.put('virtual-machine-interface', large);
    clock.step(1_000);
    cache.put('virtual-machine-interface', { ...large, owner: 'x' });
    expect([...cuts.all()]).to.deep.equal([
      { kind: 'virtual-machine-interface', uuid, what: ['allowed address pairs'], since },
    ]);
    expect(log.of('object is too large: only a part of it counts')).to.have.length(1);
  });

  for (const [what, end] of [
    ['it is no longer', () => cache.put('virtual-machine-interface', small)],
    ['it is gone', () => cache.remove('virtual-machine-interface', uuid, 1)],
  ] as const) {
    it(`should be without an object as soon as ${what}`, () => {
      cache.put('virtual-machine-interface', large);
      end();
      end();
      expect([...cuts.all()]).to.deep.equal([]);
      expect(log.of('object is no longer too large')).to.have.length(1);
    });
  }

  it('should be without those for which it does not matter, until it does', () => {
    matters = (entity) => 'owner' in entity && entity.owner === 'Octavia';
    cache.put('virtual-machine-interface', large);
    expect([...cuts.all()]).to.deep.equal([]);
    cache.put('virtual-machine-interface', { ...large, owner: 'Octavia' });
    expect([...cuts.all()]).to.have.length(1);
    cache.put('virtual-machine-interface', large);
    expect([...cuts.all()]).to.deep.equal([]);
  });
});
