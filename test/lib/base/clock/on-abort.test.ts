import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import { onAbort, withOwnSignal } from '../../../../lib/base/clock/index.js';

describe('onAbort', () => {
  let controller: AbortController;
  let calls: string[];
  const note = (name: string) => (): void => {
    calls.push(name);
  };
  const listeners = (): number => getEventListeners(controller.signal, 'abort').length;

  beforeEach(() => {
    controller = new AbortController();
    calls = [];
  });

  it('should call all in their order, once, and leave no listener', () => {
    for (const name of ['a', 'b', 'c']) onAbort(controller.signal, note(name));
    expect(listeners()).to.equal(1);
    controller.abort();
    controller.abort();
    expect(calls).to.deep.equal(['a', 'b', 'c']);
    expect(listeners()).to.equal(0);
  });

  it('should call at once if the signal has fired', () => {
    controller.abort();
    onAbort(controller.signal, note('a'));
    expect(calls).to.deep.equal(['a']);
    expect(listeners()).to.equal(0);
  });

  it('should keep its listener until the last has taken it back, and begin anew afterwards', () => {
    const takeBack = ['a', 'b'].map((name) => onAbort(controller.signal, note(name)));
    takeBack[0]?.();
    takeBack[0]?.();
    expect(listeners()).to.equal(1);
    takeBack[1]?.();
    expect(listeners()).to.equal(0);
    onAbort(controller.signal, note('c'));
    expect(listeners()).to.equal(1);
    controller.abort();
    expect(calls).to.deep.equal(['c']);
  });

  it('should not call what another one takes back, and call at once what comes meanwhile', () => {
    onAbort(controller.signal, () => {
      takeBack();
      onAbort(controller.signal, note('meanwhile'));
    });
    const takeBack = onAbort(controller.signal, note('taken back'));
    controller.abort();
    expect(calls).to.deep.equal(['meanwhile']);
  });

  it('should tell one action that is asked for twice from itself', () => {
    const action = note('a');
    const takeBack = onAbort(controller.signal, action);
    onAbort(controller.signal, action);
    takeBack();
    controller.abort();
    expect(calls).to.deep.equal(['a']);
  });
});

describe('withOwnSignal', () => {
  it('should fire with the reason of the caller’s, and not once the work is done', async () => {
    const controller = new AbortController();
    const done = await withOwnSignal(controller.signal, (own) => Promise.resolve(own));
    const reason = new Error('enough');
    const called = withOwnSignal(
      controller.signal,
      (own) =>
        new Promise((resolve) => {
          own.addEventListener('abort', () => {
            resolve(own.reason);
          });
        }),
    );
    expect(getEventListeners(controller.signal, 'abort')).to.have.length(1);
    controller.abort(reason);
    expect(await called).to.equal(reason);
    expect(done.aborted).to.equal(false);
    expect(getEventListeners(controller.signal, 'abort')).to.have.length(0);
  });

  it('should begin with a signal that has fired where the caller’s has, and with one that never fires where there is none', async () => {
    expect(await withOwnSignal(AbortSignal.abort(), (own) => Promise.resolve(own.aborted))).to.equal(true);
    expect(await withOwnSignal(undefined, (own) => Promise.resolve(own.aborted))).to.equal(false);
  });
});
