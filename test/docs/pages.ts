import { readFile } from 'node:fs/promises';
import { format } from 'prettier';
import { allProblemTypes, errorCodes } from '../../lib/index.js';
import { environmentName, formatDuration, settingKeys, type KeyInfo } from '../../service/config/index.js';
import { publishedMetrics } from '../../service/metrics/index.js';
import { projectFolder } from '../support/project-folder.js';
import { commandsPage } from './commands-page.js';
import { withControlTables } from './control-tables.js';
import { kindsPage } from './kinds-page.js';
import { originalSettingsPage } from './original-settings-page.js';
import { logsPage } from './logs-page.js';
import { code, table } from './markdown.js';
import { rulesPage } from './rules-page.js';

/**
 * The pages of docs/ that are made from tables of the code, as a whole or in part: their texts by file name, formatted as the project's
 * files are.
 */
export async function generatedPages(): Promise<ReadonlyMap<string, string>> {
  const fixtures = await readFile(new URL('docs/fixtures.md', projectFolder()), 'utf8');
  const pages = {
    'settings.md': settingsPage(),
    'original-settings.md': originalSettingsPage(generatedNote('service/config/original')),
    'metrics.md': metricsPage(),
    'errors.md': errorsPage(),
    'problems.md': problemsPage(),
    'commands.md': commandsPage(generatedNote('service/cli, service/exit-codes.ts and test/docs/commands-page.ts')),
    'logs.md': await logsPage(generatedNote('the calls of loggers in lib and service, and test/docs/log-meanings.ts')),
    'rules.md': rulesPage(generatedNote('the rules.ts of lib/managers')),
    'kinds.md': kindsPage(generatedNote('fixtures/opensdn/schema/table.ts and the rules of the kinds')),
    'fixtures.md': await withControlTables(fixtures),
  };
  const formatted = Object.entries(pages).map(async ([name, text]) => {
    const options = { parser: 'markdown', printWidth: 120, singleQuote: true, trailingComma: 'all' } as const;
    return [name, await format(text, options)] as const;
  });
  return new Map(await Promise.all(formatted));
}

const generatedNote = (table: string): string =>
  `<!-- Made from ${table}; a test compares the two. After a change there: npm run docs -->`;

const sectionTexts: Readonly<Record<string, string>> = {
  config_api: 'How to reach the config API.',
  auth: 'How to log in to the config API.',
  rabbitmq:
    'How to reach the message bus on which the config API announces changes: for `source: amqp`, and for the relay.',
  kafka: 'How to reach the topic of config changes: for `source: kafka`, and for the relay.',
  watch: 'How to follow the stream of the config API itself: for `source: watch`.',
  relay: 'What `opensdn-svc-monitor relay` does besides.',
  leadership: 'Which of several instances acts.',
  zookeeper: 'How to reach ZooKeeper: for `leadership.mode: zookeeper`.',
  rules: 'By which rules ports and associations are told apart.',
  timings: 'Windows and intervals of time.',
  '': 'Keys without a section.',
  http: 'The status endpoint: `/healthz`, `/readyz`, `/metrics`, `/status`, and a page for people ([status.md](status.md)).',
  introspect: 'What contrail-status asks: `/Snh_SandeshUVECacheReq?x=NodeStatus`.',
  gateway:
    'The Neutron gateway: what stands before the API servers for the Neutron plugin ([gateway.md](../deploy/gateway.md)).',
  scheduler: 'Which vRouters work, and so may have an instance of a service: of `service-instance`.',
  loadbalancer: 'How load balancers are served: of `loadbalancer`.',
  log: 'Log lines go to the standard output.',
  tracing: 'Traces by OpenTelemetry.',
};

function settingsPage(): string {
  const sections = Object.entries(sectionTexts).map(([section, text]) => {
    const rows = [...settingKeys]
      .filter(([key]) => sectionOf(key) === section)
      .map(([key, info]) => [code(key), defaultText(info), info.allowed, info.doc]);
    return `## ${section === '' ? 'General' : section}\n\n${text}\n\n${table(['key', 'default', 'allowed', 'meaning'], rows)}\n`;
  });
  return `# Settings

${generatedNote('service/config/schema.ts, and settings.ts of each manager')}

A key such as \`rabbitmq.tls.ca_file\` can be given in several ways. Of several values the one of the last way in this list counts:

1. its default;
2. the environment of the original’s container, \`common_config.env\` of the deployers: only where \`CONTROLLER_NODES\` or \`CONFIG_NODES\` is set, and neither \`--config\` nor \`--conf_file\` is given;
3. the original’s own files, each with \`--conf_file\` (or \`-c\`, or \`--conf-file\`), in their order;
4. the environment as the original’s container appends it to its file, \`SVC_MONITOR__<SECTION>__<option>\`;
5. the YAML file of \`--config\`, where a dot is a level: \`rabbitmq: { tls: { ca_file: /etc/ca.pem } }\`;
6. the environment, as \`SVC_MONITOR_<SECTION>_<KEY>\`: capitals, each dot an underscore, here \`${environmentName('rabbitmq.tls.ca_file')}\`. An empty variable counts as not given;
7. a flag: \`--set rabbitmq.tls.ca_file=/etc/ca.pem\`; \`--dry-run\`, \`--log-level\` and \`--log-format\` are short for the keys of that name.

What the original’s options come to: [original-settings.md](original-settings.md). A password or token replaces a file for it that was given in an earlier way, and the other way round.

A duration is written \`500ms\`, \`2s\`, \`10m\`, \`1h\`, or as a number of seconds. A list is a YAML list, or one text with commas. Texts that look like numbers have to be in quotes in the file.

Everything is validated before anything starts. All problems are printed at once, and the exit code is 2. Unknown keys are problems, too, and so are unknown variables that begin with \`SVC_MONITOR_\`, apart from those that Kubernetes sets (\`SVC_MONITOR_PORT_...\`, \`SVC_MONITOR_SERVICE_...\`). \`opensdn-svc-monitor config check\` validates and exits; \`opensdn-svc-monitor config show\` prints every key with what would count and where it comes from, secrets hidden, then what of the original’s options is not used, and the warnings; with \`--json\` for programs.

Files that a key names are read once, at the start. They have to be regular files with text in UTF-8, of no more than 1 MiB. Those with certificates and keys have to be PEM, and a key that of its certificate; a certificate that has expired is a warning. Passwords and tokens are best given that way: the command line and the environment of a process can be read by others.

${sections.join('\n')}`;
}

function sectionOf(key: string): string {
  return key.includes('.') ? key.slice(0, key.indexOf('.')) : '';
}

function defaultText({ form, defaultValue }: KeyInfo): string {
  if (defaultValue === undefined) return 'unset';
  if (form === 'duration') return code(formatDuration(Number(defaultValue)));
  return code(typeof defaultValue === 'object' ? defaultValue.join(', ') : String(defaultValue));
}

function metricsPage(): string {
  const rows = Object.entries(publishedMetrics).map(([name, { type, labels, help }]) => [
    code(`svc_monitor_${name}`),
    type,
    labels.map(code).join(', '),
    help,
  ]);
  return `# Metrics

${generatedNote('lib/base/metrics/definitions.ts, metrics.ts of each manager, service/metrics/definitions.ts and service/gateway/metrics.ts')}

\`GET /metrics\` of the status endpoint answers in Prometheus' text format. Durations are seconds. Besides these there are the usual figures of a Node.js process (memory, CPU, event loop, garbage collection), as \`svc_monitor_process_...\` and \`svc_monitor_nodejs_...\`.

${table(['metric', 'type', 'labels', 'meaning'], rows)}
`;
}

function errorsPage(): string {
  const rows = Object.entries(errorCodes).map(([name, entry]) => [
    code(name),
    entry.retriable ? 'yes' : 'no',
    entry.meaning,
    Object.entries('details' in entry ? entry.details : {})
      .map(([detail, text]) => `${code(detail)}: ${text}`)
      .join('; '),
  ]);
  return `# Error codes

${generatedNote('lib/base/errors/codes.ts')}

Every error of the library is a \`SvcMonitorError\` with one of these codes. Match on \`code\`, not on the message. The codes stand in the field \`code\` of log lines and in the label \`code\` of \`svc_monitor_errors_total\`. Where a retry may help, the service retries by itself. What else stands in \`details\` than is listed here is for people to read, and may change.

${table(['code', 'a retry may help', 'meaning, and what to do', '`details`'], rows)}
`;
}

function problemsPage(): string {
  const rows = Object.entries(allProblemTypes).map(([name, entry]) => [
    code(name),
    entry.meaning,
    entry.unready === true ? 'no' : 'yes',
    entry.since,
    (entry.settings ?? []).map(code).join(', '),
    entry.advice,
  ]);
  return `# Problems

${generatedNote('lib/base/problems/types.ts, and problem-types.ts of each manager')}

\`problems\` of \`/status\` lists what is not in order, until it is: \`type\`, \`message\`, \`since\` (ISO 8601), and where they are known \`setting\` (the key to look at), \`answer\` (what the other side said), \`advice\`, \`controller\`, \`key\`, \`kind\` and \`uuid\`. Most end by themselves as soon as their cause is gone.

Whether the service is ready is decided in one place, from the same list: it is, if everything has been read, the change stream is followed, and none of the problems stands that say "no" here. The log, \`/status\` (\`ready\`, \`health\`), \`/readyz\` and the metric \`svc_monitor_ready\` tell that one answer. A standby is ready too: \`health.role\` says \`standby\`.

${table(['type', 'meaning', 'ready', 'since', 'settings', 'what to do'], rows)}
`;
}
