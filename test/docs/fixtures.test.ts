import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Context } from 'mocha';
// The worked example is a test itself: it registers what it describes.
import '../../typings/mocha-example.js';
import { Command } from '../support/command.js';
import { projectFolder } from '../support/project-folder.js';
import { fencedBlocks } from './markdown.js';
import { generatedPages } from './pages.js';

const read = (path: string): string => readFileSync(new URL(path, projectFolder()), 'utf8');

const mains: Readonly<Record<string, string>> = {
  'opensdn-fixtures': fileURLToPath(new URL('../../fixtures/cli/main.js', import.meta.url)),
  'opensdn-svc-monitor': fileURLToPath(new URL('../../service/main.js', import.meta.url)),
};

/** Skips the test where there is no curl; under CI, where it is part of the job, the test fails. */
function needsCurl(context: Context): void {
  if (spawnSync('curl', ['--version']).error === undefined) return;
  if (process.env['CI'] === 'true') throw new Error('curl is not installed');
  process.stdout.write('      curl is not installed\n');
  context.skip();
}

describe('docs/fixtures.md', () => {
  const page = read('docs/fixtures.md');

  it('should show the mocha test as it is compiled and run here', () => {
    expect(fencedBlocks(page, 'ts')[0]).to.equal(read('typings/mocha-example.ts'));
  });

  it('should show a mocha test that holds with the settings that mocha comes with', async () => {
    const mocha = fileURLToPath(new URL('node_modules/mocha/bin/mocha.js', projectFolder()));
    const example = fileURLToPath(new URL('../../typings/mocha-example.js', import.meta.url));
    const { code, stdout, stderr } = await new Command(['--no-config', '--no-package', example], {}, mocha).ended;
    expect([code, stderr], stdout).to.deep.equal([0, '']);
    expect(stdout).to.match(/^ +3 passing /m);
  });

  it('should list the endpoints and deeds of the control API as it has them', async () => {
    expect(page).to.equal((await generatedPages()).get('fixtures.md'));
  });

  describe('the example in plain HTTP', () => {
    const plainHttp = page.slice(page.indexOf('\n## Plain HTTP\n'));
    const [commands = '', script = ''] = fencedBlocks(plainHttp, 'sh');
    const [outcome] = fencedBlocks(plainHttp, 'text');
    const started: Command[] = [];

    /** Starts a command of the page, with free ports in place of those that it names. */
    const start = (name: string, change: (args: string) => string): Command => {
      const line = new RegExp(`^npx ${name} (.*) &$`, 'm').exec(commands);
      if (line?.[1] === undefined) throw new Error(`the page does not start ${name}`);
      const command = new Command(change(line[1]).split(' '), {}, mains[name]);
      started.push(command);
      return command;
    };

    afterEach(async () => {
      for (const command of started.splice(0)) {
        command.signal('SIGTERM');
        expect((await command.ended).code).to.equal(0);
      }
    });

    it('should print what the page says', async function () {
      needsCurl(this);
      const fixtures = start('opensdn-fixtures', (args) => args.replaceAll(/808\d/g, '0'));
      const config = await fixtures.field('the config API listens', 'url');
      const control = await fixtures.field('the control API listens', 'url');
      start('opensdn-svc-monitor', (args) => `${args.replace('http://127.0.0.1:8082', config)} --set http.port=0`);
      const environment = { PATH: process.env['PATH'], CONFIG: config, CONTROL: control };
      const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
        env: environment,
        timeout: 60_000,
      });
      expect([stdout, stderr]).to.deep.equal([outcome, '']);
    });
  });
});
