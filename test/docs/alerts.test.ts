import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { parse } from 'yaml';
import { z } from 'zod';
import { PrometheusMetrics, publishedMetrics } from '../../service/metrics/index.js';
import { projectFolder } from '../support/project-folder.js';

const run = promisify(execFile);

function read(path: string): Promise<string> {
  return readFile(new URL(path, projectFolder()), 'utf8');
}

const alertSchema = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']) }),
  annotations: z.strictObject({ summary: z.string(), runbook_url: z.url() }),
});
const fileSchema = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(alertSchema) })),
});

async function alerts(): Promise<readonly z.output<typeof alertSchema>[]> {
  return fileSchema.parse(parse(await read('deploy/prometheus/alerts.yaml'))).groups.flatMap(({ rules }) => rules);
}

const targetsSchema = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).default([]) })),
});

async function dashboard(): Promise<z.output<typeof targetsSchema>['panels']> {
  return targetsSchema.parse(JSON.parse(await read('deploy/grafana/svc-monitor.json'))).panels;
}

/** The names of our metrics in an expression, those of histograms without their endings. */
function metricsIn(expr: string): readonly string[] {
  return [...expr.matchAll(/svc_monitor_[a-z0-9_]+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));
}

/** What is asked of the labels of our metrics, as `metric{label="value"}`. */
function labelsIn(expr: string): readonly (readonly [string, string])[] {
  return [...expr.matchAll(/(svc_monitor_[a-z0-9_]+)\{([^}]*)\}/g)].flatMap(([, name = '', selector = '']) =>
    [...selector.matchAll(/([a-z_]+)(?:=~|!=|!~|=)/g)].map(
      ([, label = '']) => [name.replace(/_(bucket|sum|count)$/, ''), label] as const,
    ),
  );
}

const givenByPrometheus = new Set(['job', 'instance', 'le']);

function unknownLabels(expr: string): readonly string[] {
  return labelsIn(expr)
    .filter(([metric, label]) => {
      const definition = publishedMetrics[metric.replace(/^svc_monitor_/, '')];
      return !givenByPrometheus.has(label) && definition?.labels.includes(label) !== true;
    })
    .map(([metric, label]) => `${metric}{${label}}`);
}

async function existingMetrics(): Promise<ReadonlySet<string>> {
  const text = await new PrometheusMetrics().render();
  return new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name));
}

describe('the alerts of deploy/prometheus', () => {
  it('should ask only for metrics and labels that exist', async () => {
    const existing = await existingMetrics();
    for (const { alert, expr } of await alerts()) {
      expect(
        metricsIn(expr).filter((name) => !existing.has(name)),
        alert,
      ).to.deep.equal([]);
      expect(unknownLabels(expr), alert).to.deep.equal([]);
    }
  });

  it('should each have a name of its own', async () => {
    const names = (await alerts()).map(({ alert }) => alert);
    expect(new Set(names).size).to.equal(names.length);
  });

  it('should each have a page that says what it means and what to do, and no page be without its alert', async () => {
    const names = (await alerts()).map(({ alert }) => alert);
    const pages = (await readdir(new URL('docs/runbooks/', projectFolder()))).filter((name) => name !== 'README.md');
    expect(pages.sort()).to.deep.equal(names.map((name) => `${name}.md`).sort());
    const overview = await read('docs/runbooks/README.md');
    for (const { alert, labels, annotations } of await alerts()) {
      const page = await read(`docs/runbooks/${alert}.md`);
      for (const heading of [`# ${alert}`, '## What users notice', '## Look at', '## Do']) {
        expect(page).to.match(new RegExp(`^${heading}\n\n\\S`, 'm'));
      }
      expect(annotations.runbook_url).to.match(new RegExp(`/docs/runbooks/${alert}\\.md$`));
      expect(overview).to.match(new RegExp(`\\[\`${alert}\`\\]\\(${alert}\\.md\\) +\\| ${labels.severity} `));
    }
  });

  it('should fire when they have to, and only then (promtool)', async function () {
    const folder = fileURLToPath(new URL('deploy/prometheus/', projectFolder()));
    try {
      const { stdout } = await run('promtool', ['test', 'rules', 'alerts.test.yaml'], { cwd: folder });
      expect(stdout).to.contain('SUCCESS');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT' && process.env['CI'] === undefined) {
        this.skip();
      }
      throw error;
    }
  });
});

describe('the dashboard of deploy/grafana', () => {
  it('should ask only for metrics and labels that exist', async () => {
    const existing = await existingMetrics();
    for (const { title, targets } of await dashboard()) {
      for (const { expr } of targets) {
        expect(
          metricsIn(expr).filter((name) => !existing.has(name)),
          title,
        ).to.deep.equal([]);
        expect(unknownLabels(expr), title).to.deep.equal([]);
      }
    }
  });

  it('should ask for something in each panel', async () => {
    const silent = (await dashboard()).flatMap(({ title, targets }) => (targets.length === 0 ? [title] : []));
    expect(silent).to.deep.equal([
      'Is it well?',
      'Floating ips on VIPs',
      'How fast?',
      'Config API',
      'Process and relay',
    ]);
  });
});
