import { expect } from 'chai';
import { ManualClock } from '../../../../../lib/base/clock/index.js';
import { ObjectCache, type Transition } from '../../../../../lib/cache/index.js';
import type { Change } from '../../../../../lib/change-stream/index.js';
import { newOwnRequestId } from '../../../../../lib/config-api/index.js';
import {
  fenceOf,
  History,
  isAttached,
  letGoSince,
  restorePurpose,
  vipKey,
} from '../../../../../lib/managers/octavia-vip/index.js';
import type { EntityOf } from '../../../../../lib/model/index.js';
import { uuidOf } from '../../../../support/change-messages.js';
import { floatingIpEntity, instanceIpEntity, key, network, portEntity, virtualIpEntity } from '../support/entities.js';
import { amphora1 as amphora, floatingIp, vipPort } from '../support/floating-ips.js';
import { vip } from '../support/ports.js';

type FloatingIp = EntityOf<'floating-ip'>;

const seen = (fixedIp: string | undefined, ...ports: readonly string[]): FloatingIp =>
  floatingIpEntity(floatingIp, { fixedIp, ports, isVirtualIp: true });
const attached = seen(vip, vipPort, amphora);
const detached = seen(undefined);
const of = { vip: key, vipPort };
const setFlag = {
  do: 'set',
  on: { kind: 'floating-ip', uuid: floatingIp },
  properties: { floating_ip_is_virtual_ip: true },
} as const;
const firstStep = { ...setFlag, purpose: restorePurpose };

/** A history that hears of changes with request-ids. */
class Watched {
  public readonly cache = new ObjectCache(new ManualClock());
  public readonly history = new History(this.cache);

  /** @param passesIds whether a request-id of a monitor has come back already */
  public constructor(passesIds = true) {
    if (passesIds) this.hear({ uuid: uuidOf(0x999), requestId: newOwnRequestId() });
  }

  public read(
    before: FloatingIp | undefined,
    after: FloatingIp | undefined,
    { readAfter = 0, at = 0 }: { readonly readAfter?: number; readonly at?: number } = {},
  ): void {
    const transition: Transition = { kind: 'floating-ip', uuid: floatingIp, before, after };
    this.history.seen(transition, { readAfter, at });
  }

  public hear(change: Partial<Change>, sequence = 0, at = 0): void {
    this.history.heard({ kind: 'floating-ip', operation: 'UPDATE', uuid: floatingIp, ...change }, { sequence, at });
  }

  public update(requestId: string, sequence: number, at = 0): void {
    this.hear({ requestId }, sequence, at);
  }

  public sendFirstStep(at = 0): string {
    const requestId = newOwnRequestId(restorePurpose);
    this.history.note(floatingIp, { type: 'sending', write: firstStep, requestId, plannedAt: 0, at });
    return requestId;
  }

  public addReference(port: string, plannedAt: number, isFreed = false): void {
    this.history.note(floatingIp, { type: 'reference-added', port, plannedAt, isFreed, of });
  }

  public deletePort(port: string, requestId: string): void {
    this.hear({ kind: 'virtual-machine-interface', operation: 'DELETE', uuid: port, requestId });
  }

  public get memory() {
    return this.history.memoryOf(floatingIp);
  }

  public get requests(): readonly string[] | undefined {
    return this.memory?.detached === undefined
      ? undefined
      : this.history.requestsOf(floatingIp).map(({ requestId }) => requestId);
  }

  public fence(now: number, limit = 2_000): 'open' | 'passed' {
    return fenceOf(this.memory, now, limit);
  }
}

describe('isAttached', () => {
  it('should want references and a fixed ip: Neutron sets and clears both together', () => {
    expect(isAttached(attached)).to.equal(true);
    expect(isAttached(seen(vip))).to.equal(false);
    expect(isAttached(seen(undefined, amphora))).to.equal(false);
    expect(isAttached(detached)).to.equal(false);
  });
});

describe('History', () => {
  describe('how a floating ip was detached', () => {
    it('should be when it was seen so first, what it referenced before, and who updated it', () => {
      const watched = new Watched();
      watched.update('req-1', 1, 10);
      watched.read(attached, detached, { readAfter: 1, at: 20 });
      watched.read(detached, detached, { readAfter: 1, at: 30 });
      expect(watched.memory).to.deep.include({
        phase: 'detached',
        detached: { since: 20, wasSeenAttached: true, ports: attached.refs['virtual-machine-interface'] },
        requests: [{ requestId: 'req-1', sequence: 1, at: 10 }],
      });
    });

    it('should hear of requests that come after the read: messages and reads overtake each other', () => {
      const watched = new Watched();
      watched.read(attached, detached);
      watched.update('req-1', 1);
      expect(watched.requests).to.deep.equal(['req-1']);
    });

    it('should hear of it when only a reference of ours is left, written too late', () => {
      const watched = new Watched();
      watched.read(attached, seen(undefined, amphora));
      expect(watched.memory?.detached).not.to.equal(undefined);
    });

    it('should be known of one that was detached when it was seen first: that it was so, and the requests from then on', () => {
      const watched = new Watched();
      watched.read(undefined, detached, { at: 20 });
      watched.update('req-1', 1, 30);
      expect(watched.memory).to.deep.include({
        detached: { since: 20, wasSeenAttached: false, ports: [] },
        requests: [{ requestId: 'req-1', sequence: 1, at: 30 }],
      });
    });

    describe('and what the record referenced, of one that was detached when it was seen first', () => {
      const evidence = (watched: Watched, ...ports: readonly string[]): void => {
        watched.history.note(floatingIp, { type: 'evidence', ports });
      };

      it('should be kept from the first look at it: the server shows dead references only until the record is written', () => {
        const watched = new Watched();
        watched.read(undefined, detached);
        evidence(watched, vipPort, amphora);
        evidence(watched, vipPort);
        expect(watched.memory?.detached?.ports).to.deep.equal([vipPort, amphora]);
      });

      it('should not replace what we saw ourselves, nor be kept of one that is attached', () => {
        const watched = new Watched();
        evidence(watched, vipPort);
        expect(watched.memory).to.equal(undefined);
        watched.read(attached, detached);
        evidence(watched, vipPort);
        expect(watched.memory?.detached?.ports).to.deep.equal([vipPort, amphora]);
      });

      it('should be lacking until it was told, and not where we saw it ourselves', () => {
        const watched = new Watched();
        expect(watched.history.lacksEvidence(floatingIp)).to.equal(false);
        watched.read(undefined, detached);
        expect(watched.history.lacksEvidence(floatingIp)).to.equal(true);
        evidence(watched, vipPort);
        expect(watched.history.lacksEvidence(floatingIp)).to.equal(false);
        const other = new Watched();
        other.read(attached, detached);
        expect(other.history.lacksEvidence(floatingIp)).to.equal(false);
      });
    });

    it('should be over when it is seen attached', () => {
      const watched = new Watched();
      watched.read(attached, detached);
      watched.read(detached, attached);
      expect(watched.memory).to.equal(undefined);
    });

    it('should name each request once, though it is announced two or three times', () => {
      const watched = new Watched();
      watched.read(attached, detached);
      for (const [sequence, id] of ['req-1', 'req-1', 'req-2', 'req-2'].entries()) watched.update(id, sequence);
      expect(watched.requests).to.deep.equal(['req-1', 'req-2']);
    });

    it('should name the latest requests, and no more than so many', () => {
      const watched = new Watched();
      watched.read(attached, detached);
      for (let sequence = 0; sequence < 100; sequence += 1) watched.update(`req-${sequence}`, sequence);
      expect(watched.requests).to.have.length(16);
      expect(watched.requests?.at(-1)).to.equal('req-99');
    });

    it('should be forgotten with the floating ip', () => {
      const watched = new Watched();
      watched.update('req-1', 1);
      watched.read(attached, detached);
      watched.read(detached, undefined);
      expect(watched.memory).to.equal(undefined);
      watched.read(attached, detached);
      expect(watched.requests).to.deep.equal([]);
    });
  });

  describe('when a read shows it attached', () => {
    it('should forget the requests that came before the read began: they are part of what it shows', () => {
      const watched = new Watched();
      watched.update('req-1', 1);
      watched.update('req-2', 2);
      watched.read(attached, attached, { readAfter: 2 });
      watched.read(attached, detached, { readAfter: 2 });
      expect(watched.requests).to.deep.equal([]);
    });

    it('should keep those that came while it was read: the next read will show what they did', () => {
      const watched = new Watched();
      watched.update('req-1', 1);
      watched.update('req-2', 2);
      watched.read(attached, attached, { readAfter: 1 });
      watched.read(attached, detached, { readAfter: 2 });
      expect(watched.requests).to.deep.equal(['req-2']);
    });

    it('should keep everything while it is half restored: with its fixed ip and a reference it only looks attached', () => {
      const watched = new Watched();
      watched.update('req-strip', 1);
      watched.read(attached, seen(undefined, amphora), { readAfter: 1 });
      watched.sendFirstStep();
      watched.read(seen(undefined, amphora), seen(vip, amphora), { readAfter: 2 });
      expect(watched.requests).to.deep.equal(['req-strip']);
    });
  });

  describe('when it was restored', () => {
    function halfRestored(): Watched {
      const watched = new Watched();
      watched.update('req-strip', 1);
      watched.read(attached, detached, { readAfter: 1 });
      watched.sendFirstStep();
      return watched;
    }

    it('should be over, and what had detached it must not explain the next time', () => {
      const watched = halfRestored();
      watched.addReference(vipPort, 1);
      expect(watched.memory).to.include({ phase: 'attached' }).and.not.to.have.property('detached');
      watched.read(attached, detached, { readAfter: 1 });
      expect(watched.requests).to.deep.equal([]);
    });

    it('should keep the requests that the plan did not know of', () => {
      const watched = halfRestored();
      watched.update('req-user', 2);
      watched.addReference(vipPort, 1);
      watched.read(attached, detached, { readAfter: 2 });
      expect(watched.requests).to.deep.equal(['req-user']);
    });

    it('should not be over if somebody has detached it again while its references were written', () => {
      const watched = halfRestored();
      watched.addReference(vipPort, 1, true);
      expect(watched.memory?.phase).to.equal('restoring');
      expect(watched.requests).to.deep.equal(['req-strip']);
    });

    it('should say nothing of one that was not being restored: it may have been detached since the plan was made', () => {
      const watched = new Watched();
      watched.update('req-strip', 2);
      watched.read(attached, detached, { readAfter: 2 });
      watched.addReference(vipPort, 1);
      expect(watched.requests).to.deep.equal(['req-strip']);
    });
  });

  describe('the fence', () => {
    const limit = 2_000;

    it('should be open after a first step, though no request-id of ours has ever come back', () => {
      const watched = new Watched(false);
      watched.sendFirstStep();
      expect(watched.fence(0)).to.equal('open');
      expect(watched.fence(limit)).to.equal('passed');
    });

    it('should be passed where none was opened', () => {
      expect(new Watched().fence(0)).to.equal('passed');
    });

    it('should be passed by the notification of the very write that opened it', () => {
      const watched = new Watched();
      const requestId = watched.sendFirstStep();
      watched.update(newOwnRequestId(), 1);
      watched.hear({ uuid: uuidOf(9), requestId }, 2);
      expect(watched.fence(0)).to.equal('open');
      watched.update(requestId, 3);
      expect(watched.fence(0)).to.equal('passed');
    });

    describe("when the first step may be another instance's", () => {
      function detachedAt(at: number): Watched {
        const watched = new Watched();
        watched.read(attached, detached, { at });
        return watched;
      }

      it('should be open for a detached floating ip, as long as no such step was seen', () => {
        const watched = detachedAt(100);
        expect(watched.fence(100)).to.equal('open');
        watched.update(newOwnRequestId(), 1);
        expect(watched.fence(100 + limit - 1)).to.equal('open');
        expect(watched.fence(100 + limit)).to.equal('passed');
      });

      it('should be passed by the notification of that step', () => {
        const watched = detachedAt(100);
        watched.update(newOwnRequestId(restorePurpose), 1);
        expect(watched.fence(100)).to.equal('passed');
      });

      it('should not be passed by the step of an earlier time', () => {
        const watched = new Watched();
        watched.update(newOwnRequestId(restorePurpose), 1);
        watched.read(detached, attached, { at: 50 });
        watched.read(attached, detached, { at: 100 });
        expect(watched.fence(100)).to.equal('open');
      });
    });

    it('should be passed when the notification is overdue: it is lost', () => {
      const watched = new Watched();
      watched.sendFirstStep(100);
      expect(watched.fence(100 + limit - 1)).to.equal('open');
      expect(watched.fence(100 + limit)).to.equal('passed');
    });
  });

  describe('on a server that does not pass our request-ids on', () => {
    const write = (watched: Watched, at: number): void => {
      watched.history.note(floatingIp, {
        type: 'sending',
        write: setFlag,
        requestId: newOwnRequestId(),
        plannedAt: 0,
        at,
      });
    };

    it("should take an update shortly after a write of ours for our own, and a later one for another's", () => {
      const watched = new Watched(false);
      watched.read(attached, detached);
      write(watched, 100);
      watched.update('req-1', 1, 1_099);
      watched.update('req-2', 2, 1_100);
      expect(watched.requests).to.deep.equal(['req-2']);
    });

    it('should tell of both as soon as one of our request-ids has come back: it was none of ours', () => {
      const watched = new Watched(false);
      watched.read(attached, detached);
      write(watched, 100);
      watched.update('req-1', 1, 101);
      expect(watched.requests).to.deep.equal([]);
      watched.hear({ requestId: newOwnRequestId() }, 2, 102);
      expect(watched.requests).to.deep.equal(['req-1']);
    });

    it('should forget what may be ours before what is not, if there is too much', () => {
      const watched = new Watched(false);
      watched.read(attached, detached);
      watched.update('req-1', 1, 1);
      write(watched, 100);
      for (let index = 0; index < 40; index += 1) watched.update(`echo-${index}`, 2 + index, 101 + index);
      expect(watched.requests).to.deep.equal(['req-1']);
    });

    it('should not do so once one of our request-ids has come back', () => {
      const watched = new Watched();
      watched.read(attached, detached);
      write(watched, 100);
      watched.update('req-1', 1, 101);
      expect(watched.requests).to.deep.equal(['req-1']);
    });
  });

  describe('what requests deleted', () => {
    it('should tell which ports a request deleted, and whether the delete of a port is explained', () => {
      const watched = new Watched();
      watched.deletePort(amphora, 'req-1');
      watched.deletePort(vipPort, 'req-1');
      const { requests } = watched.history;
      expect([...requests.deletedBy('req-1')]).to.have.members([vipPort, amphora]);
      expect([...requests.deletedBy('req-2')]).to.deep.equal([]);
      expect(requests.isDeleteExplained(amphora)).to.equal(true);
      expect(requests.isDeleteExplained(uuidOf(9))).to.equal(false);
    });

    it('should be a port when its address was deleted, be that known or only shown by the message (recording 08)', () => {
      const watched = new Watched();
      const [known, unknown] = [uuidOf(0x21), uuidOf(0x22)];
      watched.cache.put('instance-ip', instanceIpEntity(known, { address: vip, ports: [amphora] }));
      watched.hear({ kind: 'instance-ip', operation: 'DELETE', uuid: known, requestId: 'req-1' });
      const object = {
        uuid: unknown,
        fq_name: [unknown],
        virtual_machine_interface_refs: [{ uuid: vipPort, to: ['port'] }],
      };
      watched.hear({ kind: 'instance-ip', operation: 'DELETE', uuid: unknown, requestId: 'req-1', object });
      expect([...watched.history.requests.deletedBy('req-1')]).to.have.members([vipPort, amphora]);
    });

    it('should be nothing when what is deleted is told without a port, or is not whole', () => {
      const watched = new Watched();
      for (const object of [undefined, 'nonsense']) {
        watched.hear({ kind: 'instance-ip', operation: 'DELETE', uuid: uuidOf(0x22), requestId: 'req-1', object });
      }
      expect([...watched.history.requests.deletedBy('req-1')]).to.deep.equal([]);
    });
  });

  describe('what this process vouches for', () => {
    it('should be associations and members, by VIP and VIP port', () => {
      const { history } = new Watched();
      history.note(floatingIp, { type: 'associated', of });
      history.memberSeen(amphora, { key, vipPort });
      for (const [where, expected] of [
        [{ key, vipPort }, true],
        [{ key: vipKey(network, '10.107.0.99'), vipPort }, false],
        [{ key, vipPort: uuidOf(9) }, false],
      ] as const) {
        expect(history.wasAssociated(floatingIp, where)).to.equal(expected);
        expect(history.wasMember(amphora, where)).to.equal(expected);
      }
    });

    it('should be the latest members, and no more than so many', () => {
      const { history } = new Watched();
      for (let number = 0; number < 300; number += 1) history.memberSeen(uuidOf(0x1000 + number), { key, vipPort });
      expect(history.wasMember(uuidOf(0x1000), { key, vipPort })).to.equal(false);
      expect(history.wasMember(uuidOf(0x1000 + 299), { key, vipPort })).to.equal(true);
    });

    it('should keep a member that is seen again, however many come after it was seen first', () => {
      const { history } = new Watched();
      for (let number = 0; number < 300; number += 1) {
        history.memberSeen(amphora, { key, vipPort });
        history.memberSeen(uuidOf(0x1000 + number), { key, vipPort });
      }
      expect(history.wasMember(amphora, { key, vipPort })).to.equal(true);
    });

    it('should be the project in which a VIP port was last seen, beside its members', () => {
      const { history } = new Watched();
      expect(history.projectOf(vipPort)).to.equal(undefined);
      history.memberSeen(amphora, { key, vipPort });
      history.vipPortSeen(vipPort, uuidOf(0xa1));
      expect(history.projectOf(vipPort)).to.equal(uuidOf(0xa1));
      expect(history.wasMember(amphora, { key, vipPort })).to.equal(true);
    });
  });

  it('should remember which ports we let go of, and when', () => {
    const watched = new Watched();
    const drop = (port: string, at: number): void => {
      watched.history.note(floatingIp, { type: 'reference-deleted', port, at, of });
    };
    drop(amphora, 1_000);
    expect(letGoSince(watched.memory, 999)).to.deep.equal([amphora]);
    expect(letGoSince(watched.memory, 1_000)).to.deep.equal([]);
    for (let number = 0x100; number < 0x120; number += 1) drop(uuidOf(number), 2_000);
    expect(letGoSince(watched.memory, 0)).to.have.length(16).and.not.to.include(amphora);
    watched.read(attached, undefined);
    expect(letGoSince(watched.memory, 0)).to.deep.equal([]);
  });

  describe('a reference that we added, to a port that is deleted then', () => {
    const deletedBeside = (watched: Watched): readonly string[] => {
      watched.deletePort(amphora, 'req-delete');
      const request = { requestId: 'req-delete', sequence: 6, at: 0 };
      return watched.history.requests.deletedBeside(request, watched.memory ?? { requests: [], added: {} });
    };

    it('should be no strip when somebody had updated the floating ip before, and the plan did not know', () => {
      const watched = new Watched();
      watched.update('req-user', 5);
      watched.addReference(amphora, 4);
      expect(deletedBeside(watched)).to.deep.equal([]);
    });

    for (const [what, act] of [
      [
        'the plan knew of that',
        (watched: Watched) => {
          watched.addReference(amphora, 5);
        },
      ],
      [
        'it is another reference',
        (watched: Watched) => {
          watched.addReference(vipPort, 4);
        },
      ],
      [
        'that request had deleted a port: a strip, no disassociation',
        (watched: Watched) => {
          watched.addReference(amphora, 4);
          watched.deletePort(vipPort, 'req-user');
        },
      ],
    ] as const) {
      it(`should be one when ${what}`, () => {
        const watched = new Watched();
        watched.update('req-user', 5);
        act(watched);
        expect(deletedBeside(watched)).to.deep.equal([amphora]);
      });
    }
  });

  describe('what it tells the cache', () => {
    it('should be to read each change of a floating ip that is detached, and of no other', () => {
      const watched = new Watched();
      const awaits = () => watched.history.awaits('floating-ip', floatingIp);
      expect(awaits()).to.equal(false);
      watched.read(attached, detached);
      expect(awaits()).to.equal(true);
      expect(watched.history.awaits('virtual-ip', floatingIp)).to.equal(false);
      watched.read(detached, attached);
      expect(awaits()).to.equal(false);
    });

    it('should be that a virtual-ip of ours needs what it records, and others nothing', () => {
      const { history } = new Watched();
      const virtualIp = virtualIpEntity(uuidOf(0x40), { record: { floatingIps: [floatingIp] } });
      expect(history.needs('virtual-ip', virtualIp)).to.deep.equal([
        { kind: 'floating-ip', uuid: floatingIp },
        { kind: 'virtual-machine-interface', uuid: vipPort },
      ]);
      expect(history.needs('virtual-ip', virtualIpEntity(uuidOf(0x40), { record: null }))).to.deep.equal([]);
      expect(history.needs('floating-ip', attached)).to.deep.equal([]);
    });
  });

  describe('the VIP that holds a floating ip', () => {
    const other = vipKey(network, '10.107.0.9');
    const recording = virtualIpEntity(uuidOf(0x40), { ports: [vipPort], record: { floatingIps: [floatingIp] } });

    /** The VIP port has two addresses, both carried; a plan has found the floating ip at one of them. */
    const withTwoVips = (): Watched => {
      const watched = new Watched();
      const { cache, history } = watched;
      const put = (uuid: string, address: string): void => {
        cache.put('instance-ip', instanceIpEntity(uuid, { address, ports: [vipPort] }), { touched: 0 });
      };
      put(uuidOf(0x60), vip);
      put(uuidOf(0x61), '10.107.0.9');
      cache.put('virtual-machine-interface', portEntity(vipPort), { touched: 0 });
      const carrier = portEntity(amphora, { pairAddresses: [vip, '10.107.0.9'] });
      cache.put('virtual-machine-interface', carrier, { touched: 0 });
      history.note(floatingIp, { type: 'associated', of });
      return watched;
    };
    const changeRecord = ({ history }: Watched, after: EntityOf<'virtual-ip'> | undefined): void => {
      const transition: Transition = { kind: 'virtual-ip', uuid: recording.uuid, before: recording, after };
      history.seen(transition, { readAfter: 0, at: 0 });
    };

    it('should be the one to which a read shows it attached, and be that when it was stripped', () => {
      const watched = withTwoVips();
      const there = seen('10.107.0.9', vipPort);
      watched.read(attached, there);
      watched.read(there, detached);
      expect(watched.memory?.held).to.deep.equal({ vip: other, vipPort });
    });

    it('should be none when a read shows it attached to what nobody carries', () => {
      const watched = withTwoVips();
      watched.read(attached, seen('10.107.0.77', uuidOf(0x99)));
      expect(watched.memory?.held).to.equal(undefined);
    });

    for (const [what, after] of [
      ['gone', undefined],
      ['empty', virtualIpEntity(recording.uuid, { ports: [vipPort] })],
    ] as const) {
      it(`should be none when the record of a detached one is ${what}, whichever monitor has ended it`, () => {
        const watched = withTwoVips();
        watched.cache.put('floating-ip', detached, { touched: 0 });
        changeRecord(watched, recording);
        expect(watched.memory?.held).to.deep.equal(of);
        changeRecord(watched, after);
        expect(watched.memory?.held).to.equal(undefined);
      });
    }

    it('should be the same while it is attached there, or recorded by another virtual-ip of the VIP', () => {
      const watched = withTwoVips();
      watched.cache.put('floating-ip', attached, { touched: 0 });
      changeRecord(watched, undefined);
      expect(watched.memory?.held).to.deep.equal(of);
      watched.cache.put('floating-ip', detached, { touched: 0 });
      watched.cache.put('virtual-ip', { ...recording, uuid: uuidOf(0x41) }, { touched: 0 });
      changeRecord(watched, undefined);
      expect(watched.memory?.held).to.deep.equal(of);
    });
  });

  it('should keep nothing of floating ips that are attached and nobody’s business', () => {
    const watched = new Watched();
    watched.read(undefined, attached);
    watched.read(attached, attached, { readAfter: 3 });
    expect(watched.memory).to.equal(undefined);
  });
});
