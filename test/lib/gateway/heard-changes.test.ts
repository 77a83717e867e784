import { expect } from 'chai';
import { newOwnRequestId } from '../../../lib/config-api/index.js';
import { HeardChanges } from '../../../lib/gateway/heard-changes.js';
import type { Transition } from '../../../lib/index.js';

const uuid = '60000000-0000-4000-8000-000000000000';

describe('HeardChanges', () => {
  let changes: HeardChanges;
  const hear = (sequence: number, requestId?: string): void => {
    const more = requestId === undefined ? {} : { requestId };
    changes.heard({ kind: 'floating-ip', operation: 'UPDATE', uuid, ...more }, { sequence, at: 0 });
  };
  const see = (readAfter: number): void => {
    const transition: Transition = { kind: 'floating-ip', uuid, before: undefined, after: undefined };
    changes.seen(transition, { readAfter, at: 0 });
  };

  beforeEach(() => {
    changes = new HeardChanges();
  });

  it('should know what was heard of and read since', () => {
    const { position } = changes;
    hear(7, 'req-of-a-user');
    expect(changes.isKnownSince(uuid, position)).to.equal(false);
    see(6);
    expect(changes.isKnownSince(uuid, position)).to.equal(false);
    see(7);
    expect(changes.isKnownSince(uuid, position)).to.equal(true);
  });

  it('should not take what was heard of before for what came since', () => {
    hear(7);
    see(7);

    expect(changes.isKnownSince(uuid, changes.position)).to.equal(false);
  });

  it('should pass over what monitors write', () => {
    const { position } = changes;
    hear(7, newOwnRequestId());
    see(7);

    expect(changes.isKnownSince(uuid, position)).to.equal(false);
  });

  it('should pass over other kinds', () => {
    const seen: string[] = [];
    changes.onSeen((one) => seen.push(one));
    changes.heard({ kind: 'virtual-ip', operation: 'UPDATE', uuid }, { sequence: 1, at: 0 });
    changes.seen({ kind: 'virtual-ip', uuid, before: undefined, after: undefined }, { readAfter: 1, at: 0 });

    expect(changes.position).to.equal(0);
    expect(seen).to.deep.equal([]);
  });

  it('should tell of each read until it is taken back', () => {
    const seen: string[] = [];
    const end = changes.onSeen((one) => seen.push(one));
    see(1);
    end();
    see(2);

    expect(seen).to.deep.equal([uuid]);
  });
});
