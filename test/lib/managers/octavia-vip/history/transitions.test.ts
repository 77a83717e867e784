import { expect } from 'chai';
import fc from 'fast-check';
import {
  next,
  noFootprint,
  noMemory,
  restorePurpose,
  transitions,
  vipKey,
  type Event,
  type EventType,
  type HeldAt,
  type Memory,
  type Phase,
} from '../../../../../lib/managers/octavia-vip/index.js';
import type { ReferenceWrite, SetWrite } from '../../../../../lib/planning/index.js';
import { uuidOf } from '../../../../support/change-messages.js';

const vips = [vipKey(uuidOf(1), '10.107.0.3'), vipKey(uuidOf(1), '10.107.0.4')];
const [vipPort, amphora, other] = [uuidOf(0x10), uuidOf(0x11), uuidOf(0x12)];
const of = { vip: vips[0]!, vipPort };

const setFlag: SetWrite = {
  do: 'set',
  on: { kind: 'floating-ip', uuid: uuidOf(0x20) },
  properties: { floating_ip_is_virtual_ip: true },
};

const events: { readonly [T in EventType]: Extract<Event, { readonly type: T }> } = {
  'seen-attached': { type: 'seen-attached', readAfter: 5, ports: [vipPort], fixedIp: '10.107.0.3' },
  'seen-detached': { type: 'seen-detached', at: 10, before: [vipPort, amphora] },
  updated: { type: 'updated', request: { requestId: 'req-1', sequence: 3, at: 10 } },
  said: { type: 'said', detached: true },
  echoed: { type: 'echoed', write: setFlag },
  'own-heard': { type: 'own-heard', requestId: 'req-ours', isRestore: true },
  sending: { type: 'sending', write: setFlag, requestId: 'req-ours', plannedAt: 5, at: 10 },
  'sending-again': { type: 'sending-again', write: setFlag, at: 11 },
  'reference-added': { type: 'reference-added', port: amphora, plannedAt: 5, isFreed: false, of },
  'reference-deleted': { type: 'reference-deleted', port: amphora, at: 10, of },
  'properties-set': { type: 'properties-set', isVirtualIp: true, of },
  'left-read': { type: 'left-read' },
  associated: { type: 'associated', of },
  evidence: { type: 'evidence', ports: [amphora] },
  ended: { type: 'ended', vip: of.vip },
  'handed-over': { type: 'handed-over', of },
  unrecorded: { type: 'unrecorded', vip: of.vip },
  forgotten: { type: 'forgotten', vip: of.vip },
};

const phases: readonly Phase[] = ['attached', 'detached', 'restoring'];
const firstStep = { ...events.sending, write: { ...setFlag, purpose: restorePurpose } };
const freedAgain: Event = { ...events['reference-added'], isFreed: true };
const seenSo: Event = { type: 'seen-detached', at: 20, before: 'detached' };

/** A memory in each phase, with all that can be remembered of it. */
const memories: { readonly [P in Phase]: Memory } = {
  attached: { ...noMemory, requests: [{ requestId: 'req-0', sequence: 1, at: 1 }] },
  detached: {
    ...noMemory,
    phase: 'detached',
    detached: { since: 2, wasSeenAttached: true, ports: [vipPort] },
    requests: [{ requestId: 'req-0', sequence: 1, at: 1 }],
  },
  restoring: {
    ...noMemory,
    phase: 'restoring',
    detached: { since: 2, wasSeenAttached: true, ports: [vipPort] },
    requests: [{ requestId: 'req-0', sequence: 1, at: 1 }],
    fence: { requestId: 'req-ours', at: 3 },
  },
};

describe('the life of a floating ip', () => {
  // All that is not here stays in its phase.
  const moves: readonly (readonly [from: Phase, what: string, event: Event, to: Phase])[] = [
    ['attached', 'a read shows it detached', events['seen-detached'], 'detached'],
    ['attached', 'the first step of a restore is sent', firstStep, 'restoring'],
    ['detached', 'a read shows it attached', events['seen-attached'], 'attached'],
    ['detached', 'the first step of a restore is sent', firstStep, 'restoring'],
    ['detached', 'its association has ended', events.ended, 'attached'],
    ['restoring', 'its references are back', events['reference-added'], 'attached'],
    ['restoring', 'its association has ended', events.ended, 'attached'],
  ];
  for (const [from, what, event, to] of moves) {
    it(`should be ${to} after ${from} when ${what}`, () => {
      expect(next(memories[from], event).phase).to.equal(to);
    });
  }

  for (const [phase, what, event] of [
    ['restoring', 'a read shows it attached: it only looks so', events['seen-attached']],
    ['restoring', 'a read shows it detached', events['seen-detached']],
    ['restoring', 'a reference is added while somebody has detached it again', freedAgain],
    ['detached', 'a reference is added', events['reference-added']],
  ] as const) {
    it(`should stay ${phase} when ${what}`, () => {
      expect(next(memories[phase], event).phase).to.equal(phase);
    });
  }

  it('should stay in its phase by every other event', () => {
    for (const phase of phases) {
      for (const event of [...Object.values(events), firstStep, freedAgain, seenSo]) {
        const isMove = moves.some(([from, , move]) => from === phase && move === event);
        if (!isMove) expect(next(memories[phase], event).phase, `${phase}, ${event.type}`).to.equal(phase);
      }
    }
  });

  it('should have a step for each event in each phase', () => {
    for (const phase of phases) {
      expect(Object.keys(transitions[phase]).sort()).to.deep.equal(Object.keys(events).sort());
    }
  });

  describe('when it is seen attached', () => {
    it('should forget what had detached it, and the requests that the read knew of', () => {
      const requests = [1, 5, 6].map((sequence) => ({ requestId: `req-${sequence}`, sequence, at: 1 }));
      const before: Memory = { ...memories.detached, requests, restoreHeard: true, added: { [amphora]: 1 } };
      expect(next(before, events['seen-attached'])).to.deep.equal({ ...noMemory, requests: requests.slice(2) });
    });

    it('should change nothing while it is being restored: what explains it is needed until the references are back', () => {
      expect(next(memories.restoring, events['seen-attached'])).to.equal(memories.restoring);
    });
  });

  describe('when it is seen detached', () => {
    for (const [before, expected] of [
      [[vipPort], { since: 10, wasSeenAttached: true, ports: [vipPort] }],
      ['unknown', { since: 10, wasSeenAttached: false, ports: [] }],
    ] as const) {
      it(`should note how, when it was ${typeof before === 'string' ? before : 'attached'} before`, () => {
        const event: Event = { type: 'seen-detached', at: 10, before };
        expect(next(noMemory, event)).to.deep.equal({ ...noMemory, phase: 'detached', detached: expected });
      });
    }

    it('should note nothing when it was so before', () => {
      expect(next(memories.detached, seenSo)).to.equal(memories.detached);
    });

    it('should note it after a restore that no read has shown: it was detached again', () => {
      const restored = next(memories.restoring, { ...events['reference-added'], port: vipPort });
      expect(next(restored, seenSo)).to.deep.equal({
        ...restored,
        phase: 'detached',
        detached: { since: 20, wasSeenAttached: true, ports: [vipPort] },
      });
      // Other references are added to what is attached.
      const added = next(noMemory, events['reference-added']);
      expect(next(added, seenSo)).to.equal(added);
    });
  });

  describe('when a write is sent', () => {
    it('should expect it back, and open the fence only by the first step of a restore', () => {
      expect(next(noMemory, events.sending)).to.deep.equal({ ...noMemory, lastWriteAt: 10, echoes: [setFlag] });
      expect(next(noMemory, firstStep)).to.deep.equal({
        ...noMemory,
        phase: 'restoring',
        lastWriteAt: 10,
        echoes: [firstStep.write],
        fence: { requestId: 'req-ours', at: 10 },
      });
    });

    it('should have come back by its echo, and no more than that', () => {
      const sent = next(noMemory, events.sending);
      expect(next(sent, events.echoed).echoes).to.deep.equal([]);
      expect(next(noMemory, events.echoed).echoes).to.deep.equal([]);
    });
  });

  describe('when a write is sent again', () => {
    it('should expect it back once more, and leave the fence open for longer', () => {
      const sent = next(noMemory, firstStep);
      const again = next(sent, { type: 'sending-again', write: firstStep.write, at: 5_000 });
      expect(again).to.deep.equal({
        ...sent,
        lastWriteAt: 5_000,
        echoes: [firstStep.write, firstStep.write],
        fence: { requestId: 'req-ours', at: 5_000 },
      });
    });
  });

  describe('when a read shows it attached, after we have added references', () => {
    const restored = next(memories.restoring, { ...events['reference-added'], port: vipPort });
    const seen = (...ports: readonly string[]): Memory => next(restored, { ...events['seen-attached'], ports });

    it('should forget what was added if there is nothing but that, or nothing of it', () => {
      expect([seen(vipPort).added, seen(other).added]).to.deep.equal([{}, {}]);
    });

    it('should remember it beside others: its user may have overtaken the restore', () => {
      expect(Object.keys(seen(vipPort, other).added)).to.deep.equal([vipPort]);
    });
  });

  describe('when we leave it with a fixed ip, or none, at the end of an association', () => {
    for (const fixedIp of [null, '10.107.0.9']) {
      const left = next(noMemory, { type: 'properties-set', fixedIp, of });
      const noted = { vip: of.vip, fixedIp };

      it(`should be noted until it is read, also when what was written is forgotten: ${String(fixedIp)}`, () => {
        expect(left.left).to.deep.equal(noted);
        const { ended, forgotten, sending } = events;
        for (const event of [ended, forgotten, events['seen-attached'], events['seen-detached'], sending]) {
          expect(next(left, event).left, event.type).to.deep.equal(noted);
        }
        expect(next(left, events['left-read'])).not.to.have.property('left');
      });

      it(`should be over when it is set to the VIP: ${String(fixedIp)}`, () => {
        expect(next(left, { type: 'properties-set', fixedIp: '10.107.0.3', of })).not.to.have.property('left');
        expect(next(left, events['properties-set']).left).to.deep.equal(noted);
      });
    }
  });

  describe('when a monitor’s own request is heard', () => {
    it('should pass the fence by its own write only', () => {
      const foreign: Event = { type: 'own-heard', requestId: 'req-foreign', isRestore: false };
      expect(next(memories.restoring, foreign)).to.deep.equal(memories.restoring);
      expect(next(memories.restoring, events['own-heard'])).not.to.have.property('fence');
    });

    it('should note that the first step of a restore was, whoever sent it', () => {
      const foreign: Event = { type: 'own-heard', requestId: 'req-foreign', isRestore: true };
      expect(next(memories.restoring, foreign)).to.deep.equal({ ...memories.restoring, restoreHeard: true });
    });
  });

  describe('when references are added', () => {
    it('should remember the latest, more than a VIP has members, and when the plan was made', () => {
      const ports = Array.from({ length: 100 }, (_, number) => uuidOf(0x1000 + number));
      const all = ports.map((port, plannedAt) => ({ ...events['reference-added'], port, plannedAt }));
      const { added } = all.reduce<Memory>(next, noMemory);
      expect(Object.keys(added)).to.deep.equal(ports.slice(-64));
      expect(added[ports[99]!]).to.equal(99);
    });
  });

  describe('when its user attaches it elsewhere while it is being restored', () => {
    const held = { vip: of.vip, vipPort };
    const restoring: Memory = { ...memories.restoring, held };
    const seen = { type: 'seen-attached', readAfter: 5, ports: [other], fixedIp: '10.107.0.9' } as const;
    const atAnother = { vip: vips[1]!, vipPort: other };

    for (const [where, event] of [
      ['at another VIP', { ...seen, at: atAnother }],
      ['at a port of which nothing is known yet', seen],
    ] as const) {
      it(`should be attached there, and what explained the strip explains nothing more: ${where}`, () => {
        const { phase, detached, fence, requests } = next(restoring, event);
        expect({ phase, detached, fence, requests }).to.deep.equal({
          phase: 'attached',
          detached: undefined,
          fence: undefined,
          requests: [],
        });
      });
    }

    it('should go on being restored while a read shows what the restore has done so far', () => {
      const ours = { ...seen, ports: [amphora], fixedIp: '10.107.0.3' };
      expect(next(restoring, ours).phase).to.equal('restoring');
      expect(next(restoring, { ...ours, at: held }).phase).to.equal('restoring');
    });
  });

  describe('when it is found associated', () => {
    const elsewhere: Event = { type: 'associated', of: { vip: vips[1]!, vipPort } };

    it('should be noted once, however often plans find it so', () => {
      const once = next(noMemory, events.associated);
      expect(once.episodes).to.deep.equal([{ ...of, seen: true, wrote: noFootprint }]);
      expect(next(once, events.associated)).to.equal(once);
    });

    it('should be the latest, whichever was found before', () => {
      const both = [events.associated, elsewhere, events.associated].reduce<Memory>(next, noMemory);
      expect(both.episodes.map(({ vip }) => vip)).to.deep.equal([vips[1], vips[0]]);
    });
  });

  describe('when the evidence of its record is told', () => {
    const unseen: Memory = { ...memories.detached, detached: { since: 2, wasSeenAttached: false, ports: [] } };

    for (const phase of ['detached', 'restoring'] as const) {
      it(`should be taken of one that is ${phase} and was so when it was seen first`, () => {
        expect(next({ ...unseen, phase }, events.evidence).detached?.ports).to.deep.equal([amphora]);
      });
    }

    it('should not be taken of one that is attached, that was seen attached, or of which there is some', () => {
      const known: Memory = { ...unseen, detached: { since: 2, wasSeenAttached: false, ports: [other] } };
      for (const memory of [noMemory, memories.detached, known]) {
        expect(next(memory, events.evidence)).to.equal(memory);
      }
    });
  });

  describe('when the stream says how it is', () => {
    it('should be noted with the port delete that was under way, until it says otherwise', () => {
      const said = next(noMemory, { type: 'said', detached: true, by: 'delete 1' });
      expect(said.said).to.deep.equal({ by: 'delete 1' });
      expect(next(said, { type: 'said', detached: false })).to.deep.equal(noMemory);
    });
  });

  describe('when its association has ended', () => {
    it('should keep what we wrote, and what the stream has said', () => {
      const episodes = [{ vip: of.vip, vipPort, seen: true, wrote: { ...noFootprint, ports: [amphora] } }];
      const said = { by: undefined };
      const before: Memory = {
        ...memories.restoring,
        episodes,
        said,
        lastWriteAt: 4,
        echoes: [setFlag, setFlag],
        letGo: { [other]: 1 },
      };
      expect(next(before, events.ended)).to.deep.equal({ ...noMemory, episodes, said });
    });
  });

  describe('which VIP holds it', () => {
    const [first, second] = vips.map((vip) => ({ vip, vipPort })) as [HeldAt, HeldAt];
    const shown = (delta: Partial<Extract<Event, { readonly type: 'seen-attached' }>>): Event => ({
      ...events['seen-attached'],
      ports: [amphora],
      fixedIp: '10.107.0.9',
      ...delta,
    });
    const heldAfter = (all: readonly Event[], before: Memory = noMemory): HeldAt | undefined =>
      all.reduce(next, { ...before, held: first }).held;

    it('should be the one at which a plan or a read has found it last, and no other any more', () => {
      expect(next(noMemory, events.associated).held).to.deep.equal(first);
      expect(heldAfter([{ type: 'associated', of: second }])).to.deep.equal(second);
      for (const phase of phases) expect(heldAfter([shown({ at: second })], memories[phase])).to.deep.equal(second);
    });

    it('should be the same while its fixed ip is spoiled, or only the reference to the VIP port is lost', () => {
      expect(heldAfter([shown({ ports: [vipPort, amphora] })])).to.deep.equal(first);
      expect(heldAfter([shown({ fixedIp: '10.107.0.3' })])).to.deep.equal(first);
    });

    it('should be none when its user has attached it to what is no VIP', () => {
      expect(heldAfter([shown({})])).to.equal(undefined);
    });

    it('should be the same through a strip, and whatever is written for another', () => {
      expect(heldAfter([events['seen-detached'], events.updated, firstStep])).to.deep.equal(first);
      expect(heldAfter([{ ...events['reference-added'], of: second }])).to.deep.equal(first);
    });

    for (const type of ['ended', 'unrecorded'] as const) {
      it(`should be none when that is ${type}`, () => {
        expect(heldAfter([{ type, vip: first.vip }])).to.equal(undefined);
        expect(heldAfter([{ type, vip: second.vip }])).to.deep.equal(first);
      });
    }

    it('should end the restore of the one before: what that went by must not explain the next strip', () => {
      const before = { ...memories.restoring, held: first };
      const after = next(before, shown({ at: second }));
      expect(after).to.deep.equal({ ...noMemory, held: second });
      expect(next(before, shown({ at: first }))).to.equal(before);
    });

    it('should keep what explains a strip when its association with another ends', () => {
      const before = { ...memories.detached, held: second };
      expect(next(before, events.ended)).to.equal(before);
    });
  });

  describe('when a reference is about to be added', () => {
    it('should be remembered as added: it may be carried out although no answer comes', () => {
      const on = setFlag.on;
      const to = { kind: 'virtual-machine-interface', uuid: amphora } as const;
      const write: ReferenceWrite = { do: 'add-reference', on, to, relaxed: true };
      const sent = next(memories.detached, { ...events.sending, write });
      expect(sent.added).to.deep.equal({ ...memories.detached.added, [amphora]: 5 });
      expect(next(memories.detached, events.sending).added).to.deep.equal(memories.detached.added);
    });
  });

  describe('whatever happens', () => {
    const port = fc.constantFrom(...Array.from({ length: 200 }, (_, number) => uuidOf(0x100 + number)));
    const episode = fc.record({
      vip: fc.constantFrom(...vips, ...Array.from({ length: 20 }, (_, n) => vipKey(uuidOf(1), `10.107.1.${n}`))),
      vipPort: fc.constantFrom(vipPort, other, undefined),
    });
    const requestId = fc.constantFrom('req-1', 'req-2', 'req-3');
    const number = fc.nat(100);
    const event: fc.Arbitrary<Event> = fc.oneof(
      fc.record({
        type: fc.constant('seen-attached' as const),
        readAfter: number,
        ports: fc.array(port, { maxLength: 4 }),
        fixedIp: fc.constantFrom('10.107.0.3', '10.107.0.4'),
        at: fc.constantFrom(undefined, { vip: vips[0]!, vipPort }, { vip: vips[1]!, vipPort }),
      }),
      fc.record({
        type: fc.constant('seen-detached' as const),
        at: number,
        before: fc.oneof(fc.constantFrom('unknown' as const, 'detached' as const), fc.array(port, { maxLength: 4 })),
      }),
      fc.record({
        type: fc.constant('updated' as const),
        request: fc.record({ requestId, sequence: number, at: number }),
      }),
      fc.record({
        type: fc.constant('said' as const),
        detached: fc.boolean(),
        by: fc.constantFrom(undefined, 'delete 1'),
      }),
      fc.constant(events.echoed),
      fc.record({ type: fc.constant('own-heard' as const), requestId, isRestore: fc.boolean() }),
      fc.record({
        type: fc.constant('sending' as const),
        plannedAt: number,
        write: fc.constantFrom(setFlag, firstStep.write),
        requestId,
        at: number,
      }),
      fc.record({ type: fc.constant('sending-again' as const), write: fc.constant(setFlag), at: number }),
      fc.record({
        type: fc.constant('reference-added' as const),
        port,
        plannedAt: number,
        isFreed: fc.boolean(),
        of: episode,
      }),
      fc.record({ type: fc.constant('reference-deleted' as const), port, at: number, of: episode }),
      fc.record({
        type: fc.constant('properties-set' as const),
        isVirtualIp: fc.constantFrom(undefined, true, false),
        fixedIp: fc.constantFrom(undefined, null, '10.107.0.3'),
        of: episode,
      }),
      fc.record({ type: fc.constantFrom<'associated' | 'handed-over'>('associated', 'handed-over'), of: episode }),
      fc.record({ type: fc.constant('evidence' as const), ports: fc.array(port, { maxLength: 4 }) }),
      fc.record({
        type: fc.constantFrom<'ended' | 'unrecorded'>('ended', 'unrecorded'),
        vip: fc.constantFrom(...vips),
      }),
      fc.record({ type: fc.constant('forgotten' as const), vip: fc.constantFrom(...vips) }),
    );
    const moved: Readonly<Record<Phase, readonly Phase[]>> = {
      attached: ['attached', 'detached', 'restoring'],
      detached: ['detached', 'attached', 'restoring'],
      restoring: ['restoring', 'attached'],
    };

    it('should never throw, move by the table only, be bounded, and leave the memory before as it was', () => {
      fc.assert(
        fc.property(fc.array(event, { maxLength: 200 }), (all) => {
          let memory: Memory = noMemory;
          for (const one of all) {
            const before = structuredClone(memory);
            const after = next(memory, one);
            expect(memory).to.deep.equal(before);
            expect(moved[memory.phase], `${memory.phase} by ${one.type}`).to.include(after.phase);
            expectBounded(after);
            memory = after;
          }
        }),
        { seed: Number(process.env['FC_SEED'] ?? 20261127), numRuns: 200 },
      );
    });
  });
});

function expectBounded({ requests, letGo, added, episodes, echoes, phase, detached }: Memory): void {
  expect(requests.length).to.be.at.most(16);
  expect(Object.keys(letGo).length).to.be.at.most(16);
  expect(Object.keys(added).length).to.be.at.most(64);
  expect(episodes.length).to.be.at.most(16);
  for (const { seen, wrote } of episodes) {
    expect(wrote.ports.length).to.be.at.most(16);
    expect(seen || wrote.flag || wrote.fixedIp || wrote.ports.length > 0).to.equal(true);
  }
  expect(echoes.length).to.be.at.most(64);
  if (phase === 'detached') expect(detached).not.to.equal(undefined);
  if (phase === 'attached') expect(detached).to.equal(undefined);
}
