import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { allProblemTypes, errorCodes, managers, type AnyManager } from '../../lib/index.js';
import { servedKinds } from '../../fixtures/index.js';
import { formatProblem, loadConfig, settingKeys } from '../../service/config/index.js';
import { documentedOptions } from './original-settings-page.js';
import { publishedMetrics } from '../../service/metrics/index.js';
import { logMessages } from './log-messages.js';
import { generatedPages } from './pages.js';
import { contentOf } from '../support/pem.js';
import { projectFolder } from '../support/project-folder.js';

function read(path: string): Promise<string> {
  return readFile(new URL(path, projectFolder()), 'utf8');
}

/** The first cells of the rows of a page's tables. */
function documented(page: string): readonly string[] {
  return [...page.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1] ?? '');
}

describe('the pages of docs/', () => {
  const tables: readonly (readonly [string, readonly string[]])[] = [
    ['settings.md', [...settingKeys.keys()]],
    ['original-settings.md', documentedOptions()],
    ['metrics.md', Object.keys(publishedMetrics).map((name) => `svc_monitor_${name}`)],
    ['errors.md', Object.keys(errorCodes)],
    ['problems.md', Object.keys(allProblemTypes)],
    ['kinds.md', servedKinds().map(({ name }) => name)],
    [
      'rules.md',
      (managers as readonly AnyManager[])
        .flatMap(({ rules: tables = [] }) => tables)
        .flatMap(({ facts, rules }) => [...Object.keys(facts), ...rules.map(({ rule }) => rule)]),
    ],
  ];
  for (const [name, expected] of tables) {
    describe(name, () => {
      it('should document each entry of its table once, and none that is not there', async () => {
        expect([...documented(await read(`docs/${name}`))].sort()).to.deep.equal([...expected].sort());
      });

      it('should say what the table says', async () => {
        expect(await read(`docs/${name}`)).to.equal((await generatedPages()).get(name));
      });
    });
  }
});

describe('the settings that problems name', () => {
  it('should be there', () => {
    const named = Object.values(allProblemTypes).flatMap(({ settings = [] }) => settings);
    expect(named.filter((key) => !settingKeys.has(key))).to.deep.equal([]);
  });
});

describe('logs.md', () => {
  it('should document each message that is logged once, and none that is not', async () => {
    const messages = (await logMessages()).map(({ message }) => message);
    expect([...documented(await read('docs/logs.md'))].sort()).to.deep.equal([...messages].sort());
  });

  it('should say what the code and the table of meanings say', async () => {
    expect(await read('docs/logs.md')).to.equal((await generatedPages()).get('logs.md'));
  });
});

describe('the example of deploy/', () => {
  it('should be a configuration without problems, and name every key', async () => {
    const fileText = await read('deploy/svc-monitor.yaml');
    const loaded = loadConfig({ fileText, readFile: contentOf });
    expect(loaded.ok ? [] : loaded.problems.map(formatProblem)).to.deep.equal([]);
    for (const key of settingKeys.keys()) {
      expect(fileText, key).to.match(new RegExp(`^\\s*(# )?${key.slice(key.lastIndexOf('.') + 1)}:`, 'm'));
    }
  });

  it('should have right values in its comments, too', async () => {
    const uncommented = (await read('deploy/svc-monitor.yaml')).replace(/^(\s*)# (\w+:.*)$/gm, '$1$2');
    const loaded = loadConfig({ fileText: uncommented, readFile: contentOf });
    // A secret and the file that holds it exclude each other; all else has to fit together.
    const problems = loaded.ok ? [] : loaded.problems.map(formatProblem);
    expect(problems.filter((problem) => !problem.includes('only one of this and'))).to.deep.equal([]);
  });
});
