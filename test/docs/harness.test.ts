import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { projectFolder } from '../support/project-folder.js';
import { fencedBlocks } from './markdown.js';

const read = (path: string): string => readFileSync(new URL(path, projectFolder()), 'utf8');
const examples = 'docs/examples/harness';
const runners = readdirSync(new URL(`${examples}/`, projectFolder()));

describe('docs/harness.md', () => {
  const page = read('docs/harness.md');
  const blocks = (language: string): readonly string[] => fencedBlocks(page, language);

  it('should show the examples as they are run', () => {
    const shown = ['json', 'js', 'ts', 'ini', 'python'].flatMap(blocks);
    const files = [
      'jest/package.json',
      'jest/failover.test.js',
      'node-test/failover.test.mjs',
      'vitest/failover.test.ts',
      'pytest/pytest.ini',
      'pytest/conftest.py',
      'pytest/test_failover.py',
    ];
    expect(shown).to.deep.equal(files.map((file) => read(`${examples}/${file}`)));
  });

  it('should name each of them, with the runner of its project', () => {
    for (const runner of runners) expect(page).to.include(`](examples/harness/${runner})`);
    expect(runners).to.deep.equal(['jest', 'mocha', 'node-test', 'pytest', 'vitest']);
  });

  it('should have the same test for mocha as the project itself runs', () => {
    expect(read(`${examples}/mocha/failover.test.ts`)).to.equal(read('typings/mocha-example.ts'));
  });

  it('should have examples that a step of CI runs from the package, each with exact versions', () => {
    const loop = /^for runner in (.*); do$/m.exec(read('.ci/package'))?.[1];
    expect(loop?.split(' ')).to.have.members(runners.filter((runner) => runner !== 'pytest'));
    for (const runner of loop?.split(' ') ?? []) {
      const { devDependencies } = JSON.parse(read(`${examples}/${runner}/package.json`)) as {
        readonly devDependencies: Readonly<Record<string, string>>;
      };
      for (const [name, version] of Object.entries(devDependencies)) expect(version, name).to.match(/^\d+\.\d+\.\d+$/);
    }
  });
});
