import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { EmbeddedOpenSdn, type NotificationMessage } from '../../fixtures/index.js';
import type * as library from '../../lib/index.js';
import { eventually } from '../support/eventually.js';
import { projectFolder } from '../support/project-folder.js';

const run = promisify(execFile);
const root = fileURLToPath(projectFolder());
const note = 'opensdn-svc-monitor/inventory';

/** Adds an entry to a list, and the import that it needs. Nothing else of the file changes. */
async function addTo(file: string, list: string, { name, from }: { name: string; from: string }): Promise<void> {
  const text = await readFile(file, 'utf8');
  const opening = text.indexOf(list) + list.length;
  const added = `import { ${name} } from '${from}';\n${text.slice(0, opening)}${name}, ${text.slice(opening)}`;
  expect(text, file).to.include(list);
  await writeFile(file, added);
}

describe('the worked example of a manager', () => {
  let folder: string;
  let copy: typeof library;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'worked-example-'));
    const example = join(root, 'docs/examples/manager');
    await cp(join(root, 'lib'), join(folder, 'lib'), { recursive: true });
    await cp(join(root, 'tsconfig.json'), join(folder, 'tsconfig.base.json'));
    await cp(join(root, 'package.json'), join(folder, 'package.json'));
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await cp(join(example, 'physical-router.ts'), join(folder, 'lib/model/kinds/physical-router.ts'));
    await cp(join(example, 'router-inventory'), join(folder, 'lib/managers/router-inventory'), { recursive: true });
    await addTo(join(folder, 'lib/model/kinds.ts'), 'kindDefinitions = [', {
      name: 'physicalRouter',
      from: './kinds/physical-router.js',
    });
    await addTo(join(folder, 'lib/managers/index.ts'), 'managers = [', {
      name: 'routerInventory',
      from: './router-inventory/index.js',
    });
    const config = { extends: './tsconfig.base.json', include: ['lib'] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    await run(process.execPath, [join(root, 'node_modules/typescript/lib/tsc.js'), '-p', folder]);
    copy = (await import(pathToFileURL(join(folder, 'dist/lib/index.js')).href)) as typeof library;
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('should add a kind and a manager by two lines in two lists, and keep what it is for', async () => {
    const clock = new copy.SystemClock();
    const server = new EmbeddedOpenSdn({ clock });
    await server.start();
    const source = new copy.MemorySource({ clock });
    const publish = (message: NotificationMessage): void => void source.publish(message);
    server.notifications.subscribe(publish);
    const client = copy.createConfigApiClient({ urls: [server.url] });
    const signal = new AbortController().signal;
    const managers = copy.managers.filter(({ name }: { readonly name: string }) => name === 'router-inventory');
    const monitor = copy.createMonitor({ configApi: { urls: [server.url] }, source, managers });
    const said = (uuid: string): string | undefined =>
      JSON.stringify(server.read('physical-router', uuid)?.['annotations'] ?? '')
        .split(`"${note}","value":"`)[1]
        ?.split('"')[0];
    try {
      const kind = 'physical-router' as never;
      const router = await client.create(
        kind,
        { fqName: ['default-global-system-config', 'leaf-1'], parentKind: 'global-system-config', properties: {} },
        signal,
      );
      const vrouter = await client.create(
        'virtual-router',
        { fqName: ['default-global-system-config', 'compute-1'], parentKind: 'global-system-config', properties: {} },
        signal,
      );
      await monitor.start(signal);
      const reference = { kind, uuid: router, refKind: 'virtual-router', refUuid: vrouter } as const;
      await client.updateReference({ ...reference, operation: 'ADD' }, signal);
      await eventually('the vRouter is noted', () => said(router) === '1');
      await client.delete('virtual-router', vrouter, signal);
      await eventually('the note is gone', () => said(router) === undefined);
      expect(monitor.status().problems).to.deep.equal([]);
      expect(Object.keys(monitor.status().controllers)).to.include('router-inventory');
    } finally {
      await monitor.stop();
      client.close();
      await server.stop();
    }
  });
});
