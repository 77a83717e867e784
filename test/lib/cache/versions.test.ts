import { expect } from 'chai';
import { Versions, versionOf } from '../../../lib/cache/versions.js';

const second = 1_000_000;
const heardAt = Date.UTC(2026, 10, 24);
const now = heardAt * 1_000;

describe('versionOf', () => {
  it('should be the microseconds that last_modified says, in UTC', () => {
    const at = (last_modified: string): number | undefined => versionOf({ id_perms: { last_modified } });
    expect(at('2026-11-24T00:00:00.000001')).to.equal(now + 1);
    expect(at('2026-11-24T00:00:00')).to.equal(now);
    expect(at('2026-11-24T00:00:01.5')).to.equal(now + second + second / 2);
  });

  it('should be undefined where the server does not say, or not so', () => {
    expect(versionOf({})).to.equal(undefined);
    for (const last_modified of ['', 'yesterday', '2026-13-45T00:00:00']) {
      expect(versionOf({ id_perms: { last_modified } })).to.equal(undefined);
    }
  });
});

describe('Versions', () => {
  let versions: Versions;

  beforeEach(() => {
    versions = new Versions();
  });

  describe('what is stale for sure', () => {
    it('should be what is older than what was seen', () => {
      versions.seen('a', 5);
      expect(versions.isStale('a', 4, 0)).to.equal(true);
      expect(versions.isStale('a', 5, 0)).to.equal(false);
      expect(versions.isStale('b', 4, 0)).to.equal(false);
    });

    it('should be what a write of ours has replaced, until something younger is seen', () => {
      versions.seen('a', 5);
      versions.writing('a');
      expect(versions.isStale('a', 5, 0)).to.equal(false);
      versions.wrote('a');
      expect(versions.isStale('a', 5, 0)).to.equal(true);
      expect(versions.isStale('a', 6, 0)).to.equal(false);
      versions.seen('a', 6);
      expect(versions.isStale('a', 6, 0)).to.equal(false);
    });

    it('should not be what was read while the write was on its way', () => {
      versions.seen('a', 5);
      versions.writing('a');
      versions.seen('a', 6);
      versions.wrote('a');
      expect(versions.isStale('a', 6, 0)).to.equal(false);
    });

    it('should be an object whose DELETE was heard just now', () => {
      versions.deleted('a', 1_000);
      expect(versions.isStale('a', undefined, 2_000)).to.equal(true);
      expect(versions.isStale('a', undefined, 7_000)).to.equal(false);
    });

    it('should be that an object is missing whose CREATE was heard just now, and no DELETE', () => {
      versions.created('a', 1_000);
      expect(versions.isMissingTooEarly('a', 2_000)).to.equal(true);
      expect(versions.isMissingTooEarly('a', 7_000)).to.equal(false);
      versions.deleted('a', 1_500);
      versions.created('a', 1_600);
      expect(versions.isMissingTooEarly('a', 2_000)).to.equal(false);
    });

    it('should be nothing where the server does not say when it wrote', () => {
      versions.seen('a', undefined);
      expect(versions.isStale('a', undefined, 0)).to.equal(false);
      expect(versions.isOlderThanNews(undefined, heardAt)).to.equal(false);
    });
  });

  describe('what may not show the change that was announced', () => {
    it('should be a version much older than the announcement', () => {
      expect(versions.isOlderThanNews(now - 2 * second, heardAt)).to.equal(true);
      expect(versions.isOlderThanNews(now - second / 2, heardAt)).to.equal(false);
    });

    it('should allow for a server whose clock is behind, once that has been found out', () => {
      const behind = now - 60 * second;
      expect(versions.isOlderThanNews(behind, heardAt)).to.equal(true);
      versions.confirmed(behind, heardAt);
      expect(versions.isOlderThanNews(behind, heardAt)).to.equal(false);
      expect(versions.isOlderThanNews(behind - 2 * second, heardAt)).to.equal(true);
    });

    it('should allow for a server whose clock is ahead', () => {
      const ahead = now + 60 * second;
      expect(versions.isOlderThanNews(ahead, heardAt)).to.equal(false);
      expect(versions.isOlderThanNews(now, heardAt)).to.equal(true);
    });
  });
});
