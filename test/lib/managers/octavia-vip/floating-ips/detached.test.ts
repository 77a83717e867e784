import { expect } from 'chai';
import type { ManagerSettings } from '../../../../../lib/managers/index.js';
import { decideDetached, type DetachedObservation } from '../../../../../lib/managers/octavia-vip/index.js';
import { amphora1, amphora2, detachedBy, recordedPorts, settings, vipPort, web } from '../support/floating-ips.js';

const window = settings.stripWindowMs;

function decide(delta: Partial<DetachedObservation>, rules: Partial<ManagerSettings> = {}) {
  return decideDetached(
    { detached: undefined, recordedPorts: recordedPorts(), vipPort, verified: true, ...delta },
    { ...settings, ...rules },
  );
}

const silentlyGone = recordedPorts({ [amphora1]: 'unexplained' });

describe('decideDetached', () => {
  describe('when the latest request deleted an amphora port (recording 05)', () => {
    it('should be stripped, at once and for ever', () => {
      for (const ageMs of [0, window, 1_000 * window]) {
        expect(decide({ detached: detachedBy([ageMs, amphora1]), verified: false })).to.deep.equal({ is: 'stripped' });
      }
    });

    it('should be stripped although the port itself could not be deleted, only its address (recording 08)', () => {
      // The trace names the port for the delete of its address.
      expect(decide({ detached: detachedBy([0, amphora1]), recordedPorts: recordedPorts() })).to.deep.equal({
        is: 'stripped',
      });
    });

    it('should be stripped when the description was changed before', () => {
      expect(decide({ detached: detachedBy([500], [100, amphora1]) })).to.deep.equal({ is: 'stripped' });
    });
  });

  describe('when a disassociation follows a strip', () => {
    it("should wait for the window, for nothing tells yet that it is the user's", () => {
      const seen = {
        detached: detachedBy([900, amphora1], [500]),
        recordedPorts: recordedPorts({ [amphora1]: 'explained' }),
      };
      expect(decide(seen)).to.deep.equal({ is: 'undecided', recheckAfterMs: window - 500 });
    });

    it("should be freed then: the user's word holds", () => {
      const seen = {
        detached: detachedBy([2 * window, amphora1], [window]),
        recordedPorts: recordedPorts({ [amphora1]: 'explained' }),
      };
      expect(decide(seen)).to.deep.equal({ is: 'freed' });
    });
  });

  describe('when a port delete follows the word of its user', () => {
    const seen = (
      requests: readonly (readonly [ageMs: number, ...deleted: string[]])[],
      addedPorts: readonly string[] = [],
    ): Partial<DetachedObservation> => ({
      detached: { ...detachedBy(...requests), portUuids: [vipPort, amphora1], addedPorts },
      recordedPorts: recordedPorts({ [amphora1]: 'explained', [amphora2]: 'explained' }),
    });

    it('should be freed if a strip came before: what the port delete took away was a reference written too late', () => {
      expect(decide(seen([[3 * window, amphora1], [2 * window], [window, amphora2]]))).to.deep.equal({ is: 'freed' });
    });

    it('should be freed if nothing of the deleted port was seen before', () => {
      expect(decide(seen([[2 * window], [window, amphora2]]))).to.deep.equal({ is: 'freed' });
    });

    it('should be stripped if it referenced that port all along', () => {
      expect(decide(seen([[2 * window], [window, amphora1]]))).to.deep.equal({ is: 'stripped' });
    });

    it('should be stripped if we have added the reference to that port ourselves, and know of no strip since', () => {
      expect(decide(seen([[2 * window], [window, amphora2]], [amphora2]))).to.deep.equal({ is: 'stripped' });
    });

    it('should be stripped if two strips came one after another', () => {
      expect(
        decide(
          seen([
            [2 * window, amphora1],
            [window, amphora2],
          ]),
        ),
      ).to.deep.equal({ is: 'stripped' });
    });
  });

  describe('when the latest request deleted nothing (recording 06)', () => {
    it('should be undecided while the delete may still come', () => {
      expect(decide({ detached: detachedBy([0]) })).to.deep.equal({ is: 'undecided', recheckAfterMs: window });
      expect(decide({ detached: detachedBy([window - 1]) })).to.deep.equal({ is: 'undecided', recheckAfterMs: 1 });
    });

    it('should have the ports read again before it is given up', () => {
      expect(decide({ detached: detachedBy([window]), verified: false })).to.deep.equal({ is: 'unverified' });
    });

    it('should be freed', () => {
      expect(decide({ detached: detachedBy([window]) })).to.deep.equal({ is: 'freed' });
    });

    it('should be freed although another request deleted a recorded port meanwhile', () => {
      const recorded = recordedPorts({ [amphora1]: 'explained' });
      expect(decide({ detached: detachedBy([window]), recordedPorts: recorded })).to.deep.equal({ is: 'freed' });
    });

    it('should be unclear when a recorded port is gone of whose delete nobody told', () => {
      const seen = { detached: detachedBy([window]), recordedPorts: silentlyGone };
      expect(decide(seen)).to.deep.equal({ is: 'stripped' });
      expect(decide(seen, { unclearDisassociation: 'restore' })).to.deep.equal({ is: 'stripped' });
      expect(decide(seen, { unclearDisassociation: 'respect' })).to.deep.equal({ is: 'freed' });
    });

    it('should be freed whatever the setting, where nothing is unclear', () => {
      expect(decide({ detached: detachedBy([window]) }, { unclearDisassociation: 'restore' })).to.deep.equal({
        is: 'freed',
      });
    });
  });

  describe('when the latest request deleted the VIP port', () => {
    it('should not be stripped', () => {
      expect(decide({ detached: detachedBy([window, vipPort]) })).to.deep.equal({ is: 'freed' });
    });

    it('should be stripped if it deleted an amphora port besides', () => {
      expect(decide({ detached: detachedBy([window, vipPort, amphora2]) })).to.deep.equal({ is: 'stripped' });
    });
  });

  describe('when the latest request deleted a port that never was one of the VIP', () => {
    it('should not be stripped: the user had moved the floating ip to that port, and deleted it', () => {
      const detached = { ...detachedBy([window, web]), portUuids: [web] };
      expect(decide({ detached })).to.deep.equal({ is: 'freed' });
    });
  });

  describe('when no request is known', () => {
    const unseen = (sinceMs: number) => ({
      sinceMs,
      wasSeenAttached: true,
      portUuids: [vipPort, amphora1],
      addedPorts: [],
      requests: [],
    });

    it('should be undecided within the window after it was seen empty', () => {
      expect(decide({ detached: unseen(300) })).to.deep.equal({ is: 'undecided', recheckAfterMs: window - 300 });
    });

    it('should have the ports read again then, or at once if nobody saw it lose its references', () => {
      expect(decide({ detached: unseen(window), verified: false })).to.deep.equal({ is: 'unverified' });
      expect(decide({ detached: undefined, verified: false })).to.deep.equal({ is: 'unverified' });
    });

    it('should be freed if it was empty before the port that is gone was recorded', () => {
      const recorded = recordedPorts({ [amphora2]: 'unexplained' });
      const seenEmpty = { ...unseen(window), wasSeenAttached: false, portUuids: [vipPort, amphora1] };
      expect(decide({ detached: seenEmpty, recordedPorts: recorded })).to.deep.equal({ is: 'freed' });
      const restoring = { ...seenEmpty, addedPorts: [amphora2] };
      expect(decide({ detached: restoring, recordedPorts: recorded })).to.deep.equal({ is: 'stripped' });
      expect(decide({ detached: { ...seenEmpty, portUuids: [] }, recordedPorts: recorded })).to.deep.equal({
        is: 'stripped',
      });
    });

    for (const [what, recorded, expected] of [
      ['all recorded ports are there', recordedPorts(), 'freed'],
      ['a recorded amphora port is gone', silentlyGone, 'stripped'],
      [
        'a recorded amphora port is gone, and another request deleted it',
        recordedPorts({ [amphora1]: 'explained' }),
        'stripped',
      ],
      ['only the VIP port has lost its address', recordedPorts({ [vipPort]: 'unexplained' }), 'freed'],
      ['nothing was recorded', [], 'freed'],
    ] as const) {
      it(`should be ${expected} by state when ${what}`, () => {
        expect(decide({ recordedPorts: recorded })).to.deep.equal({ is: expected });
        expect(decide({ recordedPorts: recorded, detached: unseen(window) })).to.deep.equal({ is: expected });
      });

      it(`should follow the setting, whatever the state, when ${what}`, () => {
        expect(decide({ recordedPorts: recorded }, { unclearDisassociation: 'restore' })).to.deep.equal({
          is: 'stripped',
        });
        expect(decide({ recordedPorts: recorded }, { unclearDisassociation: 'respect' })).to.deep.equal({
          is: 'freed',
        });
      });
    }
  });

  it('should take the window from the settings', () => {
    expect(decide({ detached: detachedBy([100]) }, { stripWindowMs: 100 })).to.deep.equal({ is: 'freed' });
  });
});
