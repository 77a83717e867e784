import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { loadbalancerManager, type LoadbalancerDriver } from '../../lib/index.js';
import { LoadbalancerStage } from '../lib/managers/loadbalancer/support/loadbalancer-stage.js';
import { projectFolder } from '../support/project-folder.js';

const run = promisify(execFile);
const root = fileURLToPath(projectFolder());

interface MemoryDriver extends LoadbalancerDriver {
  readonly served: ReadonlyMap<string, readonly string[]>;
}

describe('the example of a driver of load balancers', () => {
  let folder: string;
  let driver: MemoryDriver;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'driver-example-'));
    await mkdir(join(folder, 'node_modules'));
    await symlink(root, join(folder, 'node_modules/opensdn-svc-monitor'));
    await symlink(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'));
    await cp(join(root, 'docs/examples/loadbalancer-driver'), folder, { recursive: true });
    const config = {
      compilerOptions: { module: 'NodeNext', target: 'ES2023', strict: true, exactOptionalPropertyTypes: true },
      include: ['*.ts'],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    const typescript = join(root, 'node_modules/typescript/lib/tsc.js');
    await run(process.execPath, [typescript, '-p', folder, '--skipLibCheck', '--types', 'node']);
    const built = (await import(pathToFileURL(join(folder, 'memory-driver.js')).href)) as {
      readonly MemoryDriver: new () => MemoryDriver;
    };
    driver = new built.MemoryDriver();
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('should serve what load balancers of its provider say, and no more what is gone', async () => {
    const stage = await LoadbalancerStage.open();
    try {
      await stage.createSet('boxes', 'example.MemoryDriver');
      await stage.cloud.startMonitor({ managers: [loadbalancerManager([driver])] });
      const loadbalancer = await stage.createLoadbalancer('web', { provider: 'boxes', address: '10.0.0.5' });
      const listener = await stage.createListener(loadbalancer, { protocol: 'HTTP', protocol_port: 80 });
      const pool = await stage.createPool(listener, { protocol: 'HTTP' });
      const member = await stage.createMember(pool, { address: '10.0.1.7', protocol_port: 8080 });
      await stage.cloud.settled();
      expect([...driver.served]).to.deep.equal([[loadbalancer, ['10.0.0.5:80 to 10.0.1.7:8080']]]);
      for (const [kind, uuid] of [
        ['loadbalancer-member', member],
        ['loadbalancer-pool', pool],
        ['loadbalancer-listener', listener],
        ['loadbalancer', loadbalancer],
      ] as const) {
        await stage.delete(kind, uuid);
      }
      await stage.cloud.settled();
      expect([...driver.served]).to.deep.equal([]);
    } finally {
      await stage.cloud.stop();
    }
  });
});
