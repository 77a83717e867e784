import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { projectFolder } from '../support/project-folder.js';
import { citations, formerCitations, headings, links } from './citations.js';

const read = (path: string): string => readFileSync(new URL(path, projectFolder()), 'utf8');

/** The texts of a folder, by path: all but what is recorded or made. */
function filesOf(folder: string): readonly string[] {
  return readdirSync(new URL(`${folder}/`, projectFolder()), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path}`)
    .filter(
      (path) => /\.(ts|md|ya?ml|service|xsd|sh)$/.test(path) && !/^(docs\/api|fixtures\/recordings)\//.test(path),
    );
}

const folders = ['lib', 'service', 'fixtures', 'test', 'typings', 'bench', 'deploy', 'docs'];
const files = ['README.md', 'CHANGELOG.md', ...folders.flatMap(filesOf)].map((path) => ({ path, text: read(path) }));
const pages = new Map(files.filter(({ path }) => path.endsWith('.md')).map(({ path, text }) => [path, headings(text)]));

describe('what code and pages cite', () => {
  it('should be in the repository', () => {
    const found = files.flatMap(({ path, text }) => formerCitations(text).map((citation) => `${path}: ${citation}`));
    expect(found).to.deep.equal([]);
  });

  it('should be a heading of the page', () => {
    const cited = files.flatMap(({ path, text }) => citations(text).map((citation) => ({ path, ...citation })));
    expect(cited.length).to.be.greaterThan(40);
    const missing = cited.filter(
      ({ page, section }) =>
        !(pages.get(page) ?? []).some(({ number, title }) => number === section || title === section),
    );
    expect(missing.map(({ path, page, section }) => `${path}: ${page}, ${section}`)).to.deep.equal([]);
  });

  it('should be where a link says', () => {
    const linked = [...pages.keys()].flatMap((path) => links(read(path), path).map((link) => ({ path, ...link })));
    expect(linked.length).to.be.greaterThan(10);
    const missing = linked.filter(
      ({ page, anchor }) => !(pages.get(page) ?? []).some((heading) => heading.anchor === anchor),
    );
    expect(missing.map(({ path, page, anchor }) => `${path}: ${page}#${anchor}`)).to.deep.equal([]);
  });
});

describe('citations', () => {
  const page = 'docs/page.md';

  describe('when a comment is wrapped', () => {
    it('should find the sections on the next lines', () => {
      const lines = [` * As it was seen (${page},`, ` * 9.2), and decided (${page}, "One`, ' * rule" and "Another").'];
      expect(citations(lines.join('\n'))).to.deep.equal(
        ['9.2', 'One rule', 'Another'].map((section) => ({ page, section })),
      );
    });
  });

  describe('when a page is named without a section', () => {
    it('should find none', () => {
      expect(citations(`as ${page} has it, 5 times; ${page}, and others`)).to.deep.equal([]);
    });
  });
});
