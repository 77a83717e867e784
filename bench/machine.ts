import { readFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { z } from 'zod';

/** Where and with what a run was made. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  readonly package: string;
  /** Of the libraries that the figures hang on. */
  readonly dependencies: Readonly<Record<string, string>>;
}

const versions = z.record(z.string(), z.string());
const manifestSchema = z.object({ version: z.string(), dependencies: versions });
const measuredDependencies = ['axios', 'undici', 'rabbitmq-client', 'kafkajs', 'zod'];

/** This machine. To be called in the folder of the project, as npm does: the versions are those of its manifest. */
export function describeMachine(): Machine {
  const manifest: unknown = JSON.parse(readFileSync('package.json', 'utf8'));
  const { version, dependencies } = manifestSchema.parse(manifest);
  const processors = cpus();
  return {
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round((totalmem() / 1024 ** 3) * 10) / 10,
    system: `${type()} ${release()}`,
    node: process.version,
    package: version,
    dependencies: Object.fromEntries(
      Object.entries(dependencies).filter(([name]) => measuredDependencies.includes(name)),
    ),
  };
}
