import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { jsonFieldsOf } from '../../service/cli/json-fields.js';
import { exitCodes, exitCodesOf } from '../../service/exit-codes.js';
import { projectFolder } from '../support/project-folder.js';
import { allCommands, describedCommands, exitCodesIn, jsonFieldsIn } from './commands-page.js';
import { generatedPages } from './pages.js';

describe('docs/commands.md', () => {
  let page: string;

  before(async () => {
    page = await readFile(new URL('docs/commands.md', projectFolder()), 'utf8');
  });

  const names = allCommands().map(({ name }) => name);

  it('should say what the program says', async () => {
    expect(page).to.equal((await generatedPages()).get('commands.md'));
  });

  it('should have a section, a text and exit codes for each command, and none for what is no command', () => {
    const sections = [...page.matchAll(/^## (.+)$/gm)].map(([, name]) => name);
    expect(sections).to.deep.equal(names);
    expect([...describedCommands].sort()).to.deep.equal([...names].sort());
    expect(Object.keys(exitCodesOf).sort()).to.deep.equal([...names].sort());
  });

  for (const { name, command } of allCommands()) {
    it(`should tell each option and argument of ${name}, and each of its exit codes`, () => {
      const section = page.split(/^## /m).find((text) => text.startsWith(`${name}\n`)) ?? '';
      for (const { flags, description, hidden } of command.options) {
        if (hidden) continue;
        expect(section).to.include(`\`${flags}\``);
        expect(description, flags).to.match(/\w/);
      }
      for (const argument of command.registeredArguments) expect(section).to.include(`\`<${argument.name()}>\``);
      const codes = Object.keys(exitCodesIn(name));
      // With what is added after it.
      let help = '';
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      for (const exit of codes) {
        expect(help).to.match(new RegExp(`^  ${exit} `, 'm'));
        expect(section).to.match(new RegExp(`^\\| ${exit} `, 'm'));
        expect(Object.values(exitCodes).map(String)).to.include(exit);
      }
      expect(codes).to.include.members(['0', '2']);
    });
  }

  it('should tell the fields of each JSON, and of each command that has one', () => {
    const having = allCommands().filter(({ command }) => command.options.some(({ long }) => long === '--json'));
    expect(Object.keys(jsonFieldsOf).sort()).to.deep.equal(having.map(({ name }) => name).sort());
    for (const { name } of having) {
      for (const field of Object.keys(jsonFieldsIn(name))) expect(page).to.include(`\`${field}\``);
    }
  });
});
