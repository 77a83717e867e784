import { expect } from 'chai';
import { ManualClock } from '../../../lib/base/clock/index.js';
import { ObjectCache, type Transition } from '../../../lib/cache/index.js';
import { anyController, type ControllerSpec, type Feed, type Priority } from '../../../lib/controller/index.js';
import { uuidOf } from '../../support/change-messages.js';
import { portEntity } from '../../support/entities.js';
import {
  floatingIp,
  floatingIpEntity,
  port1,
  port2,
  port3,
  virtualIp,
  virtualIpEntity,
} from '../planning/support/objects.js';
import { MadeUpSpec, type MadeUpSeen } from './support/made-up.js';
import { CountingQueue } from './doubles.js';

/** A queue that keeps what it is given. */
class KeepingQueue extends CountingQueue {
  public readonly added: (readonly [key: string, priority: Priority | undefined, group: string | undefined])[] = [];

  public override add(key: string, priority?: Priority, group?: string): void {
    this.added.push([key, priority, group]);
    super.add(key, priority, group);
  }
}

describe('anyController', () => {
  let cache: ObjectCache;
  let queue: KeepingQueue;

  beforeEach(() => {
    const clock = new ManualClock();
    cache = new ObjectCache(clock);
    queue = new KeepingQueue({ clock });
  });

  const feedOf = (spec: ControllerSpec<string, MadeUpSeen>): Feed => anyController(spec).feed({ cache, queue });
  const change = (...[before, after]: readonly (readonly string[] | undefined)[]): Transition => ({
    kind: 'floating-ip',
    uuid: floatingIp,
    before: before === undefined ? undefined : floatingIpEntity(floatingIp, ...before),
    after: after === undefined ? undefined : floatingIpEntity(floatingIp, ...after),
  });
  const keys = () => queue.added.map(([key]) => key);

  it('should be known by its name, and by the kinds that it touches', () => {
    const any = anyController(new MadeUpSpec());
    expect(any.name).to.equal('made-up');
    expect(any.kinds).to.deep.equal(['floating-ip', 'virtual-machine-interface']);
    expect(feedOf(new MadeUpSpec()).name).to.equal('made-up');
  });

  describe('when an object has changed', () => {
    it('should queue what it touched before and what it touches now, each once', () => {
      feedOf(new MadeUpSpec()).changed(change([port1, port2], [port2, port3]), 'live');
      expect(keys()).to.deep.equal([port1, port2, port3]);
    });

    it('should queue what a created one touches, and what a deleted one touched', () => {
      const feed = feedOf(new MadeUpSpec());
      feed.changed(change(undefined, [port1]), 'live');
      feed.changed(change([port2], undefined), 'live');
      expect(keys()).to.deep.equal([port1, port2]);
    });

    it('should say whether it was live, or found by a full read', () => {
      const feed = feedOf(new MadeUpSpec());
      feed.changed(change(undefined, [port1]), 'live');
      feed.changed(change(undefined, [port2]), 'resync');
      expect(queue.added.map(([, priority]) => priority)).to.deep.equal(['live', 'resync']);
    });

    it('should queue nothing for a kind that the controller does not touch, and for what touches nothing', () => {
      const feed = feedOf(new MadeUpSpec());
      feed.changed({ kind: 'virtual-ip', uuid: virtualIp, before: undefined, after: virtualIpEntity() }, 'live');
      feed.changed(change([], []), 'live');
      expect(queue.added).to.deep.equal([]);
    });

    it('should queue what was read and is as before only for who heeds that, or at a full read', () => {
      feedOf(new MadeUpSpec()).changed(change([port1], [port1]), 'live');
      expect(queue.added).to.deep.equal([]);
      feedOf(new MadeUpSpec()).changed(change([port1], [port1]), 'resync');
      feedOf(Object.assign(new MadeUpSpec(), { heedsUnchanged: true })).changed(change([port2], [port2]), 'live');
      expect(keys()).to.deep.equal([port1, port2]);
    });

    it('should ask the cache what it touches as it is now', () => {
      cache.put('virtual-ip', {
        ...virtualIpEntity(),
        refs: { 'virtual-machine-interface': [port3], 'floating-ip': [], 'loadbalancer-pool': [] },
      });
      const spec = Object.assign(new MadeUpSpec(), {
        touches: {
          'floating-ip': (_entity: unknown, reader: ObjectCache) =>
            [...reader.all('virtual-ip')].flatMap(({ refs }) => refs['virtual-machine-interface']),
        },
      });
      feedOf(spec).changed(change([port1], [port2]), 'live');
      expect(keys()).to.deep.equal([port3]);
    });
  });

  describe('in whose hands a change was', () => {
    const ofProject = (uuid: string, project: string): Transition => ({
      kind: 'virtual-machine-interface',
      uuid,
      before: undefined,
      after: portEntity(uuid, { parent: { kind: 'project', uuid: project } }),
    });

    it('should be the project of the object, as it is now or was', () => {
      const feed = feedOf(new MadeUpSpec());
      const created = ofProject(port1, uuidOf(0xa1));
      feed.changed(created, 'live');
      feed.changed({ ...created, before: created.after, after: undefined } as Transition, 'live');
      expect(queue.added.map(([, , group]) => group)).to.deep.equal([uuidOf(0xa1), uuidOf(0xa1)]);
    });

    it("should be nobody's where its parent is none", () => {
      feedOf(new MadeUpSpec()).changed(change(undefined, [port1]), 'live');
      expect(queue.added).to.deep.equal([[port1, 'live', undefined]]);
    });

    it('should be what the controller says, if it says so', () => {
      const spec = Object.assign(new MadeUpSpec(), { causeOf: ({ kind }: Transition) => `hands of ${kind}` });
      feedOf(spec).changed(ofProject(port1, uuidOf(0xa1)), 'live');
      expect(queue.added).to.deep.equal([[port1, 'live', 'hands of virtual-machine-interface']]);
    });
  });

  describe('when all is to be looked at', () => {
    it('should queue every key, after what is live', () => {
      cache.put('virtual-machine-interface', portEntity(port1));
      cache.put('virtual-machine-interface', portEntity(port2));
      const feed = feedOf(new MadeUpSpec());
      feed.all();
      expect(queue.added).to.deep.equal([
        [port1, 'resync', undefined],
        [port2, 'resync', undefined],
      ]);
      expect(feed.length).to.equal(2);
    });
  });
});
