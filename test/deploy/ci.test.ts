import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { projectFolder } from '../support/project-folder.js';

const run = readFileSync(new URL('.ci/run', projectFolder()), 'utf8');

/** What a test imports or reads that is otherwise with brokers, or in the whole form. */
const needs =
  /support\/(?:scope|own-|rabbitmq|kafka|zookeeper|amqp-stage|relay|topic|switch|replica|kazoo)|TEST_SCOPE|RABBITMQ_URL|KAFKA_BROKERS|ZOOKEEPER_HOSTS/;

describe('.ci/run', () => {
  const whole = /TEST_SCOPE=all npx --no-install mocha (.*)/.exec(run)?.[1] ?? '';
  const folders = readdirSync(new URL('test/', projectFolder()), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'support')
    .map(({ name }) => name);
  const tested = [...whole.matchAll(/dist\/test\/\{([^}]+)\}/g)].flatMap(([, names = '']) => names.split(','));

  it('should tell folders in the whole form that there are, each once', () => {
    expect(tested).to.have.length.above(4);
    expect(folders).to.include.members(tested);
    expect(new Set(tested).size).to.equal(tested.length);
  });

  for (const folder of folders.filter((name) => !tested.includes(name))) {
    it(`should leave out ${folder} there, in which nothing needs a broker or the whole scope`, () => {
      const files = readdirSync(new URL(`test/${folder}/`, projectFolder()), { recursive: true, encoding: 'utf8' });
      const needing = files
        .filter((file) => file.endsWith('.ts') && file !== 'ci.test.ts')
        .filter((file) => needs.test(readFileSync(new URL(`test/${folder}/${file}`, projectFolder()), 'utf8')));
      expect(needing).to.deep.equal([]);
    });
  }
});
