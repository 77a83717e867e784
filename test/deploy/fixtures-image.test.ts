import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Command } from '../support/command.js';
import { projectFolder } from '../support/project-folder.js';
import { commandOf, copiesOf, instructionsOf, stagesOf } from './containerfile.js';

const known = 'ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL RUN SHELL STOPSIGNAL USER VOLUME WORKDIR';

describe('deploy/fixtures/Containerfile', () => {
  const text = readFileSync(new URL('deploy/fixtures/Containerfile', projectFolder()), 'utf8');
  const stages = stagesOf(text);
  const image = stages.at(-1)!;
  const names = image.instructions.map(({ name }) => name);

  it('should have instructions that there are, and begin with FROM', () => {
    const instructions = instructionsOf(text);
    expect(instructions[0]?.name).to.equal('FROM');
    expect(instructions.map(({ name }) => name).filter((name) => !known.split(' ').includes(name))).to.deep.equal([]);
    // Lines that are none of them would be passed over above.
    const lines = text.split('\n').filter((line) => /^\S/.test(line) && !line.startsWith('#'));
    expect(lines).to.have.length(instructions.length);
  });

  it('should copy what is in the repository, or what an earlier stage has made', () => {
    for (const [index, stage] of stages.entries())
      for (const { from, sources } of copiesOf(stage)) {
        const earlier = stages.slice(0, index).map(({ name }) => name);
        if (from !== undefined) expect(earlier).to.include(from);
        else for (const source of sources) expect(existsSync(new URL(source, projectFolder())), source).to.equal(true);
      }
  });

  it('should copy all that npm pack needs', () => {
    const copied = copiesOf(stages[0]!).flatMap(({ sources }) => sources);
    const { files } = JSON.parse(readFileSync(new URL('package.json', projectFolder()), 'utf8')) as { files: string[] };
    const needed = files.filter((file) => !/^(!|dist\/)/.test(file)).map((file) => file.split('/')[0]);
    expect(copied).to.include.members([...needed, 'lib', 'service', 'fixtures', 'LICENSE', 'README.md']);
  });

  it('should be a slim image of a Node.js that is promised, whose user is not root and can write nothing of it', () => {
    for (const stage of stages) expect(stage.image).to.match(/^docker\.io\/library\/node:22-\w+-slim$/);
    const user = image.instructions.find(({ name }) => name === 'USER')?.text;
    expect(user).to.equal('node');
    const after = names.slice(names.indexOf('USER'));
    expect(after.filter((name) => ['COPY', 'ADD', 'RUN', 'USER'].includes(name))).to.deep.equal(['USER']);
    expect(names).not.to.include('VOLUME');
    expect(text).not.to.include('--chown');
  });

  it('should run what the package has, and be found healthy by its own check', async () => {
    const folder = image.instructions.find(({ name }) => name === 'WORKDIR')?.text;
    expect(copiesOf(image)).to.deep.equal([{ from: 'install', sources: [folder] }]);
    const [node, main = '', ...args] = commandOf(image, 'ENTRYPOINT');
    const [checkNode, checkMain, ...check] = commandOf(image, 'HEALTHCHECK');
    expect([node, checkNode, checkMain]).to.deep.equal(['node', 'node', main]);
    const path = fileURLToPath(new URL(main, projectFolder()));
    const free = ['--port', '0', '--control-port', '0', '--keystone-port', '0', '--aaa-mode', 'rbac'];
    const fixtures = new Command([...args, ...free], {}, path);
    try {
      const url = await fixtures.field('the control API listens', 'url');
      expect((await new Command([...check, '--url', url], {}, path).ended).code).to.equal(0);
      fixtures.signal(image.instructions.find(({ name }) => name === 'STOPSIGNAL')?.text as NodeJS.Signals);
      expect((await fixtures.ended).code).to.equal(0);
      expect((await new Command([...check, '--url', url], {}, path).ended).code).to.equal(1);
    } finally {
      fixtures.signal('SIGKILL');
    }
  });

  it('should open the ports that the process has by default', () => {
    expect(image.instructions.find(({ name }) => name === 'EXPOSE')?.text).to.equal('8082 8083 5000');
  });
});
