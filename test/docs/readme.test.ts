import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { settingKeys } from '../../service/config/index.js';
import { failOver } from '../../typings/fixtures-example.js';
import { projectFolder } from '../support/project-folder.js';

const read = (path: string): string => readFileSync(new URL(path, projectFolder()), 'utf8');

describe('README.md', () => {
  for (const name of ['library', 'fixtures']) {
    it(`should show the ${name} example as it is compiled`, () => {
      const example = read(`typings/${name}-example.ts`).trimEnd();
      expect(read('README.md')).to.include(`\`\`\`ts\n${example}\n\`\`\``);
    });
  }

  it('should show a fixtures example that does what it says', async () => {
    expect(await failOver()).to.have.length(3);
  });

  it('should install what npm pack makes, as the page for operators does', () => {
    const { name, version } = JSON.parse(read('package.json')) as { readonly name: string; readonly version: string };
    for (const page of ['README.md', 'deploy/README.md']) {
      const named = new Set(read(page).match(/[\w-]+-\d[\w.-]*\.tgz/g));
      expect([...named], page).to.deep.equal([`${name}-${version}.tgz`]);
    }
  });

  it('should say of each change source when to take it, what it promises and what not', () => {
    const sources = settingKeys.get('source')?.allowed.split(/, | or /) ?? [];
    expect(sources).to.include('`amqp`');
    for (const source of sources)
      expect(read('README.md')).to.match(new RegExp(`^\\| ${source} .*( \\| .+){3} \\|$`, 'm'));
  });
});
