import { expect } from 'chai';
import { ManualClock, NeutronRules, type Upstream, type VipDirectory } from '../../../lib/index.js';
import { vipKey } from '../../../lib/rules.js';
import { routerOf } from '../../../lib/gateway/routers.js';

const project = '10000000-0000-4000-8000-000000000000';
const network = '20000000-0000-4000-8000-000000000000';
const router = '30000000-0000-4000-8000-000000000000';
const inside = '40000000-0000-4000-8000-000000000000';
const outside = '50000000-0000-4000-8000-000000000000';

/** Answers by path; any other with 404. */
class FakeUpstream implements Upstream {
  public readonly paths: string[] = [];

  public constructor(private readonly answers: Readonly<Record<string, unknown>>) {}

  public send({ path }: { readonly path: string }): ReturnType<Upstream['send']> {
    this.paths.push(path);
    const [found] = Object.keys(this.answers).filter((prefix) => path.startsWith(prefix));
    const value = found === undefined ? 'no' : this.answers[found];
    const body = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
    return Promise.resolve({ status: found === undefined ? 404 : 200, rawHeaders: [], body });
  }
}

function networkOf(port: string): string | undefined {
  return { [inside]: network, [outside]: project }[port];
}

function routers(...ports: readonly (readonly string[] | undefined)[]): unknown {
  return {
    'logical-routers': ports.map((refs, index) => ({
      'logical-router': {
        uuid: index === ports.length - 1 ? router : project,
        ...(refs === undefined ? {} : { virtual_machine_interface_refs: refs.map((uuid) => ({ uuid, to: [] })) }),
      },
    })),
  };
}

describe('routerOf', () => {
  const signal = new AbortController().signal;
  const find = (answers: Readonly<Record<string, unknown>>): Promise<string | null> =>
    routerOf({ project, network }, { upstream: new FakeUpstream(answers), networkOf }, signal);

  it('should be the one of the project that has an interface in the network', async () => {
    expect(await find({ '/logical-routers': routers(undefined, [outside], [outside, inside]) })).to.equal(router);
  });

  it('should ask about the project in the name of the caller', async () => {
    const upstream = new FakeUpstream({});
    await routerOf({ project, network }, { upstream, networkOf }, signal);

    expect(upstream.paths).to.deep.equal([
      `/logical-routers?parent_id=${project}&detail=True&fields=virtual_machine_interface_refs`,
    ]);
  });

  it('should be none where there is none, or the API server does not say', async () => {
    const answers = [routers([outside]), routers(), {}, 'no JSON', { 'logical-routers': [{ uuid: router }] }];
    for (const answer of answers) expect(await find({ '/logical-routers': answer })).to.equal(null);
    expect(await find({})).to.equal(null);
  });
});

describe('NeutronRules, of a floating ip that is being restored', () => {
  it('should show it as it will be', async () => {
    const floatingIp = '60000000-0000-4000-8000-000000000000';
    const vipPort = '70000000-0000-4000-8000-000000000000';
    const address = '10.0.0.5';
    const association = {
      ...{ floatingIp, vipPort, address, addresses: [address], network, project },
      vip: vipKey(network, address),
    };
    const directory: VipDirectory = {
      hasAssociations: () => true,
      associationOf: () => association,
      knownAssociationOf: () => association,
      associatedAt: () => [],
      vipPort: () => undefined,
      mayCarry: () => false,
      carrier: () => undefined,
      networkOf,
      position: () => 0,
      wiring: () => Promise.resolve('nothing'),
    };
    const shown = { id: floatingIp, router_id: null, port_id: null, fixed_ip_address: address, status: 'DOWN' };
    const upstream = new FakeUpstream({ '/neutron/': shown, '/logical-routers': routers([inside]) });
    const rules = new NeutronRules({ directory: () => directory, isReady: () => true, clock: new ManualClock() });
    const body = Buffer.from(JSON.stringify({ context: { operation: 'READ' }, data: { id: floatingIp } }));
    const request = { resource: 'floatingip' as const, rawHeaders: [], body };
    const answer = await rules.handle(request, upstream, new AbortController().signal);

    expect(answer?.body.toString()).to.equal(
      JSON.stringify({ ...shown, router_id: router, port_id: vipPort, status: 'ACTIVE' }),
    );
  });
});
