import { expect } from 'chai';
import fc from 'fast-check';
import { documentOf, interpolate, optionsOf, parseIni } from '../../../../service/config/ini/index.js';
import { hasPython, readByPython, type PythonReading } from './python.js';

/** The values of files as our own reader hands them out, in the form of {@link readByPython}. */
function read(...texts: readonly string[]): PythonReading {
  const files = texts.map((text, index) => parseIni(text, `file ${index}`));
  if (files.some(({ mistakes }) => mistakes.length > 0)) return undefined;
  const document = documentOf(
    files.flatMap(({ entries }) => entries),
    files.flatMap(({ sectionNames }) => sectionNames),
  );
  return Object.fromEntries(
    [...document.sections.keys()].map((section) => {
      const options = [...optionsOf(document, section)].map(([option, entry]) => {
        const value = interpolate(document, section, entry);
        return [option, [entry.value, value.ok ? value.value : null] as const] as const;
      });
      return [section, Object.fromEntries(options)];
    }),
  );
}

function value(text: string, option = 'a'): string | null | undefined {
  return read(`[S]\n${text}`)?.['S']?.[option]?.[1];
}

describe('the reader of INI files', () => {
  const values: readonly (readonly [string, string, string | null])[] = [
    ['an equals sign', 'a=b', 'b'],
    ['a colon', 'a: b', 'b'],
    ['the first of several delimiters', 'a = b=c:d', 'b=c:d'],
    ['capitals in the name', 'A = B', 'B'],
    ['comment signs in a value', 'a = p#a;s ; s # w', 'p#a;s ; s # w'],
    ['a comment line within a value', 'a = b\n# no\n  ; no\n  c', 'b\nc'],
    ['continuation lines', 'a = b\n  c\n\td', 'b\nc\nd'],
    ['an empty line within a value', 'a = b\n\n  c\n\n', 'b\n\nc'],
    ['a value that begins on the next line', 'a =\n  b', '\nb'],
    ['quotes, which are part of the value', 'a = "b"', '"b"'],
    ['no value', 'a =', ''],
    ['a line that looks like a section within a value', 'a = b\n  [c]', 'b\n[c]'],
    ['line ends of Windows', 'a = b\r\n  c\r\n', 'b\nc'],
    ['a reference', 'b = x\na = %(B)s-%(b)s', 'x-x'],
    ['two percent signs', 'a = 100%%', '100%'],
    ['one percent sign', 'a = 100%', null],
    ['a reference to nothing', 'a = %(c)s', null],
    ['a reference to itself', 'a = x%(a)s', null],
  ];
  for (const [what, text, expected] of values) {
    it(`should read ${what}`, () => {
      expect(value(text)).to.equal(expected);
    });
  }

  it('should take duplicate sections and options of several files for one, the last value of which counts', () => {
    expect(read('[S]\na=1\nb=1\n[T]\n[S]\na=2', '[S]\nA=3')).to.deep.equal({
      S: { a: ['3', '3'], b: ['1', '1'] },
      T: {},
    });
  });

  it('should let every section inherit the options of DEFAULT', () => {
    expect(read('[DEFAULT]\nhost=h\n[S]\na=%(host)s\n[T]\nhost=t')).to.deep.equal({
      S: { host: ['h', 'h'], a: ['%(host)s', 'h'] },
      T: { host: ['t', 't'] },
    });
  });

  it('should tell the line of each mistake, and nothing of what it says', () => {
    expect(parseIni('[S]\nhunter2\n= hunter2\na=b', '/f').mistakes).to.deep.equal([
      { origin: '/f', line: 2, message: 'is neither a [section] nor an option with = or :' },
      { origin: '/f', line: 3, message: 'has no name before its = or :' },
    ]);
    expect(parseIni('a=b\n[S]', '/f').mistakes).to.deep.equal([
      { origin: '/f', line: 1, message: 'stands before the first [section]' },
    ]);
  });

  it('should end with a file whose references multiply', () => {
    const lines = Array.from({ length: 9 }, (_, index) => `a${index} = ${`%(a${index + 1})s`.repeat(50)}`);
    expect(value([...lines, 'a9 = x'].join('\n'), 'a0')).to.equal(null);
  });

  // Pieces of which most files are right, and some are wrong in all ways.
  const piece = fc.constantFrom(
    ...[
      '\n',
      '\n',
      '\n[S]\n',
      '\n[DEFAULT]\n',
      '\n[T]\n',
      '\na=',
      '\nb =',
      '\nA:',
      '\n  ',
      '\n\t',
      ' ',
      'x',
      'y z',
      '"',
      '=',
    ],
    ...[
      ':',
      '#',
      ';',
      '\n#',
      '\n ; ',
      '%',
      '%%',
      '%(a)s',
      '%(B)s',
      '%(c)s',
      '%(',
      '\r\n',
      '\r',
      '[',
      ']',
      '[u] v]',
      'ß',
      '\u00a0',
    ],
    ...['\u0085', '\u001f', '\u2028', '\ufeff', '\u3000', '\v', '\\', "'", '\nb', '\nc='],
  );
  const file = fc.array(piece, { maxLength: 30 }).map((pieces) => `[S]\n${pieces.join('')}`);
  const anyFile = fc.oneof({ weight: 4, arbitrary: file }, { weight: 1, arbitrary: fc.string({ unit: piece }) });

  it('should read any files as Python does', function () {
    if (!hasPython()) this.skip();
    this.timeout(60_000);
    const cases = fc.sample(fc.array(anyFile, { minLength: 1, maxLength: 3 }), { numRuns: 3_000, seed: 12 });
    const expected = readByPython(cases);
    let taken = 0;
    for (const [index, texts] of cases.entries()) {
      if (expected[index] !== undefined) taken += 1;
      expect(read(...texts), JSON.stringify(texts)).to.deep.equal(expected[index]);
    }
    expect(taken).to.be.greaterThan(300);
  });

  it('should never throw', () => {
    fc.assert(
      fc.property(fc.oneof(anyFile, fc.string({ unit: 'binary' })), (text) => {
        read(text);
      }),
    );
  });
});
