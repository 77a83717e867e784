import { linesInWindow, suppressionReasons } from '../../service/log/index.js';
import { logMeanings } from './log-meanings.js';
import { logMessages } from './log-messages.js';
import { code, table } from './markdown.js';

/** The page of the log messages. Fails if one of them has no meaning, or a meaning no message. */
export async function logsPage(note: string): Promise<string> {
  const messages = await logMessages();
  const rows = messages.map(({ message, levels, fields }) => {
    const meaning = logMeanings[message];
    if (meaning === undefined) throw new Error(`test/docs/log-meanings.ts does not say what "${message}" means`);
    return [code(message), levels.join(', '), fields.map(code).join(', '), meaning];
  });
  const stale = Object.keys(logMeanings).filter((message) => !messages.some((one) => one.message === message));
  if (stale.length > 0) throw new Error(`test/docs/log-meanings.ts has what nobody logs: ${stale.join('; ')}`);
  const reasons = Object.entries(suppressionReasons).map(([reason, text]) => `- ${code(reason)}: ${text}`);
  return `# Log lines

${note}

A line is a constant message with fields. What is written in the place of a secret is \`***\`.

## Where lines go, and in which form

They go to the standard output, and to \`log.file\` as well if it is set. \`log.format\` is one of:

- \`json\`: one object per line, with \`timestamp\`, \`level\`, \`message\` and the fields;
- \`text\`: for people;
- \`contrail\`: as the original svc-monitor writes them, with local time, the process in the place of the thread, and the fields behind the message. \`error\`, \`warn\`, \`info\` and \`debug\` are \`SYS_ERR\`, \`SYS_WARN\`, \`SYS_INFO\` and \`SYS_DEBUG\`.

The file is put aside as \`.1\`, \`.2\` and so on when it reaches \`log.max_bytes\`; \`log.backup_count\` of them are kept. logrotate can move, delete or truncate it instead, and has to tell nobody. A disk that is full stops nothing.

## What is not written

Nothing is left out silently: it is counted in \`svc_monitor_log_lines_suppressed_total\`, by \`reason\`, and told by a line of its own.

${reasons.join('\n')}

A warning or an error that was written less than a minute ago, with the same texts in its fields, is not written again; numbers may differ. Of one message at most ${linesInWindow.warn} warnings or errors, and ${linesInWindow.info} lines of level \`info\`, are written in a minute. Debug lines are all written.

A reader that does not read costs about a quarter of a megabyte of memory. What comes on top is dropped, the least severe lines first, and nothing else waits for it.

## The level, while the service runs

Change \`log.level\` in the file of \`--config\`, and send SIGHUP (\`systemctl reload\`). The same signal takes other \`http.allowed_hosts\`, and renewed certificates of the endpoints. What else has changed is named in a line, and needs a restart. A configuration with problems changes nothing; its problems are in the log. No HTTP request changes anything.

## Whom a line is about

Where a line has the field \`vip\` or \`floatingIpUuid\`, these are added as far as they are known: \`floatingIp\`, its address; \`loadBalancer\`, Octavia’s id of it, or the name of the port that has the VIP (OpenSDN does not know its name); \`tenant\`, the project’s name. Tenants choose such texts: whatever is in them, a line stays one line.

## All messages

\`error\` among the fields stands for what is known of a failure: \`error\` (its text), \`code\` (see [errors.md](errors.md)), \`details\`, \`causes\`, and \`stack\` if it is a bug.

${table(['message', 'level', 'fields', 'meaning'], rows)}
`;
}
