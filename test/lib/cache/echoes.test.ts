import { expect } from 'chai';
import { Echoes, ManualClock } from '../../../lib/index.js';

describe('Echoes', () => {
  let clock: ManualClock;
  let echoes: Echoes;
  let told: string[];

  beforeEach(() => {
    clock = new ManualClock();
    echoes = new Echoes(clock, 10_000);
    told = [];
    echoes.listen({
      deaf: (waitedMs) => told.push(`deaf ${waitedMs}`),
      heardAgain: () => told.push('heard again'),
    });
  });

  const write = (uuid: string): void => {
    echoes.sending(uuid);
    clock.step(5);
    echoes.made(uuid);
    echoes.ended(uuid);
  };

  it('should know how long a write took to come back', () => {
    write('a');
    clock.step(20);
    echoes.heard('a');
    clock.step(60_000);

    expect(told).to.deep.equal([]);
    expect(echoes.status()).to.deep.include({ lastRoundTripMs: 25, lastRoundTripAt: clock.now() - 60_000 });
  });

  it('should take an echo that comes before the answer for one, too', () => {
    echoes.sending('a');
    echoes.heard('a');
    echoes.made('a');
    echoes.ended('a');
    clock.step(60_000);

    expect(told).to.deep.equal([]);
  });

  it('should tell of a stream on which nothing was heard since a write, until something is', () => {
    write('a');
    clock.step(9_999);
    expect(told).to.deep.equal([]);
    clock.step(1);
    expect(told).to.deep.equal(['deaf 10005']);
    echoes.heard('other');
    expect(told).to.deep.equal(['deaf 10005', 'heard again']);
  });

  it('should bear that an echo is lost while others are heard, but not three in a row', () => {
    for (const uuid of ['a', 'b']) {
      write(uuid);
      echoes.heard('other');
      clock.step(10_000);
    }
    expect(told).to.deep.equal([]);
    write('c');
    echoes.heard('other');
    clock.step(10_000);
    expect(told).to.deep.equal(['deaf 10005']);
    echoes.heard('other');
    expect(told).to.have.length(1);
    write('d');
    echoes.heard('d');
    expect(told.at(-1)).to.equal('heard again');
  });

  it('should expect nothing of a write that failed, or over a gap', () => {
    echoes.sending('a');
    echoes.ended('a');
    write('b');
    echoes.gap();
    clock.step(60_000);

    expect(told).to.deep.equal([]);
    expect(echoes.isWaiting).to.equal(false);
  });
});
