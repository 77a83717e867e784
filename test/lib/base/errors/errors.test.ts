import { expect } from 'chai';
import {
  errorCodes,
  hasCode,
  isAborted,
  isNotFound,
  isRetriable,
  SvcMonitorError,
  throwIfAborted,
  toSvcMonitorError,
  type ErrorCode,
} from '../../../../lib/base/errors/index.js';

const codes = Object.keys(errorCodes) as ErrorCode[];

/** What the class of another copy of the package makes: it shares nothing with ours but the brand. */
function fromAnotherCopy(code: ErrorCode): Error {
  const error = Object.assign(new Error('from afar'), { code, retriable: errorCodes[code].retriable, details: {} });
  Object.defineProperty(error, Symbol.for('opensdn-svc-monitor.error'), { value: true });
  return error;
}

describe('errorCodes', () => {
  for (const code of codes) {
    it(`should say what ${code} means, and whether the same call may succeed later`, () => {
      expect(errorCodes[code].meaning).to.match(/^\S.{20,}[.]$/s);
      expect(new SvcMonitorError(code, 'x').retriable).to.equal(errorCodes[code].retriable);
    });
  }

  it('should call retriable just what may go away without anybody changing an object or the configuration', () => {
    expect(codes.filter((code) => errorCodes[code].retriable).sort()).to.deep.equal([
      'bad-answer',
      'driver-failed',
      'forbidden',
      'leadership-failed',
      'not-synced',
      'outdated',
      'quota-exceeded',
      'schema-mismatch',
      'source-failed',
      'timeout',
      'unauthorized',
      'unavailable',
    ]);
  });
});

describe('SvcMonitorError', () => {
  it('should carry code, message, details and cause', () => {
    const cause = new Error('ECONNREFUSED');
    const error = new SvcMonitorError('unavailable', 'no connection', { cause, details: { url: 'http://a' } });
    expect(error).to.include({ name: 'SvcMonitorError', code: 'unavailable', message: 'no connection', cause });
    expect(error.details).to.deep.equal({ url: 'http://a' });
    expect(error).to.be.an.instanceOf(Error);
  });

  it('should have empty details and no cause if there are none', () => {
    const error = new SvcMonitorError('timeout', 'x');
    expect(error.details).to.deep.equal({});
    expect('cause' in error).to.equal(false);
  });

  it('should not show its brand when it is printed or serialised', () => {
    const error = new SvcMonitorError('timeout', 'x');
    const symbols = Object.getOwnPropertySymbols(error);
    expect(symbols).to.have.length(1);
    expect(symbols.filter((symbol) => Object.prototype.propertyIsEnumerable.call(error, symbol))).to.deep.equal([]);
  });

  describe('is', () => {
    it('should know an error of another copy of the package', () => {
      expect(SvcMonitorError.is(fromAnotherCopy('timeout'))).to.equal(true);
      expect(fromAnotherCopy('timeout')).not.to.be.an.instanceOf(SvcMonitorError);
    });

    it('should not know anything else', () => {
      const others = [
        new Error('x'),
        Object.assign(new Error('x'), { code: 'timeout' }),
        null,
        undefined,
        'timeout',
        5,
        {},
      ];
      expect(others.filter((other) => SvcMonitorError.is(other))).to.deep.equal([]);
    });
  });
});

describe('predicates', () => {
  it('should match by code, on errors of any copy of the package', () => {
    for (const error of [new SvcMonitorError('not-found', 'x'), fromAnotherCopy('not-found')]) {
      expect(isNotFound(error)).to.equal(true);
      expect(isAborted(error)).to.equal(false);
      expect(hasCode(error, 'conflict', 'not-found')).to.equal(true);
      expect(hasCode(error, 'conflict')).to.equal(false);
    }
    expect(isAborted(new SvcMonitorError('aborted', 'x'))).to.equal(true);
  });

  it('should call retriable what its code does, and nothing that is not ours', () => {
    for (const code of codes) expect(isRetriable(fromAnotherCopy(code)), code).to.equal(errorCodes[code].retriable);
    expect(isRetriable(new TypeError('x'))).to.equal(false);
    expect(isRetriable(undefined)).to.equal(false);
  });

  it('should throw aborted with the reason as cause once the signal has fired, and nothing before', () => {
    const controller = new AbortController();
    throwIfAborted(controller.signal);
    const reason = new Error('enough');
    controller.abort(reason);
    expect(() => {
      throwIfAborted(controller.signal);
    })
      .to.throw()
      .and.satisfy((error: unknown) => isAborted(error) && (error as Error).cause === reason);
  });
});

describe('toSvcMonitorError', () => {
  it('should leave ours as they are', () => {
    for (const error of [new SvcMonitorError('timeout', 'x'), fromAnotherCopy('timeout')]) {
      expect(toSvcMonitorError(error)).to.equal(error);
    }
  });

  it('should make a bug of everything else, with the value as its cause', () => {
    const cause = new TypeError('x is not a function');
    expect(toSvcMonitorError(cause)).to.include({
      code: 'bug',
      message: 'unexpected failure: x is not a function',
      cause,
    });
    expect(toSvcMonitorError('a text')).to.include({ code: 'bug', message: 'unexpected failure: a text' });
    expect(toSvcMonitorError(undefined)).to.include({ code: 'bug', message: 'unexpected failure: undefined' });
  });
});
