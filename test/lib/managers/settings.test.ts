import { expect } from 'chai';
import { ManualClock } from '../../../lib/base/clock/index.js';
import { silentLogger } from '../../../lib/base/log/index.js';
import { metricDefinitions, silentMetrics } from '../../../lib/base/metrics/index.js';
import { problemTypes } from '../../../lib/base/problems/index.js';
import { formatDuration } from '../../../lib/base/settings/index.js';
import { ObjectCache } from '../../../lib/cache/index.js';
import {
  allMetricDefinitions,
  defaultManagerSettings,
  managers,
  type AnyManager,
} from '../../../lib/managers/index.js';

const names = (lists: readonly (readonly string[])[]): readonly string[] => lists.flat();
const settings = managers.map((manager) => Object.entries(manager.settings));

const expectUnique = (all: readonly string[]): void => {
  expect(all.filter((name, index) => all.indexOf(name) !== index)).to.deep.equal([]);
};

describe('the managers', () => {
  it('should have a name each', () => {
    expectUnique(managers.map(({ name }) => name));
  });

  it('should have no two settings of one name, for the code or for operators', () => {
    expectUnique(names(settings.map((table) => table.map(([name]) => name))));
    expectUnique(names(settings.map((table) => table.map(([, { key }]) => key))));
  });

  it('should have no two metrics of one name, nor one that the library has', () => {
    expectUnique([...Object.keys(metricDefinitions), ...managers.flatMap(({ metrics }) => Object.keys(metrics ?? {}))]);
  });

  it('should have no two controllers of one name', () => {
    const clock = new ManualClock();
    const context = {
      cache: new ObjectCache(clock),
      clock,
      logger: silentLogger,
      metrics: silentMetrics,
      requeue: () => undefined,
    };
    const made = managers.map((manager) => manager.create(context, defaultManagerSettings));
    expectUnique(made.flatMap(({ controllers }) => controllers.map(({ name }) => name)));
  });

  it('should have defaults that are as their settings allow, all in one table', () => {
    const all = settings.flat();
    for (const [name, { defaultValue, schema, form }] of all) {
      const written = form === 'duration' ? formatDuration(Number(defaultValue)) : defaultValue;
      expect(schema.parse(written), name).to.deep.equal(defaultValue);
      expect(defaultManagerSettings[name as keyof typeof defaultManagerSettings]).to.deep.equal(defaultValue);
    }
    expect(Object.keys(defaultManagerSettings)).to.have.length(all.length);
  });

  it('should have types of problems of which no two have one name', () => {
    const types = [problemTypes, ...(managers as readonly AnyManager[]).map(({ problems = {} }) => problems)];
    expectUnique(types.flatMap((table) => Object.keys(table)));
  });

  it('should have their metrics in the table of all', () => {
    for (const { metrics = {} } of managers as readonly AnyManager[]) expect(allMetricDefinitions).to.include(metrics);
    expect(allMetricDefinitions).to.include(metricDefinitions);
  });
});
