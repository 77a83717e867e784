import { CommanderError } from 'commander';
import { writeFile } from 'node:fs/promises';
import { violations, type Violation } from './check.js';
import { describeMachine } from './machine.js';
import { parseOptions, type BenchOptions } from './options.js';
import { asJson, asMarkdown, asText, type RunReport, type SubjectReport } from './report.js';
import { runSubjects } from './runner.js';
import type { BenchSettings } from './settings.js';
import { subjects } from './subjects/index.js';
import { thresholds } from './thresholds.js';

/** Of each request to the config API: what the real one takes on loopback for a small object (docs/opensdn.md, 5.5). */
const latencyMs = 3;

const note = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

async function bench(options: BenchOptions): Promise<number> {
  const settings = settingsOf(options);
  const wanted = subjects.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
  const reports = await runSubjects(wanted, settings, note);
  const report: RunReport = {
    date: new Date().toISOString(),
    machine: describeMachine(),
    settings: { quick: settings.quick, latencyMs },
    subjects: reports,
  };
  process.stdout.write(options.markdown ? asMarkdown(report) : asText(report));
  if (options.json !== undefined) await writeFile(options.json, asJson(report));
  const isWhole = reports.every(({ result }) => !('failed' in result));
  return isWhole && (!options.check || (await passes(reports, settings))) ? 0 : 1;
}

function settingsOf(options: BenchOptions): BenchSettings {
  const rabbitmqUrl = options.rabbitmq ?? process.env['RABBITMQ_URL'];
  const kafkaBrokers = (options.kafka ?? process.env['KAFKA_BROKERS'])?.split(',');
  const zookeeperHosts = (options.zookeeper ?? process.env['ZOOKEEPER_HOSTS'])?.split(',');
  return {
    quick: options.quick,
    latencyMs,
    ...(zookeeperHosts === undefined ? {} : { zookeeperHosts }),
    ...(rabbitmqUrl === undefined ? {} : { rabbitmqUrl }),
    ...(kafkaBrokers === undefined ? {} : { kafkaBrokers }),
    ...(options.profile === undefined ? {} : { profileFolder: options.profile }),
  };
}

/** A machine has bad moments: what is worse than its threshold is measured once more, and has to be so again. */
async function passes(reports: readonly SubjectReport[], settings: BenchSettings): Promise<boolean> {
  const first = complaints(reports);
  if (first.length === 0) return true;
  const suspects = subjects.filter(({ name }) => first.some(({ subject }) => subject === name));
  const second = complaints(await runSubjects(suspects, settings, note));
  const lasting = second.filter(({ subject, figure }) =>
    first.some((former) => former.subject === subject && former.figure === figure),
  );
  return lasting.length === 0;
}

function complaints(reports: readonly SubjectReport[]): readonly Violation[] {
  const measured = reports.flatMap(({ name, result }) =>
    'figures' in result ? result.figures.map((figure) => ({ subject: name, figure })) : [],
  );
  const found = violations(measured, thresholds);
  for (const { subject, figure, text } of found) note(`worse than its threshold: ${subject}, ${figure}: ${text}`);
  return found;
}

async function main(): Promise<number> {
  try {
    const names = subjects.map(({ name }) => name);
    return await bench(parseOptions(process.argv.slice(2), names));
  } catch (error) {
    // Commander has printed its own message; help ends this way, too.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

process.exitCode = await main();
