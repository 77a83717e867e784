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
  for (const { file, text, becomes } of changes) {
    const path = join(into, 'lib', file);
    const [before = '', after, ...more] = (await readFile(path, 'utf8')).split(text);
    // A mutant that changes nothing, or not what is meant, would prove nothing.
    if (after === undefined || more.length > 0) expect.fail(`${file} does not have this once: ${text}`);
    await writeFile(path, `${before}${becomes}${after}`);
  }
  return (await import(pathToFileURL(join(into, 'test/exhaustive/vip/stories.js')).href)) as typeof Stories;
}

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
