import { readFileSync } from 'node:fs';
import { expect } from 'chai';
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
});
