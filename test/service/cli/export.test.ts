import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  EmbeddedCloud,
  EmbeddedOpenSdn,
  loadExport,
  RecordingReplay,
  seedExport,
  type Export,
  type LoadBalancer,
  type UserFloatingIp,
} from '../../../fixtures/index.js';
import { Command } from '../../support/command.js';
import { Shop } from '../../support/shop.js';

const nowhere = 'http://127.0.0.1:1';
const secrets = ['call-0800-hunter2', 'topsecret'];

interface Finding {
  readonly vips: readonly {
    readonly vip: string;
    readonly ports: readonly { readonly role: string; readonly state?: string; readonly rules: readonly unknown[] }[];
    readonly virtualIps: readonly { readonly rules: readonly unknown[] }[];
    readonly floatingIps: readonly {
      readonly standing: string;
      readonly differences: readonly string[];
      readonly rules: readonly unknown[];
    }[];
    readonly writes: readonly string[];
  }[];
}

describe('opensdn-svc-monitor export', () => {
  let shop: Shop;
  let loadBalancer: LoadBalancer;
  let floatingIp: UserFloatingIp;
  let folder: string;

  const settings = (url: string, projects: readonly string[]): readonly string[] =>
    [`config_api.urls=${url}`, `rules.amphora_projects=${projects.join(',')}`].flatMap((one) => ['--set', one]);
  const own = (): readonly string[] => settings(shop.cloud.url, ['service', shop.tenant.projectId]);
  const explain = async (vip: string, flags: readonly string[]): Promise<Finding> => {
    const { stdout, stderr } = await new Command(['explain', vip, '--json', '--url', nowhere, ...flags]).ended;
    expect(stderr).to.equal('');
    return JSON.parse(stdout) as Finding;
  };
  const check = async (flags: readonly string[]): Promise<number | null> =>
    (await new Command(['check', '--no-write', '--set', 'source=watch', ...flags]).ended).code;
  const exportTo = async (file: string, ...flags: readonly string[]): Promise<Export> => {
    const path = join(folder, file);
    const args = ['export', floatingIp.address, '--output', path, '--url', nowhere, ...flags, ...own()];
    const { code, stderr } = await new Command(args).ended;
    expect(code, stderr).to.equal(0);
    return loadExport(path);
  };
  /** What the rules say of each object, whatever it is called. */
  const normal = ({ vips }: Finding): unknown =>
    vips.map(({ ports, virtualIps, floatingIps, writes }) => ({
      ports: ports.map(({ role, state, rules }) => ({ role, state, rules })),
      virtualIps: virtualIps.map(({ rules }) => rules),
      floatingIps: floatingIps.map(({ standing, differences, rules }) => ({
        standing,
        differs: differences.length,
        rules,
      })),
      writes: writes.map((line) =>
        line
          .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>')
          .split(' ')
          .slice(0, 3)
          .join(' '),
      ),
    }));

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'svc-monitor-export-'));
    shop = await Shop.open({ tenant: { cidrs: ['10.107.0.0/24', 'fd00:107::/64'] } });
    const [, second] = shop.tenant.subnets;
    loadBalancer = await shop.octavia.createLoadBalancer({ additionalSubnetIds: [second!.id] }).run();
    floatingIp = await shop.user.createFloatingIp().run();
    await shop.user.associate(floatingIp, loadBalancer).run();
    await shop.cloud.settled();
    await shop.cloud.stopMonitor(shop.monitor);
    await shop.octavia.failoverAmphora(loadBalancer, loadBalancer.amphorae[0]!).run();
    const [virtualIp] = shop.cloud.server.list('virtual-ip');
    const kept = virtualIp?.['annotations'] as { readonly key_value_pair: readonly object[] };
    const foreign = { key: 'topsecret', value: `notes: ${secrets[0]!}` };
    shop.cloud.server.seed('virtual-ip', {
      ...virtualIp,
      annotations: { key_value_pair: [...kept.key_value_pair, foreign] },
    });
  });

  after(async () => {
    await shop.close();
    await rm(folder, { recursive: true });
  });

  for (const flag of ['as it is', '--anonymise']) {
    it(`should give the same findings in another OpenSDN (${flag})`, async () => {
      const exported = await exportTo(`${flag}.json`, ...(flag === '--anonymise' ? [flag] : []));
      const isAnonymised = flag === '--anonymise';
      expect(exported.isAnonymised).to.equal(isAnonymised);
      expect(exported.vips).to.have.length(2);
      const cloud = await new EmbeddedCloud().start();
      try {
        expect(seedExport(cloud.server, exported)).to.be.greaterThan(10);
        const there = settings(cloud.url, exported.rules['amphoraProjects'] as readonly string[]);
        const address = loadBalancer.vips.map((vip) => `${shop.tenant.networkId}/${vip.address}`);
        for (const vip of exported.vips) {
          const [here, copy] = [await explain(address[exported.vips.indexOf(vip)]!, own()), await explain(vip, there)];
          expect(here.vips).to.have.length(1);
          expect(normal(copy)).to.deep.equal(normal(here));
        }
        expect([await check(there), await check(own())]).to.deep.equal([1, 1]);
        const repaired = await new Command(['repair', '--yes', '--url', nowhere, ...there]).ended;
        expect(repaired.code, repaired.stdout).to.equal(0);
        expect(await check(there)).to.equal(0);
      } finally {
        await cloud.stop();
      }
    });
  }

  it('should name nobody and nothing when anonymised, and hold no text of others', async () => {
    await exportTo('anonymous.json', '--anonymise');
    const text = await readFile(join(folder, 'anonymous.json'), 'utf8');
    const words = [
      ...secrets,
      'shop',
      shop.tenant.projectId,
      shop.tenant.projectId.replaceAll('-', ''),
      shop.tenant.networkId,
      loadBalancer.id,
      loadBalancer.vipPortId,
      floatingIp.id,
      floatingIp.address,
      '10.107.0.',
      'fd00:107:',
      ...loadBalancer.vips.map(({ address }) => address),
    ];
    for (const word of words) expect(text.includes(word), word).to.equal(false);
    const plain = await exportTo('plain.json');
    expect(JSON.stringify(plain)).to.include(floatingIp.address);
    if (process.platform !== 'win32') expect((await stat(join(folder, 'plain.json'))).mode & 0o077).to.equal(0);
  });

  it('should be a recording that can be played', async () => {
    const { recording } = await exportTo('played.json', '--anonymise');
    const server = new EmbeddedOpenSdn();
    await server.start();
    try {
      let steps = 0;
      for await (const { actual } of new RecordingReplay({ recording, server })) {
        expect(actual.status).to.equal(200);
        steps += 1;
      }
      expect(steps).to.equal(recording.events.length);
    } finally {
      await server.stop();
    }
  });

  it('should go to the standard output without a file, and fail where nothing is named, or the file cannot be written', async () => {
    const { code, stdout } = await new Command(['export', loadBalancer.id, '--url', nowhere, ...own()]).ended;
    expect(code).to.equal(0);
    const path = join(folder, 'stdout.json');
    await writeFile(path, stdout);
    expect((await loadExport(path)).vips).to.have.length(2);
    const nothing = await new Command(['export', '192.0.2.1', '--url', nowhere, ...own()]).ended;
    expect(nothing.code).to.equal(1);
    expect(nothing.stderr).to.include('192.0.2.1');
    const noFile = ['export', loadBalancer.id, '--output', join(folder, 'no', 'such', 'folder'), '--url', nowhere];
    expect((await new Command([...noFile, ...own()]).ended).code).to.equal(1);
  });
});
