import { expect } from 'chai';
import fc from 'fast-check';
import { itemsOf, membersOf, replaced, separatorOf, valueAt } from '../../../lib/gateway/json-text.js';

/** JSON as Python's own writer puts it: spaces after commas and colons, and nothing but ASCII. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, entry]) => `${pythonJson(key)}: ${pythonJson(entry)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const objects = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()).filter((value) => !('__proto__' in value));
const writers = fc.constantFrom(
  (value: unknown) => JSON.stringify(value),
  (value: unknown) => JSON.stringify(value, undefined, 2),
  pythonJson,
);

describe('membersOf', () => {
  it('should find each value of an object where it stands', () => {
    fc.assert(
      fc.property(objects, writers, (value, write) => {
        const text = ` ${write(value)} `;
        const members = membersOf(text, valueAt(text, 0));
        const found = [...members].map(([key, { start, end }]) => [key, JSON.parse(text.slice(start, end)) as unknown]);
        expect(Object.fromEntries(found)).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('should take the last value of a key that stands there twice', () => {
    const text = '{"a": 1, "a": 2}';
    const span = membersOf(text, valueAt(text, 0)).get('a')!;

    expect(text.slice(span.start, span.end)).to.equal('2');
  });

  it('should find nothing in what is no object', () => {
    for (const text of ['[]', '"{"', '1', 'null']) expect(membersOf(text, valueAt(text, 0)).size).to.equal(0);
  });

  it('should go through what is nested a hundred thousand times', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const text = `{"deep": ${deep}, "after": 1}`;

    expect([...membersOf(text, valueAt(text, 0)).keys()]).to.deep.equal(['deep', 'after']);
  });
});

describe('itemsOf', () => {
  it('should find each value of a list where it stands', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), writers, (values, write) => {
        const text = write(values);
        const found = itemsOf(text, valueAt(text, 0)).map(
          ({ start, end }) => JSON.parse(text.slice(start, end)) as unknown,
        );
        expect(found).to.deep.equal(JSON.parse(JSON.stringify(values)));
      }),
    );
  });
});

describe('replaced', () => {
  it('should leave every other byte as it is', () => {
    fc.assert(
      fc.property(objects, writers, fc.nat(), (value, write, pick) => {
        const text = write({ ...value, last: 'here' });
        const members = [...membersOf(text, valueAt(text, 0))];
        const [key, span] = members[pick % members.length]!;
        const after = replaced(text, [{ ...span, text: '"changed"' }]);
        expect(after.slice(0, span.start)).to.equal(text.slice(0, span.start));
        expect(after.slice(span.start + '"changed"'.length)).to.equal(text.slice(span.end));
        expect((JSON.parse(after) as Record<string, unknown>)[key]).to.equal('changed');
      }),
    );
  });

  it('should take replacements in any order', () => {
    const text = '{"a":1,"b":2}';
    const { a, b } = Object.fromEntries(membersOf(text, valueAt(text, 0)));

    expect(
      replaced(text, [
        { ...b!, text: '4' },
        { ...a!, text: '3' },
      ]),
    ).to.equal('{"a":3,"b":4}');
  });
});

describe('separatorOf', () => {
  it('should be what the writer of the text puts between two values', () => {
    expect(separatorOf('[{"a": 1}, {"a": 2}]')).to.equal(', ');
    expect(separatorOf('[{"a":1},{"a":2}]')).to.equal(',');
    expect(separatorOf('[{"a": 1}]')).to.equal(', ');
    expect(separatorOf('[{"a":1}]')).to.equal(',');
    expect(separatorOf('[]')).to.equal(',');
  });
});
