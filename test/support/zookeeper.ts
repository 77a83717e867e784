import type { Context } from 'mocha';

const howTo =
  'no ZooKeeper: `.ci/zookeeper start` starts one; set ZOOKEEPER_HOSTS to what it prints; `.ci/zookeeper stop` ends it';

/**
 * The servers (`host:port`) of the ZooKeeper ensemble for tests, from `ZOOKEEPER_HOSTS`. Call it inside `before`: without one the tests of
 * the suite are pending; under CI, where one is part of the job, they fail.
 */
export function zookeeperHosts(context: Context): readonly string[] {
  const hosts = process.env['ZOOKEEPER_HOSTS'];
  if (hosts !== undefined && hosts !== '') return hosts.split(',');
  if (process.env['CI'] === 'true') throw new Error(howTo);
  return context.skip();
}
