import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { expect } from 'chai';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { createProgram } from '../../service/cli/index.js';
import { formatProblem, loadConfig, type ConfigSources } from '../../service/config/index.js';
import { projectFolder } from '../support/project-folder.js';

const run = promisify(execFile);

const read = (path: string): string => readFileSync(new URL(path, projectFolder()), 'utf8');

const problems = (sources: ConfigSources): readonly string[] => {
  const loaded = loadConfig({ readFile: () => 'content', ...sources });
  return loaded.ok ? [] : loaded.problems.map(formatProblem);
};

/** What is wrong with the words of a command line, as far as the program can tell without running it. */
function misuse(words: readonly string[]): readonly string[] {
  let command: Command = createProgram(() => undefined);
  const wrong: string[] = [];
  for (const word of words) {
    const next = command.commands.find((one) => one.name() === word);
    if (next !== undefined) command = next;
    else if (word.startsWith('--')) {
      const flag = word.split('=')[0] ?? '';
      const known = command.options.some((option) => option.long === flag) || ['--help', '--version'].includes(flag);
      if (!known) wrong.push(`${command.name()} has no ${flag}`);
    } else if (command.commands.length > 0) return [...wrong, `there is no command ${word}`];
  }
  return wrong;
}

/** The command lines of the service in a page: in code, one a line, continued ones as one. */
function commandLines(page: string): readonly (readonly string[])[] {
  const text = page.replace(/\\\n\s*/g, ' ');
  return [...text.matchAll(/opensdn-svc-monitor((?: +[^\s`|#]+)+)/g)]
    .map(([, words = '']) => words.trim().split(/ +/))
    .filter(([first = '']) => /^[a-z][a-z-]*$/.test(first) || first.startsWith('--'))
    .map((words) => words.map((word) => word.replace(/[.,:;)]+$/, '')));
}

describe('the pages for operators', () => {
  const pages = [
    'README.md',
    ...readdirSync(new URL('deploy/', projectFolder()))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `deploy/${name}`),
  ];
  for (const page of pages) {
    it(`should name commands and flags that are there: ${page}`, () => {
      const wrong = commandLines(read(page))
        // In running text the name of the service is followed by any word.
        .filter(
          ([first = '']) => !['with', 'as', 'and', 'in', 'relay.', 'follows', 'has', 'is', 'from'].includes(first),
        )
        .flatMap(misuse);
      expect(wrong).to.deep.equal([]);
    });
  }
});

describe('the unit of deploy/systemd', () => {
  const path = 'deploy/systemd/opensdn-svc-monitor.service';
  const values = (key: string): readonly string[] =>
    [...read(path).matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value);

  it('should run commands that are there', () => {
    for (const line of [...values('ExecStart'), ...values('ExecStartPre')]) {
      const [, words = ''] = /opensdn-svc-monitor (.*)/.exec(line) ?? [];
      expect(misuse(words.split(' ')), line).to.deep.equal([]);
    }
  });

  it('should be one that systemd takes, and finds safe', async function () {
    if (spawnSync('systemd-analyze', ['--version']).error !== undefined) {
      if (process.env['CI'] !== undefined) throw new Error('systemd-analyze is missing');
      this.skip();
    }
    const file = fileURLToPath(new URL(path, projectFolder()));
    const { stdout, stderr } = await run('systemd-analyze', ['verify', '--man=no', file]);
    expect(stdout + stderr).to.equal('');
    // Of 100: the tool shows a tenth of it.
    await run('systemd-analyze', ['security', '--offline=true', '--threshold=20', file]);
  });
});

const envSchema = z.array(z.object({ name: z.string(), value: z.string().optional() }));

const deploymentSchema = z.object({
  kind: z.literal('Deployment'),
  spec: z.object({
    template: z.object({
      spec: z.object({
        securityContext: z.object({ runAsNonRoot: z.literal(true) }),
        containers: z.array(
          z.object({
            args: z.array(z.string()),
            env: envSchema,
            securityContext: z.object({
              allowPrivilegeEscalation: z.literal(false),
              readOnlyRootFilesystem: z.literal(true),
            }),
            volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
          }),
        ),
        volumes: z.array(z.object({ name: z.string() })),
      }),
    }),
  }),
});

describe('the manifests of deploy/kubernetes', () => {
  const documents = parseAllDocuments(read('deploy/kubernetes/svc-monitor.yaml'));
  const objects: readonly unknown[] = documents.map((one) => one.toJS() as unknown);
  const containers = objects
    .map((one) => deploymentSchema.safeParse(one))
    .flatMap(({ data }) => data?.spec.template.spec.containers ?? []);

  it('should be documents without errors', () => {
    expect(documents.flatMap(({ errors }) => errors.map(({ message }) => message))).to.deep.equal([]);
    expect(containers).to.have.length(1);
  });

  it('should have a configuration without problems, and variables that are there', () => {
    const [configMap] = objects
      .map((one) => z.object({ data: z.object({ 'svc-monitor.yaml': z.string() }) }).safeParse(one))
      .flatMap(({ data }) => (data === undefined ? [] : [data.data['svc-monitor.yaml']]));
    const environment = Object.fromEntries(
      containers.flatMap(({ env }) => env.map(({ name, value }) => [name, value] as const)),
    );
    expect(configMap).to.be.a('string');
    expect(problems({ fileText: configMap!, environment })).to.deep.equal([]);
  });

  it('should run a command that is there, with a file that is mounted', () => {
    for (const { args, volumeMounts } of containers) {
      expect(misuse(args)).to.deep.equal([]);
      const file = args[args.indexOf('--config') + 1] ?? '';
      expect(volumeMounts.some(({ mountPath }) => file.startsWith(`${mountPath}/`))).to.equal(true);
    }
  });
});

const composeSchema = z.object({
  services: z.record(
    z.string(),
    z.object({
      build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
      image: z.string().optional(),
      command: z.array(z.string()).optional(),
      environment: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
    }),
  ),
});

describe('the composition of deploy/container', () => {
  const { services } = composeSchema.parse(parse(read('deploy/container/compose.yaml'), { merge: true }));

  it('should have all that the service works with', () => {
    expect(services).to.include.all.keys('rabbitmq', 'kafka', 'zookeeper', 'opensdn', 'svc-monitor-1', 'svc-monitor-2');
  });

  it('should build images that there are files for', () => {
    for (const { build } of Object.values(services)) {
      if (build !== undefined) expect(read(build.dockerfile)).to.match(/^FROM /m);
    }
  });

  it('should give settings that are there', () => {
    for (const [name, { environment = {}, command = ['run'] }] of Object.entries(services)) {
      if (!name.startsWith('svc-monitor') && name !== 'relay') continue;
      const texts = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, String(value)]));
      expect(problems({ environment: texts }), name).to.deep.equal([]);
      expect(misuse(command), name).to.deep.equal([]);
    }
  });
});

describe('the image of deploy/container', () => {
  const text = read('deploy/container/Containerfile').replace(/\\\n/g, ' ');
  const instructions = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.trim().split(/\s+/)[0] ?? '');

  it('should be made of instructions that there are', () => {
    const known = ['FROM', 'WORKDIR', 'COPY', 'RUN', 'LABEL', 'USER', 'EXPOSE', 'HEALTHCHECK', 'CMD', 'ENTRYPOINT'];
    expect(known).to.include.members(instructions);
  });

  it('should run the service as nobody of rights', () => {
    expect(text).to.match(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(text).to.match(/^ENTRYPOINT \["opensdn-svc-monitor"\]$/m);
    const [, command = '[]'] = /^CMD (\[.*\])$/m.exec(text) ?? [];
    expect(misuse(z.array(z.string()).parse(JSON.parse(command)))).to.deep.equal([]);
  });
});
