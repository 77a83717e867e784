import { expect } from 'chai';
import { errorCodes, SvcMonitorError, type ErrorCode } from '../../../../lib/base/errors/index.js';
import { errorFields, silentLogger } from '../../../../lib/base/log/index.js';

describe('errorFields', () => {
  it('should give code and message of a known failure, and no stack', () => {
    for (const code of Object.keys(errorCodes) as ErrorCode[]) {
      if (code === 'bug') continue;
      expect(errorFields(new SvcMonitorError(code, 'it went wrong'))).to.deep.equal({ error: 'it went wrong', code });
    }
  });

  it('should give the details, so that a line says which object it is about', () => {
    const error = new SvcMonitorError('invalid-object', 'x', {
      details: { kind: 'floating-ip', uuid: undefined, problems: ['uuid: bad'] },
    });
    expect(errorFields(error)['details']).to.deep.equal({
      kind: 'floating-ip',
      uuid: undefined,
      problems: ['uuid: bad'],
    });
  });

  it('should give the messages of the causes, the nearest first, no more than five', () => {
    let error = new Error('0');
    for (let i = 1; i < 10; i++) error = new Error(String(i), { cause: error });
    expect(errorFields(new SvcMonitorError('unavailable', 'x', { cause: error }))['causes']).to.deep.equal([
      '9',
      '8',
      '7',
      '6',
      '5',
    ]);
  });

  it('should give no stack of what the operating system reports', () => {
    const error = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:8082'), { code: 'ECONNREFUSED' });
    expect(errorFields(error)).to.deep.equal({ error: error.message, code: 'ECONNREFUSED' });
  });

  it('should say something of an error without a message', () => {
    const cause = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
    expect(errorFields(new SvcMonitorError('unavailable', 'no connection', { cause }))['causes']).to.deep.equal([
      'ECONNREFUSED',
    ]);
    expect(errorFields(new RangeError())['error']).to.equal('RangeError');
  });

  it('should give the stack of a mistake in the code', () => {
    const error = new TypeError('x is not a function');
    expect(errorFields(error)).to.deep.equal({ error: error.message, stack: error.stack });
    const nodes = Object.assign(new TypeError('bad argument'), { code: 'ERR_INVALID_ARG_TYPE' });
    expect(errorFields(nodes)['stack']).to.equal(nodes.stack);
  });

  it('should give the stack of where it went wrong if that was wrapped as a bug', () => {
    const cause = new TypeError('x is not a function');
    expect(errorFields(new SvcMonitorError('bug', 'x', { cause }))['stack']).to.equal(cause.stack);
    const error = new SvcMonitorError('bug', 'x');
    expect(errorFields(error)['stack']).to.equal(error.stack);
  });

  it('should give the text of what is no error', () => {
    expect(errorFields('a text')).to.deep.equal({ error: 'a text' });
    expect(errorFields(undefined)).to.deep.equal({ error: 'undefined' });
  });
});

describe('silentLogger', () => {
  it('should be silent, and so should its children', () => {
    expect(silentLogger.isDebugEnabled()).to.equal(false);
    expect(silentLogger.child({ a: 1 })).to.equal(silentLogger);
  });
});
