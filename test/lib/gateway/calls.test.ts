import { expect } from 'chai';
import { asRead, parseCall, uuidIn, withFilters, withResource } from '../../../lib/gateway/calls.js';

const uuid = '0c4c8a4e-7f2b-4c57-8d5e-2f1f5b0a9d11';
const undashed = uuid.replaceAll('-', '');

function call(text: string): NonNullable<ReturnType<typeof parseCall>> {
  return parseCall(Buffer.from(text))!;
}

describe('parseCall', () => {
  describe('when it is a body of the plugin', () => {
    it('should tell who asks for what', () => {
      const text = `{"context": {"operation": "READ", "tenant": "${undashed}", "is_admin": true}, "data": {"id": "${uuid}"}}`;

      expect(call(text)).to.deep.include({ operation: 'READ', tenant: uuid, isAdmin: true, id: uuid, text });
    });

    it('should take nobody for an administrator of whom the plugin does not say so', () => {
      for (const claim of ['', ', "is_admin": "true"', ', "is_admin": 1', ', "is_admin": null']) {
        expect(call(`{"context": {"operation": "READ"${claim}}, "data": {}}`).isAdmin, claim).to.equal(false);
      }
    });

    it('should leave out what has another form than the plugin sends', () => {
      const read = call(
        '{"context": {"operation": "READALL", "tenant": 7}, "data": {"id": [], "filters": [], "resource": "x"}}',
      );

      expect(read).to.include({ tenant: undefined, id: undefined, filters: undefined, resource: undefined });
    });
  });

  describe('when it is none', () => {
    it('should say so', () => {
      const bodies = [
        '',
        'x',
        '[]',
        'null',
        '{}',
        '{"context": {}, "data": {}}',
        '{"context": {"operation": 1}, "data": {}}',
      ];
      for (const body of bodies) expect(parseCall(Buffer.from(body)), body).to.equal(undefined);
      expect(parseCall(Buffer.from([0x7b, 0xff, 0x7d]))).to.equal(undefined);
    });
  });
});

describe('withFilters', () => {
  it('should leave all but the filters as it stands', () => {
    const body = withFilters(
      call(
        '{"data": {"fields": [1.0], "filters": {"port_id": []}},  "context": {"operation": "READALL", "note": "\\u00e9"}}',
      ),
      { id: [uuid] },
    );

    expect(body.toString()).to.equal(
      `{"data": {"fields": [1.0], "filters": {"id":["${uuid}"]}},  "context": {"operation": "READALL", "note": "\\u00e9"}}`,
    );
  });
});

describe('withResource', () => {
  it('should add to what stands there', () => {
    const body = withResource(call('{"context": {"operation": "UPDATE"}, "data": {"resource": {"tags": ["é"]}}}'), {
      a: 'b',
    });

    expect(body.toString()).to.equal(
      '{"context": {"operation": "UPDATE"}, "data": {"resource": {"tags": ["é"], "a":"b"}}}',
    );
  });

  it('should add to what is empty', () => {
    const body = withResource(call('{"context": {"operation": "UPDATE"}, "data": {"resource": {}}}'), { a: 'b' });

    expect(body.toString()).to.equal('{"context": {"operation": "UPDATE"}, "data": {"resource": {"a":"b"}}}');
  });
});

describe('asRead', () => {
  it('should read in the name of the same user', () => {
    const body = asRead(call('{"context": {"operation": "UPDATE", "roles": ["é"]}, "data": {"resource": {}}}'), uuid);

    expect(body.toString()).to.equal(
      `{"context": {"operation": "READ", "roles": ["é"]}, "data": {"id":"${uuid}","fields":[]}}`,
    );
  });
});

describe('uuidIn', () => {
  it('should know the forms that the API server takes', () => {
    const forms = [uuid, undashed, uuid.toUpperCase(), `{${uuid}}`, `urn:uuid:${uuid}`];
    for (const form of forms) expect(uuidIn(form), form).to.equal(uuid);
  });

  it('should know nothing else', () => {
    for (const other of [
      '',
      'x',
      undashed.slice(1),
      `${undashed}0`,
      7,
      null,
      undefined,
      [uuid],
      'é'.repeat(1_000_000),
    ]) {
      expect(uuidIn(other)).to.equal(undefined);
    }
  });
});
