import { expect } from 'chai';
import { everything, FencedWriter, hasCode, type ConfigWriter } from '../../../lib/index.js';
import { uuidOf } from '../../support/change-messages.js';

describe('FencedWriter', () => {
  const { signal } = new AbortController();
  const names = ['create', 'updateProperties', 'delete', 'updateReference', 'relaxReference', 'updateMap'] as const;
  const writes: Readonly<Record<(typeof names)[number], (writer: ConfigWriter) => Promise<unknown>>> = {
    create: (writer) => writer.create('virtual-ip', { fqName: ['vip'], parentKind: 'project', properties: {} }, signal),
    updateProperties: (writer) =>
      writer.updateProperties({ kind: 'floating-ip', uuid: uuidOf(1), properties: {} }, signal),
    delete: (writer) => writer.delete('virtual-ip', uuidOf(1), signal),
    updateReference: (writer) =>
      writer.updateReference(
        {
          kind: 'floating-ip',
          uuid: uuidOf(1),
          refKind: 'virtual-machine-interface',
          refUuid: uuidOf(2),
          operation: 'ADD',
        },
        signal,
      ),
    relaxReference: (writer) => writer.relaxReference(uuidOf(1), uuidOf(2), signal),
    updateMap: (writer) =>
      writer.updateMap({ kind: 'virtual-ip', uuid: uuidOf(1), field: 'annotations', updates: [] }, signal),
  };
  let written: string[];
  let mayAct: boolean;
  let writer: FencedWriter;

  beforeEach(() => {
    written = [];
    mayAct = true;
    const note = (name: string) => (): Promise<never> => {
      written.push(name);
      return Promise.resolve(undefined as never);
    };
    writer = new FencedWriter({
      ownership: { ...everything, mayAct: () => mayAct },
      writer: {
        create: note('create'),
        updateProperties: note('updateProperties'),
        delete: note('delete'),
        updateReference: note('updateReference'),
        relaxReference: note('relaxReference'),
        updateMap: note('updateMap'),
      },
    });
  });

  for (const name of names) {
    it(`should pass on what is to be written while the monitor may act: ${name}`, async () => {
      await writes[name](writer);

      expect(written).to.deep.equal([name]);
    });

    it(`should write nothing while it may not: ${name}`, async () => {
      mayAct = false;
      const error: unknown = await writes[name](writer).catch((caught: unknown) => caught);

      expect(hasCode(error, 'aborted')).to.equal(true);
      expect(written).to.deep.equal([]);
    });
  }
});
