import { expect } from 'chai';
import { z } from 'zod';
import { foreignMessages } from '../../bench/load/messages.js';
import { isKind } from '../../lib/model/index.js';

describe('The messages of the bench that concern nobody', () => {
  it('should be of kinds that no manager knows: it waits until they are ignored', () => {
    const types = foreignMessages(50).map((message) => z.looseObject({ type: z.string() }).parse(message).type);
    expect([...new Set(types)]).to.have.length(5);
    expect(types.filter((type) => isKind(type.replaceAll('_', '-')))).to.deep.equal([]);
  });
});
