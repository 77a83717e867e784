import { originalOptions, readContainerEnvironment, type OriginalOption } from '../../service/config/original/index.js';
import { code, table } from './markdown.js';

const sectionTexts: Readonly<Record<keyof typeof originalOptions, string>> = {
  DEFAULTS: 'Of `contrail-svc-monitor.conf`.',
  SECURITY: 'Of `contrail-svc-monitor.conf`.',
  SCHEDULER: 'Of `contrail-svc-monitor.conf`.',
  CASSANDRA: 'Of `contrail-svc-monitor.conf`.',
  SANDESH: 'Of `contrail-svc-monitor.conf`.',
  STATS: 'Of `contrail-svc-monitor.conf`.',
  KEYSTONE: 'Of `contrail-keystone-auth.conf`.',
  global: 'Of `vnc_api_lib.ini`.',
  auth: 'Of `vnc_api_lib.ini`.',
};

/** Each option of the original as the page has it: with its section. */
export function documentedOptions(): readonly string[] {
  return Object.entries(originalOptions).flatMap(([section, options]) =>
    Object.keys(options).map((option) => `[${section}] ${option}`),
  );
}

/** The variables of the original's container that are read. */
export function containerVariables(): readonly string[] {
  const names = new Set<string>();
  const allInUse: Readonly<Record<string, string>> = {
    SSL_ENABLE: 'True',
    RABBITMQ_USE_SSL: 'True',
    AUTH_MODE: 'keystone',
    KEYSTONE_AUTH_PROTO: 'https',
  };
  const environment = new Proxy<Record<string, string>>(
    { ...allInUse },
    {
      get: (target, name) => {
        if (typeof name === 'string') names.add(name);
        return Reflect.get(target, name) as unknown;
      },
    },
  );
  readContainerEnvironment(environment, []);
  return [...names].sort();
}

/** The page of what the original's configuration comes to. */
export function originalSettingsPage(note: string): string {
  const sections = Object.entries(sectionTexts).map(([section, text]) => {
    const options: Readonly<Record<string, OriginalOption>> = originalOptions[section as keyof typeof originalOptions];
    const rows = Object.entries(options).map(([option, info]) => [
      code(`[${section}] ${option}`),
      info.type === undefined ? 'unused' : info.keys.map(code).join(', '),
      info.doc,
      info.type === undefined ? '' : info.type.allowed.replace(/</g, '\\<'),
    ]);
    return `## ${section}\n\n${text}\n\n${table(['option', 'keys', 'how, or why not', 'allowed'], rows)}\n`;
  });
  return `# The original’s settings

${note}

The files of the original svc-monitor are read as they are:

\`\`\`sh
opensdn-svc-monitor run --conf_file /etc/contrail/contrail-svc-monitor.conf --conf_file /etc/contrail/contrail-keystone-auth.conf
\`\`\`

- They are read by the rules of Python’s configparser: the last value of an option counts, also of several files; sections that stand there twice are one; a \`#\` or \`;\` begins a comment only at the beginning of a line; names of options have no case; \`%(name)s\` stands for another option, and \`%%\` for one \`%\`.
- What kind a file is, is known by its sections. \`vnc_api_lib.ini\` is read from \`/etc/contrail/vnc_api_lib.ini\` if none of the files is one, as the original does.
- A file that is not there is passed over with a warning.
- With a \`contrail-svc-monitor.conf\`, or the environment of the container, this service takes the original’s place: its defaults count where they are others than ours. It takes part in the original’s election in ZooKeeper, answers on its introspect port, and writes lines as it does. To run beside the original, say otherwise in a file of \`--config\`: \`leadership: { mode: none }\`, \`introspect: { enabled: false }\`.
- An option that is not needed is accepted, and listed by \`config show\` with the reason. An option that the original does not have is a warning, and a wrong value an error.
- What is translated and has no effect, because a later way of giving settings turns it off, is dropped, and listed with the unused options.

## Environment of the container

Where \`CONTROLLER_NODES\` or \`CONFIG_NODES\` is set, and neither \`--config\` nor \`--conf_file\` is given, the options come from the variables from which the original’s container makes its files, with the same defaults: ${containerVariables().map(code).join(', ')}. A log file is written only where \`CONTAINER_LOG_DIR\` or \`LOG_DIR\` says so. The values are taken as they are, a \`%\` in them, too.

In any case, a variable \`SVC_MONITOR__<SECTION>__<option>\` is an option of \`contrail-svc-monitor.conf\` that comes after the files: \`SVC_MONITOR__DEFAULTS__log_level=SYS_DEBUG\`. \`DASH\` in the name stands for a dash.

${sections.join('\n')}`;
}
