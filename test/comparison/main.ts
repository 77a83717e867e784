import { Command } from 'commander';
import { z } from 'zod';
import { compare, type ComparisonResult, type Difference } from './comparison.js';

const count = z.coerce.number().int().min(1).max(1_000_000);
const optionsSchema = z.object({
  left: z.url(),
  right: z.url(),
  seed: z.coerce.number().int().min(0).max(1_000_000),
  sequences: count,
  requests: count,
  wrong: z.coerce.number().min(0).max(1),
});

// node dist/test/comparison/main.js --left http://a:8082 --right http://b:8082 [--seed N] [--sequences N] [--requests N] [--wrong N]
const command = new Command('comparison')
  .description(
    'Makes the same random requests to two config API servers, prints what they answer differently, and how the first one answered.',
  )
  .requiredOption('--left <url>', 'one server, such as a real one that is there for tests alone')
  .requiredOption('--right <url>', 'the other, such as an embedded one')
  .option('--seed <n>', 'what the requests follow from', '1')
  .option('--sequences <n>', 'sequences of requests, each in a project of its own', '35')
  .option('--requests <n>', 'requests of one sequence', '55')
  .option('--wrong <n>', 'share of the choices in a request that are made to be refused, 0 to 1', '0.06')
  .parse();
const parsed = optionsSchema.safeParse(command.opts());
if (parsed.success) {
  const { left, right, ...rest } = parsed.data;
  const { requests, statuses, differences } = await compare({ urls: [left, right], ...rest });
  for (const difference of differences) process.stdout.write(`${describe(difference)}\n`);
  for (const line of summary(statuses)) process.stdout.write(`${line}\n`);
  const inStatus = differences.filter(({ answers: [one, other] }) => one.status !== other.status).length;
  process.stdout.write(
    `${requests} requests, ${differences.length} answered differently, ${inStatus} of them in status\n`,
  );
  process.exitCode = differences.length === 0 ? 0 : 1;
} else {
  for (const { path, message } of parsed.error.issues) process.stderr.write(`--${path.join('.')}: ${message}\n`);
  process.exitCode = 2;
}

// How many of each kind of request were taken, in percent, and what the others were answered with.
function summary(statuses: ComparisonResult['statuses']): readonly string[] {
  const line = (name: string, counts: ReadonlyMap<number, number>): string => {
    const all = [...counts.values()].reduce((sum, some) => sum + some, 0);
    const taken = Math.round((100 * (counts.get(200) ?? 0)) / all);
    const refused = [...counts].filter(([status]) => status !== 200).map(([status, some]) => `${status}: ${some}`);
    return `${name.padEnd(40)} ${String(all).padStart(6)} ${String(taken).padStart(4)} %  ${refused.join(', ')}`.trimEnd();
  };
  const total = new Map<number, number>();
  for (const counts of statuses.values())
    for (const [status, some] of counts) total.set(status, (total.get(status) ?? 0) + some);
  return [...[...statuses].toSorted(([one], [other]) => (one < other ? -1 : 1)), ['all', total] as const].map(
    ([name, counts]) => line(name, counts),
  );
}

function describe({ sequence, request, answers }: Difference): string {
  const [left, right] = answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`);
  const body = request.body === undefined ? '' : ` ${JSON.stringify(request.body)}`;
  return `sequence ${sequence}: ${request.method} ${request.path}${body}\n  left:  ${left ?? ''}\n  right: ${right ?? ''}`;
}
