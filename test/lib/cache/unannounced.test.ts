import { expect } from 'chai';
import { ManualClock, silentLogger, Unannounced } from '../../../lib/index.js';

describe('Unannounced', () => {
  let clock: ManualClock;
  let unannounced: Unannounced;

  const read = (...found: readonly string[]): void => {
    unannounced.readBegins(true);
    for (const uuid of found) unannounced.found('floating-ip', uuid);
    unannounced.readEnds();
  };

  beforeEach(() => {
    clock = new ManualClock();
    unannounced = new Unannounced(clock, silentLogger);
    unannounced.gap();
    read('all');
  });

  it('should count nothing of the first read', () => {
    clock.step(10_000);
    expect(unannounced.status()).to.equal(undefined);
  });

  it('should count what a further read finds, by kind, once it could have been announced', () => {
    read('a', 'b');
    clock.step(9_999);
    expect(unannounced.status()).to.equal(undefined);
    clock.step(1);
    expect(unannounced.status()).to.deep.equal({
      lastRead: { 'floating-ip': 2 },
      lastHour: { 'floating-ip': 2 },
      since: clock.now(),
    });
  });

  it('should sum up the reads of an hour, and forget what is older', () => {
    read('a');
    clock.step(1_800_000);
    read('b', 'c');
    clock.step(10_000);
    expect(unannounced.status()).to.deep.include({ lastRead: { 'floating-ip': 2 }, lastHour: { 'floating-ip': 3 } });
    read();
    clock.step(1_800_001);
    expect(unannounced.status()).to.deep.include({ lastRead: {}, lastHour: { 'floating-ip': 2 } });
    clock.step(1_800_000);
    expect(unannounced.status()).to.equal(undefined);
  });

  it('should not count what was heard of since the read before, during the read, or soon after', () => {
    unannounced.heard('before');
    unannounced.readBegins(true);
    unannounced.found('floating-ip', 'before');
    unannounced.heard('during');
    unannounced.found('floating-ip', 'during');
    unannounced.found('floating-ip', 'after');
    unannounced.readEnds();
    unannounced.heard('after');
    clock.step(10_000);
    expect(unannounced.status()).to.equal(undefined);
  });

  it('should not count what was heard of during the read before', () => {
    unannounced.readBegins(true);
    unannounced.heard('late');
    unannounced.readEnds();
    read('late');
    clock.step(10_000);
    expect(unannounced.status()).to.equal(undefined);
  });

  it('should count nothing of the first whole read after a gap, also if a read failed between, nor of one without a stream', () => {
    unannounced.gap();
    unannounced.readBegins(true);
    read('missed');
    unannounced.readBegins(false);
    unannounced.found('floating-ip', 'unheard');
    unannounced.readEnds();
    clock.step(10_000);
    expect(unannounced.status()).to.equal(undefined);
    read('a');
    clock.step(10_000);
    expect(unannounced.status()?.lastRead).to.deep.equal({ 'floating-ip': 1 });
  });

  it('should count nothing of a read in which a gap began', () => {
    unannounced.readBegins(true);
    unannounced.found('floating-ip', 'a');
    unannounced.gap();
    unannounced.found('floating-ip', 'b');
    unannounced.readEnds();
    clock.step(10_000);
    expect(unannounced.status()).to.equal(undefined);
  });

  it('should count nothing of a read before which it heard of more than it remembers', () => {
    for (let i = 0; i < 50_001; i++) unannounced.heard(`heard-${i}`);
    read('a');
    clock.step(10_000);
    expect(unannounced.status()).to.equal(undefined);
  });
});
