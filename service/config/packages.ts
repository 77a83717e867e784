import type { ConfigProblem } from './problems.js';
import type { SettingKey, Settings } from './schema.js';

/** Whether a package can be imported. */
export type IsInstalled = (packageName: string) => boolean;

interface Need {
  readonly key: SettingKey;
  readonly isNeeded: (settings: Settings) => boolean;
  readonly packages: readonly string[];
}

const needs: readonly Need[] = [
  { key: 'source', isNeeded: (settings) => settings.source === 'kafka', packages: ['kafkajs'] },
  {
    key: 'tracing.enabled',
    isNeeded: (settings) => settings['tracing.enabled'],
    packages: ['@opentelemetry/sdk-trace-node', '@opentelemetry/exporter-trace-otlp-http'],
  },
];

/** The packages that the settings need and that are not there. The relay needs Kafka's client whatever the source is. */
export function missingPackages(
  settings: Settings,
  isRelay: boolean,
  isInstalled: IsInstalled,
): readonly ConfigProblem[] {
  const problems = needs
    .filter(({ isNeeded }) => isNeeded(settings))
    .flatMap(({ key, packages }) =>
      packages
        .filter((name) => !isInstalled(name))
        .map((name) => ({ key, value: JSON.stringify(settings[key]), message: notInstalled(name) })),
    );
  const forRelay = isRelay && settings.source !== 'kafka' && !isInstalled('kafkajs');
  return forRelay ? [...problems, { key: 'relay', message: notInstalled('kafkajs') }] : problems;
}

function notInstalled(name: string): string {
  return `needs the package ${name}, which is not installed: npm install ${name}`;
}
