import { expect } from 'chai';
import { hasCode } from '../../../../../lib/base/errors/index.js';
import type { ManagerSettings } from '../../../../../lib/managers/index.js';
import { SchemaKnowledge } from '../../../../../lib/managers/octavia-vip/index.js';
import { KeptLog } from '../../../../support/kept.js';

describe('SchemaKnowledge', () => {
  let told: number;
  let log: KeptLog;

  beforeEach(() => {
    told = 0;
    log = new KeptLog();
  });

  const knowledge = (setting: ManagerSettings['schema']): SchemaKnowledge =>
    new SchemaKnowledge({ setting, logger: log, onNative: () => (told += 1) });

  describe('when the setting is auto', () => {
    it('should know nothing at first', () => {
      expect(knowledge('auto').schema).to.equal('unknown');
    });

    it('should be native once a reference is seen, and say so once', () => {
      const schema = knowledge('auto');
      schema.referenceSeen();
      schema.referenceSeen();
      expect(schema.schema).to.equal('native');
      expect(told).to.equal(1);
      expect(log.lines).to.have.length(1);
    });

    it('should be stock once a written reference is not shown', () => {
      const schema = knowledge('auto');
      schema.referenceMissed();
      schema.referenceMissed();
      expect(schema.schema).to.equal('stock');
      expect(told).to.equal(0);
      expect(log.lines).to.have.length(1);
    });

    it('should go by the last proof: the servers of a cluster are upgraded one by one', () => {
      const schema = knowledge('auto');
      schema.referenceMissed();
      schema.referenceSeen();
      expect(schema.schema).to.equal('native');
      schema.referenceMissed();
      expect(schema.schema).to.equal('stock');
    });
  });

  describe('when the setting says it', () => {
    for (const setting of ['stock', 'native'] as const) {
      it(`should be ${setting}, whatever is seen`, () => {
        const schema = knowledge(setting);
        schema.referenceSeen();
        expect(schema.schema).to.equal(setting);
        expect(told).to.equal(0);
      });
    }

    it('should reject with schema-mismatch when native is asked for and not there', () => {
      expect(() => {
        knowledge('native').referenceMissed();
      })
        .to.throw()
        .that.satisfies((error: unknown) => hasCode(error, 'schema-mismatch'));
    });
  });
});
