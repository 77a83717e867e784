import { expect } from 'chai';
import { ManualClock } from '../../../../../lib/base/clock/index.js';
import { ObjectCache } from '../../../../../lib/cache/index.js';
import {
  describeMemory,
  fenceOf,
  footprintsAt,
  History,
  isWritten,
  letGoSince,
  noFootprint,
  noMemory,
  vipKey,
  type EpisodeOf,
  type Memory,
} from '../../../../../lib/managers/octavia-vip/index.js';
import { uuidOf } from '../../../../support/change-messages.js';
import { floatingIpEntity } from '../support/entities.js';

const vip = vipKey(uuidOf(1), '10.107.0.3');
const otherVip = vipKey(uuidOf(1), '10.107.0.4');
const [floatingIp, vipPort, nextVipPort, amphora] = [uuidOf(2), uuidOf(3), uuidOf(7), uuidOf(4)];
const of: EpisodeOf = { vip, vipPort };

/** What this process writes, as a history is told of it. */
class Writer {
  public readonly history = new History(new ObjectCache(new ManualClock()));

  public add(port: string, where = of, uuid = floatingIp): this {
    this.history.note(uuid, { type: 'reference-added', port, plannedAt: 0, isFreed: false, of: where });
    return this;
  }

  public drop(port: string, where = of): this {
    this.history.note(floatingIp, { type: 'reference-deleted', port, at: 0, of: where });
    return this;
  }

  public set(properties: { readonly isVirtualIp?: boolean; readonly fixedIp?: string | null }, where = of): this {
    this.history.note(floatingIp, { type: 'properties-set', ...properties, of: where });
    return this;
  }

  public at(key = vip, port: string | undefined = vipPort) {
    return footprintsAt(this.history.memoryOf(floatingIp), key, port);
  }

  public written(key = vip): readonly string[] {
    return [...this.history.writtenFor(key)];
  }
}

describe('footprints', () => {
  it('should tell what was written for a VIP, and for that VIP alone', () => {
    const writer = new Writer().set({ isVirtualIp: true, fixedIp: '10.107.0.3' }).add(amphora);
    expect(writer.at()).to.deep.equal({ own: { flag: true, fixedIp: true, ports: [amphora] } });
    expect(writer.at(otherVip)).to.deep.equal({});
    expect(writer.written()).to.deep.equal([floatingIp]);
    expect(writer.written(otherVip)).to.deep.equal([]);
    expect(writer.history.hasWrittenFor(vip)).to.equal(true);
    expect(writer.history.hasWrittenFor(otherVip)).to.equal(false);
  });

  it('should forget what was taken away, and the floating ip with the last of it', () => {
    const writer = new Writer().set({ isVirtualIp: true, fixedIp: '10.107.0.3' }).add(amphora);
    writer.set({ isVirtualIp: false }).set({ fixedIp: null });
    expect(writer.at()).to.deep.equal({ own: { flag: false, fixedIp: false, ports: [amphora] } });
    writer.drop(amphora);
    expect(writer.at()).to.deep.equal({});
    expect(writer.history.memoryOf(floatingIp)?.episodes).to.deep.equal([]);
    // That the fixed ip was cleared may have crossed a deed of its user: it is read first.
    expect(writer.written()).to.deep.equal([floatingIp]);
    writer.history.note(floatingIp, { type: 'left-read' });
    expect(writer.written()).to.deep.equal([]);
  });

  it('should note nothing of a reference that was not added', () => {
    expect(new Writer().drop(amphora).at()).to.deep.equal({});
  });

  it('should keep the latest references of a floating ip', () => {
    const writer = new Writer();
    for (let number = 0; number < 40; number += 1) writer.add(uuidOf(100 + number));
    expect(writer.at().own?.ports).to.have.length(16).and.include(uuidOf(139));
  });

  it('should keep the latest VIPs of a floating ip', () => {
    const writer = new Writer();
    const keys = Array.from({ length: 40 }, (_, number) => vipKey(uuidOf(1), `10.107.1.${number}`));
    for (const key of keys) writer.add(amphora, { vip: key, vipPort });
    expect(writer.history.memoryOf(floatingIp)?.episodes.map((episode) => episode.vip)).to.deep.equal(keys.slice(-16));
    expect(keys.filter((key) => writer.history.hasWrittenFor(key))).to.deep.equal(keys.slice(-16));
  });

  it('should be of all floating ips on which something was written', () => {
    const writer = new Writer().add(amphora, of, uuidOf(5)).add(amphora, of, uuidOf(6));
    expect(writer.written()).to.have.members([uuidOf(5), uuidOf(6)]);
  });

  it('should be forgotten with a floating ip that is gone', () => {
    const writer = new Writer().add(amphora).add(amphora, { vip: otherVip, vipPort });
    writer.history.seen(
      { kind: 'floating-ip', uuid: floatingIp, before: floatingIpEntity(floatingIp), after: undefined },
      { readAfter: 0, at: 0 },
    );
    expect([...writer.written(), ...writer.written(otherVip)]).to.deep.equal([]);
  });

  it('should be forgotten for one VIP, and stay for another', () => {
    const writer = new Writer().add(amphora).add(amphora, { vip: otherVip, vipPort });
    writer.history.note(floatingIp, { type: 'forgotten', vip });
    expect(writer.written()).to.deep.equal([]);
    expect(writer.written(otherVip)).to.deep.equal([floatingIp]);
  });

  it('should outlive the end of an association: what was not taken away is still there', () => {
    const writer = new Writer().add(amphora);
    writer.history.note(floatingIp, { type: 'ended', vip });
    expect(writer.written()).to.deep.equal([floatingIp]);
  });

  describe('when another VIP port has the address by now (recording 43)', () => {
    const writer = new Writer().set({ isVirtualIp: true }).add(amphora);
    writer.set({ fixedIp: '10.107.0.3' }, { vip, vipPort: nextVipPort });

    it('should tell apart what was written for which', () => {
      const [first, next] = [
        { flag: true, fixedIp: false, ports: [amphora] },
        { flag: false, fixedIp: true, ports: [] },
      ];
      expect(writer.at(vip, nextVipPort)).to.deep.equal({ own: next, former: first });
      expect(writer.at(vip, vipPort)).to.deep.equal({ own: first, former: next });
    });

    it('should be one where the VIP has no port: there is no other that it could be of', () => {
      const memory = writer.history.memoryOf(floatingIp);
      expect(footprintsAt(memory, vip, undefined)).to.deep.equal({
        own: { flag: true, fixedIp: true, ports: [amphora] },
      });
    });
  });

  it('should be the VIP port’s own where none was known when it was written', () => {
    const writer = new Writer().add(amphora, { vip, vipPort: undefined });
    expect(writer.at()).to.deep.equal({ own: { flag: false, fixedIp: false, ports: [amphora] } });
  });

  it('should be none of what only was seen', () => {
    const writer = new Writer();
    writer.history.note(floatingIp, { type: 'associated', of });
    expect(writer.at()).to.deep.equal({});
    expect(writer.written()).to.deep.equal([]);
  });
});

describe('isWritten', () => {
  for (const [what, delta, expected] of [
    ['nothing', {}, false],
    ['the flag', { flag: true }, true],
    ['the fixed ip', { fixedIp: true }, true],
    ['a reference', { ports: [amphora] }, true],
  ] as const) {
    it(`should be ${expected} of ${what}`, () => {
      expect(isWritten({ ...noFootprint, ...delta })).to.equal(expected);
    });
  }
});

describe('fenceOf', () => {
  const detached = { since: 100, wasSeenAttached: true, ports: [vipPort] };
  for (const [what, memory, now, expected] of [
    ['nothing is remembered', undefined, 0, 'passed'],
    ['it is not detached', noMemory, 0, 'passed'],
    ['the first step is on its way', { ...noMemory, fence: { requestId: 'req', at: 100 } }, 1_099, 'open'],
    ['the first step is overdue', { ...noMemory, fence: { requestId: 'req', at: 100 } }, 1_100, 'passed'],
    ['it is detached, and the step may be another’s', { ...noMemory, detached }, 1_099, 'open'],
    ['it was detached long ago', { ...noMemory, detached }, 1_100, 'passed'],
    ['another’s step has come back', { ...noMemory, detached, restoreHeard: true }, 100, 'passed'],
    [
      'another’s step has come back, and ours is on its way',
      { ...noMemory, detached, restoreHeard: true, fence: { requestId: 'req', at: 100 } },
      100,
      'open',
    ],
  ] as const satisfies readonly (readonly [string, Memory | undefined, number, 'open' | 'passed'])[]) {
    it(`should be ${expected} when ${what}`, () => {
      expect(fenceOf(memory, now, 1_000)).to.equal(expected);
    });
  }
});

describe('letGoSince', () => {
  it('should be none where nothing is remembered', () => {
    expect(letGoSince(undefined, 0)).to.deep.equal([]);
  });
});

describe('describeMemory', () => {
  it('should say how it stands, who updated it, and what it bears of ours where', () => {
    const memory: Memory = {
      ...noMemory,
      phase: 'restoring',
      detached: { since: 100, wasSeenAttached: true, ports: [vipPort, amphora] },
      requests: [{ requestId: 'req-1', sequence: 1, at: 90 }],
      fence: { requestId: 'req-2', at: 150 },
      held: { vip: otherVip, vipPort },
      episodes: [
        { vip, vipPort, seen: true, wrote: { flag: true, fixedIp: true, ports: [amphora] } },
        { vip: otherVip, vipPort: undefined, seen: true, wrote: noFootprint },
      ],
    };
    expect(describeMemory(memory, 200).split('; ')).to.deep.equal([
      'being restored',
      `detached 100 ms ago from ${vipPort}, ${amphora}`,
      'updated by req-1 110 ms ago',
      'first step of the restore sent 50 ms ago',
      `seen last at ${otherVip} of port ${vipPort}`,
      `at ${vip} of port ${vipPort}: was seen associated, bears the flag, the fixed ip, a reference to ${amphora}`,
      `at ${otherVip} of port unknown: was seen associated`,
    ]);
  });

  it('should say of one that was detached when it was seen first that it was', () => {
    const memory: Memory = {
      ...noMemory,
      phase: 'detached',
      detached: { since: 100, wasSeenAttached: false, ports: [] },
    };
    expect(describeMemory(memory, 200)).to.equal('detached; detached when it was seen first, 100 ms ago');
    expect(describeMemory(noMemory, 0)).to.equal('attached');
  });
});
