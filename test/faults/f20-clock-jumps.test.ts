import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { SystemClock, type Clock, type Timer } from '../../lib/index.js';
import { pass } from '../support/real-time.js';
import { rabbitmqUrl } from '../support/rabbitmq.js';
import { ReplicaStage } from '../support/replica-stage.js';
import { zookeeperHosts } from '../support/zookeeper.js';
import { ZookeeperStage } from '../support/zookeeper-stage.js';
import { FaultStage } from './support/stage.js';

const hourMs = 3_600_000;

/** The machine's clock, of which somebody sets the wall clock. */
class SetClock implements Clock {
  public offsetMs = 0;
  private readonly system = new SystemClock();

  public now(): number {
    return this.system.now() + this.offsetMs;
  }

  public monotonic(): number {
    return this.system.monotonic();
  }

  public schedule(delayMs: number, action: () => void): Timer {
    return this.system.schedule(delayMs, action);
  }
}

describe('F20 the wall clock jumps by an hour, forth and back', () => {
  describe('when floating ips are stripped around it', () => {
    it('should serve as if nothing had happened', async () => {
      const stage = await FaultStage.open({ schema: 'stock' });
      try {
        const { loadBalancer } = await stage.serve();
        for (const jump of [hourMs, -2 * hourMs, hourMs]) {
          stage.clock.jump(jump);
          await stage.failover(loadBalancer, { skipUnbind: true });
          stage.clock.jump(jump / 2);
          await stage.failoverCalmly(loadBalancer);
        }
        expect(await stage.complaints()).to.deep.equal([]);
      } finally {
        await stage.close();
      }
    });
  });

  describe('when one leads by ZooKeeper', () => {
    let stage: ZookeeperStage;
    const stops: (() => Promise<unknown>)[] = [];

    before(async function () {
      const [host = ''] = zookeeperHosts(this);
      stage = await new ZookeeperStage(host).start();
      stops.push(() => stage.stop());
    });

    after(async () => {
      for (const stop of stops) await stop();
    });

    it('should go on leading, and no other one begin to', async () => {
      const clock = new SetClock();
      const one = await stage.entered('one', { clock, sessionTimeoutMs: 3_000 });
      const two = await stage.entered('two', { clock, sessionTimeoutMs: 3_000 });
      await stage.leads(one);
      for (const offset of [hourMs, -hourMs, 0]) {
        clock.offsetMs = offset;
        await pass(1_000);
        expect(one.election.mayAct()).to.equal(true);
      }
      expect(one.log.of('no longer leading')).to.deep.equal([]);
      expect(two.election.mayAct()).to.equal(false);
    });
  });

  describe('when that befalls the machine of two service processes', () => {
    const library = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib']
      .map((folder) => join(folder, 'faketime/libfaketime.so.1'))
      .find((file) => existsSync(file));
    let stage: ReplicaStage;
    const stops: (() => Promise<unknown>)[] = [];
    let folder: string;

    before(async function () {
      const outside = { rabbitmq: rabbitmqUrl(this), zookeeper: zookeeperHosts(this) };
      if (library === undefined) {
        if (process.env['CI'] === 'true') throw new Error('no libfaketime: apt-get install faketime');
        this.skip();
      }
      folder = await mkdtemp(join(tmpdir(), 'svc-monitor-clock-'));
      stops.push(() => rm(folder, { recursive: true, force: true }));
      stage = await new ReplicaStage(outside, '4s').start();
      stops.push(() => stage.stop());
    });

    after(async () => {
      for (const stop of stops.reverse()) await stop();
    });

    it('should leave the leader the leader, and lose no floating ip', async () => {
      const file = join(folder, 'offset');
      const setClock = (offset: string): Promise<void> => writeFile(file, `${offset}\n`);
      await setClock('+0');
      // As when an administrator sets the clock: the monotonic one goes on unmoved.
      const environment = {
        LD_PRELOAD: library ?? '',
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      };
      const one = await stage.add('one', environment);
      await one.leads();
      const two = await stage.add('two', environment);
      await two.standsBy();
      await stage.serve(2);
      const wallClock = async (): Promise<number> => {
        const { at } = z.object({ at: z.iso.datetime() }).parse(await (await fetch(`${one.url}/status`)).json());
        return Date.parse(at);
      };
      const started = await wallClock();
      for (const [offset, hours] of [
        ['+1h', 1],
        ['-1h', -1],
        ['+0', 0],
      ] as const) {
        await setClock(offset);
        await stage.failOver(6);
        await stage.asItShouldBe();
        expect(Math.round(((await wallClock()) - started) / hourMs)).to.equal(hours);
      }
      await stage.rest(one, two);

      expect((await one.status()).role).to.equal('leader');
      expect(await one.metric('leader_changes_total')).to.equal(1);
      expect(await two.metric('leader_changes_total')).to.equal(0);
      expect(two.writes()).to.deep.equal([]);
    });
  });
});
