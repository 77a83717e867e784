/** A section of a page that a text cites. */
export interface Citation {
  readonly page: string;
  /** The number of the section, or its title. */
  readonly section: string;
}

/** A heading of a page. */
export interface Heading {
  /** `9.2`; undefined if it has none. */
  readonly number?: string;
  /** Without the number. */
  readonly title: string;
  /** As links name it. */
  readonly anchor: string;
}

const section = String.raw`(?:"[^"]+"|\d+(?:\.\d+)*)`;
const citation = new RegExp(String.raw`\b(docs/[\w/-]+\.md), (${section}(?:(?:,| and) ${section})*)`, 'g');

/** The sections that a text cites, as `docs/opensdn.md, 5 and 9.2` or `docs/design.md, "Trust"`, wrapped or not. */
export function citations(text: string): readonly Citation[] {
  return [...unwrapped(text).matchAll(citation)].flatMap(([, page = '', sections = '']) =>
    (sections.match(new RegExp(section, 'g')) ?? []).map((one) => ({ page, section: one.replaceAll('"', '') })),
  );
}

/** Citations of documents that are not in the repository, and those of pages in a form that nobody can check. */
export function formerCitations(text: string): readonly string[] {
  const forms =
    /\bdesign,\s+section|\bdesign\s+names|\bOpenSDN\s+notes|\bsvc-monitor\s+notes|\.\.\/shared\b|\.md,\s+section\b/g;
  return unwrapped(text).match(forms) ?? [];
}

/** The headings of a page. */
export function headings(page: string): readonly Heading[] {
  return [...page.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/^#+ (?:(\d+(?:\.\d+)*)\.? )?(.+)$/gm)].map(
    ([line, number, title = '']) => ({
      ...(number === undefined ? {} : { number }),
      title,
      anchor: anchorOf(line.replace(/^#+ /, '')),
    }),
  );
}

/** The links of a page to headings of its own or of another page of the repository. */
export function links(page: string, path: string): readonly { readonly page: string; readonly anchor: string }[] {
  return [...page.matchAll(/\]\(([\w./-]*)#([^)]+)\)/g)].map(([, target = '', anchor = '']) => ({
    page: target === '' ? path : new URL(target, `file:///${path}`).pathname.slice(1),
    anchor,
  }));
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

function unwrapped(text: string): string {
  return text.replaceAll(/\n[ \t]*(?:\*|\/\/|#)?[ \t]*(?=\S)/g, ' ');
}
