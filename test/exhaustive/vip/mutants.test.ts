import { expect } from 'chai';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isWhole } from '../../support/scope.js';
import { mutants, type Mutant } from './mutants.js';
import type * as Stories from './stories.js';

const compiled = fileURLToPath(new URL('../../../', import.meta.url));
const modules = fileURLToPath(new URL('../../../../node_modules', import.meta.url));

/** A copy of the compiled library and its search, with the fault put back; returns how to tell stories with it. */
async function copyWith({ changes }: Mutant, into: string): Promise<typeof Stories> {
  for (const part of ['lib', 'test/exhaustive']) await cp(join(compiled, part), join(into, part), { recursive: true });
  await symlink(modules, join(into, 'node_modules'));
  await writeFile(join(into, 'package.json'), JSON.stringify({ type: 'module' }));
  for (const change of changes) await put(change, into);
  return (await import(pathToFileURL(join(into, 'test/exhaustive/vip/stories.js')).href)) as typeof Stories;
}

type Change = Mutant['changes'][number];

function changed(before: string, { file, text, becomes }: Change): string {
  const [start = '', end, ...more] = before.split(text);
  // A mutant that changes nothing, or not what is meant, would prove nothing.
  if (end === undefined || more.length > 0) expect.fail(`${file} does not have this once: ${text}`);
  return `${start}${becomes}${end}`;
}

async function put(change: Change, into: string): Promise<void> {
  const path = join(into, 'lib', change.file);
  await writeFile(path, changed(await readFile(path, 'utf8'), change));
}

describe('the faults that are put back into the library', () => {
  for (const { fault, changes } of mutants) {
    it(`should have a place there: ${fault}`, async () => {
      const texts = new Map<string, string>();
      for (const change of changes) {
        const before = texts.get(change.file) ?? (await readFile(join(compiled, 'lib', change.file), 'utf8'));
        texts.set(change.file, changed(before, change));
      }
    });
  }
});

(isWhole ? describe : describe.skip)('the search, with a fault put back into the library', function () {
  // As long as it takes.
  this.timeout(0);

  let copy: string;

  beforeEach(async () => {
    copy = await mkdtemp(join(tmpdir(), 'mutant-'));
  });

  afterEach(async () => {
    await rm(copy, { recursive: true });
  });

  for (const mutant of mutants) {
    describe(`when ${mutant.fault}`, () => {
      it(`should find it in the stories of ${mutant.stories}`, async () => {
        const { stories, tell } = await copyWith(mutant, copy);
        const told = stories.find(({ title }) => title === mutant.stories);
        if (told === undefined) expect.fail(`there are no such stories: ${mutant.stories}`);
        expect(tell(told).text).to.match(mutant.finding);
      });
    });
  }
});
