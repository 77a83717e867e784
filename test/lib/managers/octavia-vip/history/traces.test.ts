import { expect } from 'chai';
import { restoreRequestIdPrefix } from '../../../../../lib/config-api/index.js';
import { isAttached, Traces, type FloatingIpEntity } from '../../../../../lib/cache/index.js';
import { uuidOf } from '../../../../support/change-messages.js';

const floatingIp = uuidOf(1);
const [vipPort, amphora] = [uuidOf(2), uuidOf(3)];
const vip = '10.107.0.3';

function seen(fixedIp: string | undefined, ...portUuids: readonly string[]): FloatingIpEntity {
  const base = { uuid: floatingIp, isVirtualIp: true, portUuids, projectUuids: [] };
  return fixedIp === undefined ? base : { ...base, fixedIp };
}

const attached = seen(vip, vipPort, amphora);
const detached = seen(undefined);

/** Traces on a server that passes our request-ids on. */
function newTraces(): Traces {
  const traces = new Traces();
  traces.ownRequestSeen();
  return traces;
}

function read(
  traces: Traces,
  before: FloatingIpEntity | undefined,
  after: FloatingIpEntity,
  { readAfter = 0, at = 0 }: { readonly readAfter?: number; readonly at?: number } = {},
): void {
  traces.floatingIpSeen(floatingIp, { before, after, readAfter, at });
}

function update(traces: Traces, requestId: string, sequence: number, at = 0): void {
  traces.floatingIpUpdated(floatingIp, { requestId, sequence, at });
}

const requestsOf = (traces: Traces) => traces.detachedTrace(floatingIp)?.updates.map(({ requestId }) => requestId);

describe('isAttached', () => {
  it('should want references and a fixed ip: Neutron sets and clears both together', () => {
    expect(isAttached(attached)).to.equal(true);
    expect(isAttached(seen(vip))).to.equal(false);
    expect(isAttached(seen(undefined, amphora))).to.equal(false);
    expect(isAttached(detached)).to.equal(false);
  });
});

describe('Traces', () => {
  describe('how a floating ip was detached', () => {
    it('should be when it was seen so first, what it referenced before, and who updated it', () => {
      const traces = newTraces();
      update(traces, 'req-1', 1, 10);
      read(traces, attached, detached, { readAfter: 1, at: 20 });
      read(traces, detached, detached, { readAfter: 1, at: 30 });
      expect(traces.detachedTrace(floatingIp)).to.deep.equal({
        since: 20,
        wasSeenAttached: true,
        portUuids: [vipPort, amphora],
        updates: [{ requestId: 'req-1', sequence: 1, at: 10 }],
      });
    });

    it('should hear of requests that come after the read: messages and reads overtake each other', () => {
      const traces = newTraces();
      read(traces, attached, detached);
      update(traces, 'req-1', 1);
      expect(requestsOf(traces)).to.deep.equal(['req-1']);
    });

    it('should hear of it when only a reference of ours is left, written too late', () => {
      const traces = newTraces();
      read(traces, attached, seen(undefined, amphora));
      expect(traces.detachedTrace(floatingIp)).not.to.equal(undefined);
    });

    it('should be known of one that was detached when it was seen first: that it was so, and the requests from then on', () => {
      const traces = newTraces();
      read(traces, undefined, detached, { at: 20 });
      update(traces, 'req-1', 1, 30);
      expect(traces.detachedTrace(floatingIp)).to.deep.equal({
        since: 20,
        wasSeenAttached: false,
        portUuids: [],
        updates: [{ requestId: 'req-1', sequence: 1, at: 30 }],
      });
    });

    describe('and what the record referenced, of one that was detached when it was seen first', () => {
      it('should be kept from the first look at it: the server shows dead references only until the record is written', () => {
        const traces = newTraces();
        read(traces, undefined, detached);
        traces.keepEvidence(floatingIp, [vipPort, amphora]);
        traces.keepEvidence(floatingIp, [vipPort]);
        expect(traces.detachedTrace(floatingIp)?.portUuids).to.deep.equal([vipPort, amphora]);
      });

      it('should not replace what we saw ourselves, nor be kept of one that is attached', () => {
        const traces = newTraces();
        traces.keepEvidence(floatingIp, [vipPort]);
        expect(traces.detachedTrace(floatingIp)).to.equal(undefined);
        read(traces, attached, detached);
        traces.keepEvidence(floatingIp, [vipPort]);
        expect(traces.detachedTrace(floatingIp)?.portUuids).to.deep.equal([vipPort, amphora]);
      });
    });

    it('should be over when it is seen attached', () => {
      const traces = newTraces();
      read(traces, attached, detached);
      read(traces, detached, attached);
      expect(traces.detachedTrace(floatingIp)).to.equal(undefined);
    });

    it('should name each request once, though it is announced two or three times', () => {
      const traces = newTraces();
      read(traces, attached, detached);
      for (const [sequence, id] of ['req-1', 'req-1', 'req-2', 'req-2'].entries()) update(traces, id, sequence);
      expect(requestsOf(traces)).to.deep.equal(['req-1', 'req-2']);
    });

    it('should name the latest requests, and no more than so many', () => {
      const traces = newTraces();
      read(traces, attached, detached);
      for (let sequence = 0; sequence < 100; sequence += 1) update(traces, `req-${sequence}`, sequence);
      expect(requestsOf(traces)).to.have.length(16);
      expect(requestsOf(traces)?.at(-1)).to.equal('req-99');
    });

    it('should be forgotten with the floating ip', () => {
      const traces = newTraces();
      update(traces, 'req-1', 1);
      read(traces, attached, detached);
      traces.forgetFloatingIp(floatingIp);
      read(traces, attached, detached);
      expect(requestsOf(traces)).to.deep.equal([]);
    });
  });

  describe('when a read shows it attached', () => {
    it('should forget the requests that came before the read began: they are part of what it shows', () => {
      const traces = newTraces();
      update(traces, 'req-1', 1);
      update(traces, 'req-2', 2);
      read(traces, attached, attached, { readAfter: 2 });
      read(traces, attached, detached, { readAfter: 2 });
      expect(requestsOf(traces)).to.deep.equal([]);
    });

    it('should keep those that came while it was read: the next read will show what they did', () => {
      const traces = newTraces();
      update(traces, 'req-1', 1);
      update(traces, 'req-2', 2);
      read(traces, attached, attached, { readAfter: 1 });
      read(traces, attached, detached, { readAfter: 2 });
      expect(requestsOf(traces)).to.deep.equal(['req-2']);
    });

    it('should keep everything while it is half restored: with its fixed ip and a reference it only looks attached', () => {
      const traces = newTraces();
      update(traces, 'req-strip', 1);
      read(traces, attached, seen(undefined, amphora), { readAfter: 1 });
      traces.openFence(floatingIp, 'req-svc-monitor-1', 0);
      read(traces, seen(undefined, amphora), seen(vip, amphora), { readAfter: 2 });
      expect(requestsOf(traces)).to.deep.equal(['req-strip']);
    });
  });

  describe('when it was restored', () => {
    function halfRestored(): Traces {
      const traces = newTraces();
      update(traces, 'req-strip', 1);
      read(traces, attached, detached, { readAfter: 1 });
      traces.openFence(floatingIp, 'req-svc-monitor-1', 0);
      return traces;
    }

    it('should be over, and what had detached it must not explain the next time', () => {
      const traces = halfRestored();
      traces.restored(floatingIp, 1);
      expect(traces.detachedTrace(floatingIp)).to.equal(undefined);
      read(traces, attached, detached, { readAfter: 1 });
      expect(requestsOf(traces)).to.deep.equal([]);
    });

    it('should keep the requests that the plan did not know of', () => {
      const traces = halfRestored();
      update(traces, 'req-user', 2);
      traces.restored(floatingIp, 1);
      read(traces, attached, detached, { readAfter: 2 });
      expect(requestsOf(traces)).to.deep.equal(['req-user']);
    });

    it('should say nothing of one that was not being restored: it may have been detached since the plan was made', () => {
      const traces = newTraces();
      update(traces, 'req-strip', 2);
      read(traces, attached, detached, { readAfter: 2 });
      traces.restored(floatingIp, 1);
      expect(requestsOf(traces)).to.deep.equal(['req-strip']);
    });
  });

  describe('the fence', () => {
    const limit = 2_000;

    it('should be open after a first step, though no request-id of ours has ever come back', () => {
      const traces = new Traces();
      traces.openFence(floatingIp, 'req-svc-monitor-1', 0);
      expect(traces.fence(floatingIp, 0, limit)).to.equal('open');
      expect(traces.fence(floatingIp, limit, limit)).to.equal('passed');
    });

    it('should be passed where none was opened', () => {
      expect(newTraces().fence(floatingIp, 0, limit)).to.equal('passed');
    });

    it('should be passed by the notification of the very write that opened it', () => {
      const traces = newTraces();
      traces.openFence(floatingIp, 'req-svc-monitor-2', 0);
      traces.ownUpdateSeen(floatingIp, 'req-svc-monitor-1');
      traces.ownUpdateSeen(uuidOf(9), 'req-svc-monitor-2');
      expect(traces.fence(floatingIp, 0, limit)).to.equal('open');
      traces.ownUpdateSeen(floatingIp, 'req-svc-monitor-2');
      expect(traces.fence(floatingIp, 0, limit)).to.equal('passed');
    });

    describe("when the first step may be another instance's", () => {
      function detachedAt(at: number): Traces {
        const traces = newTraces();
        read(traces, attached, detached, { readAfter: 0, at });
        return traces;
      }

      it('should be open for a detached floating ip, as long as no such step was seen', () => {
        const traces = detachedAt(100);
        expect(traces.fence(floatingIp, 100, limit)).to.equal('open');
        traces.ownUpdateSeen(floatingIp, 'req-svc-monitor-1');
        expect(traces.fence(floatingIp, 100 + limit - 1, limit)).to.equal('open');
        expect(traces.fence(floatingIp, 100 + limit, limit)).to.equal('passed');
      });

      it('should be passed by the notification of that step', () => {
        const traces = detachedAt(100);
        traces.ownUpdateSeen(floatingIp, `${restoreRequestIdPrefix}1`);
        expect(traces.fence(floatingIp, 100, limit)).to.equal('passed');
      });

      it('should not be passed by the step of an earlier time', () => {
        const traces = newTraces();
        traces.ownUpdateSeen(floatingIp, `${restoreRequestIdPrefix}1`);
        read(traces, detached, attached, { readAfter: 0, at: 50 });
        read(traces, attached, detached, { readAfter: 0, at: 100 });
        expect(traces.fence(floatingIp, 100, limit)).to.equal('open');
      });
    });

    it('should be passed when the notification is overdue: it is lost', () => {
      const traces = newTraces();
      traces.openFence(floatingIp, 'req-svc-monitor-1', 100);
      expect(traces.fence(floatingIp, 100 + limit - 1, limit)).to.equal('open');
      expect(traces.fence(floatingIp, 100 + limit, limit)).to.equal('passed');
    });
  });

  describe('on a server that does not pass our request-ids on', () => {
    it("should take an update shortly after a write of ours for our own, and a later one for another's", () => {
      const traces = new Traces();
      read(traces, attached, detached);
      traces.writing(floatingIp, 'req-svc-monitor-1', 100);
      update(traces, 'req-1', 1, 1_099);
      update(traces, 'req-2', 2, 1_100);
      expect(requestsOf(traces)).to.deep.equal(['req-2']);
    });

    it('should not do so once one of our request-ids has come back', () => {
      const traces = newTraces();
      read(traces, attached, detached);
      traces.writing(floatingIp, 'req-svc-monitor-1', 100);
      update(traces, 'req-1', 1, 101);
      expect(requestsOf(traces)).to.deep.equal(['req-1']);
    });
  });

  it('should tell which ports a request deleted, and whether the delete of a port is explained', () => {
    const traces = newTraces();
    traces.portDeleted(amphora, 'req-1');
    traces.portDeleted(vipPort, 'req-1');
    expect([...traces.portsDeletedBy('req-1')]).to.have.members([vipPort, amphora]);
    expect([...traces.portsDeletedBy('req-2')]).to.deep.equal([]);
    expect(traces.isDeleteExplained(amphora)).to.equal(true);
    expect(traces.isDeleteExplained(uuidOf(9))).to.equal(false);
  });

  it('should vouch for associations and members by VIP and VIP port', () => {
    const traces = newTraces();
    traces.associationSeen(floatingIp, { key: 'vip-1', vipPort });
    traces.memberSeen(amphora, { key: 'vip-1', vipPort });
    for (const [vip, expected] of [
      [{ key: 'vip-1', vipPort }, true],
      [{ key: 'vip-2', vipPort }, false],
      [{ key: 'vip-1', vipPort: uuidOf(9) }, false],
    ] as const) {
      expect(traces.wasAssociationSeen(floatingIp, vip)).to.equal(expected);
      expect(traces.wasMember(amphora, vip)).to.equal(expected);
    }
  });

  it('should remember which ports we let go of, and when', () => {
    const traces = newTraces();
    traces.referenceDeleted(floatingIp, amphora, 1_000);
    expect(traces.portsLetGoSince(floatingIp, 999)).to.deep.equal([amphora]);
    expect(traces.portsLetGoSince(floatingIp, 1_000)).to.deep.equal([]);
    for (let number = 0x100; number < 0x120; number += 1) traces.referenceDeleted(floatingIp, uuidOf(number), 2_000);
    expect(traces.portsLetGoSince(floatingIp, 0)).to.have.length(16).and.not.to.include(amphora);
    traces.forgetFloatingIp(floatingIp);
    expect(traces.portsLetGoSince(floatingIp, 0)).to.deep.equal([]);
  });

  describe('a reference that we added', () => {
    const updateAt = (sequence: number) => ({ requestId: 'req-delete', sequence, at: 0 });

    it('should be late when somebody had updated the floating ip before, and the plan did not know', () => {
      const traces = newTraces();
      update(traces, 'req-user', 5);
      traces.referenceAdded(floatingIp, amphora, 4);
      expect(traces.wasAddedLate(floatingIp, amphora, updateAt(6))).to.equal(true);
    });

    for (const [what, act] of [
      [
        'the plan knew of that',
        (traces: Traces) => {
          traces.referenceAdded(floatingIp, amphora, 5);
        },
      ],
      [
        'it is another reference',
        (traces: Traces) => {
          traces.referenceAdded(floatingIp, vipPort, 4);
        },
      ],
      [
        'that request had deleted a port: a strip, no disassociation',
        (traces: Traces) => {
          traces.referenceAdded(floatingIp, amphora, 4);
          traces.portDeleted(vipPort, 'req-user');
        },
      ],
    ] as const) {
      it(`should not be late when ${what}`, () => {
        const traces = newTraces();
        update(traces, 'req-user', 5);
        act(traces);
        expect(traces.wasAddedLate(floatingIp, amphora, updateAt(6))).to.equal(false);
      });
    }
  });
});
