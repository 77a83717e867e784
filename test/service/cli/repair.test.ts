import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { LoadBalancer, UserFloatingIp } from '../../../fixtures/index.js';
import type { Service } from '../../../service/index.js';
import { jsonFieldsOf } from '../../../service/cli/json-fields.js';
import { Command } from '../../support/command.js';
import { eventually } from '../../support/eventually.js';
import { startReadyService } from '../../support/running-service.js';
import { Shop } from '../../support/shop.js';

const nowhere = 'http://127.0.0.1:1';

interface Repaired {
  readonly ok: boolean;
  readonly looked: number;
  readonly vips: readonly {
    readonly vip: string;
    readonly planned: readonly string[];
    readonly writes?: number;
    readonly remaining: readonly string[];
  }[];
}

describe('opensdn-svc-monitor, the commands that write', () => {
  let shop: Shop;
  let loadBalancer: LoadBalancer;
  let floatingIp: UserFloatingIp;

  const settings = (): readonly string[] =>
    [`config_api.urls=${shop.cloud.url}`, `rules.amphora_projects=service,${shop.tenant.projectId}`].flatMap((one) => [
      '--set',
      one,
    ]);
  const command = (name: string, ...flags: readonly string[]): Command['ended'] =>
    new Command([name, ...flags, ...settings(), ...(flags.includes('--url') ? [] : ['--url', nowhere])]).ended;
  const writes = (): number => shop.cloud.server.requests.count({ access: 'write' });
  const dropReference = async (
    of: UserFloatingIp = floatingIp,
    port = loadBalancer.amphorae[0]!.portId,
  ): Promise<void> => {
    const what = { type: 'floating-ip', uuid: of.id, 'ref-type': 'virtual-machine-interface', 'ref-uuid': port };
    await fetch(`${shop.cloud.url}/ref-update`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...what, operation: 'DELETE' }),
    });
  };

  beforeEach(async () => {
    shop = await Shop.open();
    loadBalancer = await shop.octavia.createLoadBalancer().run();
    floatingIp = await shop.user.createFloatingIp().run();
    await shop.user.associate(floatingIp, loadBalancer).run();
    await shop.cloud.settled();
    await shop.cloud.stopMonitor(shop.monitor);
  });

  afterEach(async () => {
    await shop.close();
  });

  describe('repair', () => {
    it('should write nothing where all is as it should be', async () => {
      const before = writes();
      const { code, stdout } = await command('repair');
      expect(code).to.equal(0);
      expect(stdout).to.include('nothing to do');
      expect(writes()).to.equal(before);
    });

    it('should show what it would write and write nothing where nobody can be asked, and in a dry run', async () => {
      await dropReference();
      const before = writes();
      const asked = await command('repair');
      expect(asked.code).to.equal(1);
      expect(asked.stdout).to.include('add reference').and.include('nothing was written');
      expect(asked.stderr).to.include('--yes');
      expect((await command('repair', '--dry-run', '--yes')).code).to.equal(1);
      expect(writes()).to.equal(before);
    });

    it('should bring in order what drifts with --yes, and find nothing to do the next time', async () => {
      await dropReference();
      const { code, stdout } = await command('repair', '--yes', '--json');
      expect(code, stdout).to.equal(0);
      const repaired = JSON.parse(stdout) as Repaired;
      expect(Object.keys(repaired)).to.deep.equal(Object.keys(jsonFieldsOf.repair));
      expect(repaired.vips).to.have.length(1);
      expect(repaired.vips[0]).to.deep.include({ remaining: [] });
      expect(repaired.vips[0]?.writes).to.be.greaterThan(0);
      expect(shop.differences()).to.deep.equal([]);
      const before = writes();
      expect((await command('repair', '--yes')).code).to.equal(0);
      expect(writes()).to.equal(before);
    });

    it('should restore what a failover has stripped while no service ran', async () => {
      await shop.octavia.failoverAmphora(loadBalancer, loadBalancer.amphorae[0]!).run();
      expect(shop.differences()).not.to.deep.equal([]);
      const { code, stdout } = await command('repair', '--yes');
      expect(code, stdout).to.equal(0);
      expect(shop.differences()).to.deep.equal([]);
    });

    it('should repair only what is named', async () => {
      const other = await shop.octavia.createLoadBalancer().run();
      const second = await shop.user.createFloatingIp().run();
      await shop.user.associate(second, other).run();
      await dropReference();
      const { code, stdout } = await command('repair', floatingIp.address, '--yes', '--json');
      expect(code).to.equal(0);
      expect((JSON.parse(stdout) as Repaired).vips.map(({ vip }) => vip)).to.deep.equal([
        `${shop.tenant.networkId}/${loadBalancer.vips[0]!.address}`,
      ]);
      const unknown = await command('repair', '192.0.2.9', '--yes');
      expect(unknown.code).to.equal(1);
      expect(unknown.stderr).to.include('192.0.2.9 names no one VIP');
    });

    it('should ask on a terminal, and take no for no, and Ctrl-C for the end', async () => {
      await dropReference();
      const before = writes();
      const no = new Terminal(['repair', ...settings(), '--url', nowhere]);
      await no.answer('[y/N]', 'n\n');
      expect(await no.ended).to.equal(1);
      const calledOff = new Terminal(['repair', ...settings(), '--url', nowhere]);
      await calledOff.answer('[y/N]', '\u0003');
      expect(await calledOff.ended).to.equal(130);
      expect(writes()).to.equal(before);
      const yes = new Terminal(['repair', ...settings(), '--url', nowhere]);
      await yes.answer('[y/N]', 'y\n');
      expect(await yes.ended).to.equal(0);
      expect(yes.text).to.include('reading the config');
      expect(shop.differences()).to.deep.equal([]);
    });
  });

  describe('cleanup', () => {
    const floatingIpNow = (): unknown => structuredClone(shop.cloud.server.read('floating-ip', floatingIp.id));
    const references = (): readonly string[] =>
      (
        (shop.cloud.server.read('floating-ip', floatingIp.id) ?? {})['virtual_machine_interface_refs'] as {
          readonly uuid: string;
        }[]
      )
        .map(({ uuid }) => uuid)
        .sort();

    it('should take away what is ours, leave floating ips and what is others’, and do nothing the second time', async () => {
      const foreign = shop.cloud.server.seed('virtual-ip', {
        fq_name: ['default-domain', 'shop', 'of-somebody-else'],
        parent_type: 'project',
      });
      const [flag, refs] = [floatingIpNow(), references()];
      const shown = await command('cleanup');
      expect(shown.code).to.equal(1);
      expect(shown.stdout).to.include('1 virtual-ip to be deleted').and.include('nothing was deleted');
      const { code, stdout } = await command('cleanup', '--yes', '--json');
      expect(code, stdout).to.equal(0);
      const cleaned = JSON.parse(stdout) as Readonly<Record<string, unknown>>;
      expect(Object.keys(cleaned)).to.deep.equal(Object.keys(jsonFieldsOf.cleanup));
      expect(cleaned).to.deep.include({ ok: true, deleted: 1, remaining: [] });
      expect(shop.cloud.server.list('virtual-ip').map(({ uuid }) => uuid)).to.deep.equal([foreign]);
      expect(references()).to.deep.equal(refs);
      expect(floatingIpNow()).to.deep.equal(flag);
      const before = writes();
      const again = await command('cleanup', '--yes');
      expect(again.code).to.equal(0);
      expect(again.stdout).to.include('there is nothing of this service');
      expect(writes()).to.equal(before);
    });

    it('should leave all in a way that a service takes over again', async () => {
      expect((await command('cleanup', '--yes')).code).to.equal(0);
      await shop.cloud.startMonitor({ settings: { amphoraProjects: [shop.tenant.projectId] } });
      await shop.cloud.settled();
      expect(shop.differences()).to.deep.equal([]);
    });
  });

  describe('when a service runs', () => {
    let service: Service & { readonly url: string };

    beforeEach(async () => {
      service = await startReadyService([`config_api.urls=${shop.cloud.url}`]);
    });

    afterEach(async () => {
      await service.stop();
    });

    it('should refuse to clean up, and say on repair that the service does it', async () => {
      const objects = shop.cloud.server.count('virtual-ip');
      const cleanup = await command('cleanup', '--yes', '--url', service.url);
      expect(cleanup.code).to.equal(1);
      expect(cleanup.stderr).to.include('Stop it first');
      expect(shop.cloud.server.count('virtual-ip')).to.equal(objects);
      const repair = await command('repair', '--yes', '--url', service.url);
      expect(repair.code).to.equal(0);
      expect(repair.stderr).to.include('it does this by itself');
    });
  });

  describe('when nobody reads on', () => {
    it('should end with its own exit code, and without a word', async () => {
      const main = fileURLToPath(new URL('../../../service/main.js', import.meta.url));
      const child = spawn(process.execPath, [main, 'explain', floatingIp.address, ...settings(), '--url', nowhere], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child.stdout.destroy();
      let stderr = '';
      child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
      const code = await new Promise((resolve) => child.once('close', resolve));
      expect(stderr).to.equal('');
      expect(code).to.equal(0);
    });
  });
});

/** The command on a terminal of its own. */
class Terminal {
  public text = '';
  public readonly ended: Promise<number | null>;
  private readonly child;

  public constructor(args: readonly string[]) {
    const main = fileURLToPath(new URL('../../../service/main.js', import.meta.url));
    const line = [process.execPath, main, ...args].map((part) => `'${part}'`).join(' ');
    this.child = spawn('script', ['-qefc', line, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout.on('data', (data: Buffer) => (this.text += data.toString()));
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
  }

  /** Waits for the question, and types. */
  public async answer(question: string, typed: string): Promise<void> {
    await eventually(`the question ${question}`, () => this.text.includes(question));
    this.child.stdin.write(typed);
  }
}
