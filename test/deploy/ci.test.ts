import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { projectFolder } from '../support/project-folder.js';
import { compiledTests, filesOfWholeForm, filesReaching, readsVariable, wholeFormVariables } from './whole-form.js';

const read = (path: string): string => readFileSync(new URL(path, projectFolder()), 'utf8');

/** The files of the whole form among these modules. */
const told = (modules: Readonly<Record<string, string>>): readonly string[] =>
  filesOfWholeForm(new Map(Object.entries(modules)));

describe('the files of the whole form', () => {
  const reading = "process.env['TEST_SCOPE'] === 'all'";

  it('should be those that read what is set there, themselves or by what they import', () => {
    const found = told({
      'a/itself.test.js': reading,
      'a/near.test.js': "import { isWhole } from '../support/scope.js';",
      'a/far.test.js': "import '../support/stage.js';",
      'a/dynamic.test.js': "await import('../support/stage.js');",
      'a/handed-on.test.js': "export { isWhole } from './support/hands-on.js';",
      'a/none.test.js': "import { other } from '../support/other.js';",
      'a/support/hands-on.js': "export * from '../../support/scope.js';",
      'support/scope.js': reading,
      'support/stage.js': "import { isWhole, isHuge } from './scope.js';",
      'support/other.js': "import { readFileSync } from 'node:fs';",
    });
    expect(found).to.deep.equal(['dynamic', 'far', 'handed-on', 'itself', 'near'].map((name) => `a/${name}.test.js`));
  });

  it('should be found where modules import each other', () => {
    const circle = { 'a.js': "import './b.js';", 'b.js': `import './a.js'; ${reading}` };
    expect(told({ ...circle, 'c.test.js': "import './a.js';" })).to.deep.equal(['c.test.js']);
  });

  it('should begin with those that take longest', () => {
    const files = ['e2e/a', 'exhaustive/b', 'faults/c', 'property/d'].map((name) => `${name}.test.js`);
    const [a, b, c, d] = files;
    expect(told(Object.fromEntries(files.map((file) => [file, reading])))).to.deep.equal([b, d, a, c]);
  });

  it('should be found by any variable, or by the whole environment', () => {
    for (const name of wholeFormVariables) expect(readsVariable(`process.env['${name}']`), name).to.equal(true);
    expect(readsVariable('const { CI } = process.env;')).to.equal(true);
    expect(readsVariable('kafkaBrokerOf(process.env)')).to.equal(true);
  });

  it('should not be found by another variable', () => {
    expect(readsVariable("{ PATH: process.env['PATH'] }")).to.equal(false);
    expect(readsVariable("Number(process.env['PROPERTY_SEED'] ?? '1')")).to.equal(false);
  });
});

describe('.ci/run', () => {
  const run = read('.ci/run');

  it('should set each of the variables that files are found by', () => {
    const set = [run, ...['rabbitmq', 'kafka', 'zookeeper'].map((name) => read(`.ci/${name}`))].join('\n');
    for (const variable of wholeFormVariables) expect(set).to.match(new RegExp(`\\b${variable}=`));
  });

  it('should tell them in the whole form', () => {
    expect(run).to.contain('told=$(node dist/test/deploy/print-whole-form.js)');
    expect(run).to.match(/TEST_SCOPE=all npx --no-install mocha [^\n]*\$told/);
  });

  it('should tell there what has more stories, and what needs a broker, and not the rest', () => {
    const files = filesOfWholeForm(compiledTests());
    expect(files).to.include.members([
      'property/interleavings.test.js',
      'lib/managers/service-instance/kill-matrix.test.js',
      'faults/streams/rabbitmq.test.js',
      'lib/change-stream/kafka-source.test.js',
      'lib/ownership/zookeeper/zookeeper-election.test.js',
    ]);
    expect(files).not.to.include('lib/managers/octavia-vip/floating-ips/rules.test.js');
    expect(files.length).to.be.lessThan(
      [...compiledTests().keys()].filter((path) => path.endsWith('.test.js')).length / 2,
    );
  });

  it('should tell there whatever may be pending in the quick form', () => {
    // These are pending by what the machine is, in each form alike: without Python or IPv6, or as root.
    const alike = new Set([
      'fixtures/http/http-endpoint.test.js',
      'service/cli/config.test.js',
      'service/config/ini/ini.test.js',
      'service/introspect/introspect.test.js',
    ]);
    const modules = compiledTests();
    const skipping = filesReaching(modules, (text) => /\.skip\)?\(/.test(text)).filter((file) => !alike.has(file));
    expect(skipping).to.have.length.above(20);
    expect(filesOfWholeForm(modules)).to.include.members([...skipping]);
  });

  it('should miss nothing outside of the tests: no other part knows the variables', () => {
    const knowing = ['lib', 'service', 'fixtures'].flatMap((folder) =>
      readdirSync(new URL(`${folder}/`, projectFolder()), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.ts'))
        .map((path) => `${folder}/${path}`)
        .filter((path) => wholeFormVariables.some((name) => read(path).includes(`process.env['${name}']`))),
    );
    expect(knowing).to.deep.equal([]);
  });
});
