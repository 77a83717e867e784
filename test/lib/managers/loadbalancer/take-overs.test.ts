import { expect } from 'chai';
import { managers } from '../../../../lib/index.js';
import { ManualOwnership } from '../../../support/manual-ownership.js';
import { PassingLead, type Passing } from '../../../support/passing-lead.js';
import { isWhole } from '../../../support/scope.js';
import { HaproxyStage, uuidOf } from './haproxy/support/haproxy-stage.js';

/** Each so many-th write only: a story is played for each of them, and each way of passing on. */
const stride = isWhole ? 2 : 13;

const [inHaproxy, native] = [uuidOf(1), uuidOf(2)];

interface Told {
  /** What there was of load balancers when all was made, and of native ones. */
  readonly made: readonly string[];
  readonly leads: readonly string[];
  /** The same when all had been taken away. */
  readonly left: readonly string[];
  readonly creates: number;
  readonly again: number;
  readonly writes: number;
  readonly hasPassedOn: boolean;
}

/** One monitor leads and one stands by, while somebody makes a load balancer in haproxy and a native one, and deletes them. */
async function tell(how?: { readonly at: number; readonly passing: Passing }): Promise<Told> {
  const stage = await HaproxyStage.open();
  const ownerships = [new ManualOwnership(true), new ManualOwnership()] as const;
  const acting = managers.filter(({ name }) => ['service-instance', 'loadbalancer', 'octavia-vip'].includes(name));
  try {
    stage.template();
    const [leader, standby] = [
      await stage.startMonitor({ managers: acting, userAgent: 'monitor-1', ownership: ownerships[0] }),
      await stage.startMonitor({ managers: acting, userAgent: 'monitor-2', ownership: ownerships[1] }),
    ];
    const lead = new PassingLead(stage.cloud, { leader, standby, ownerships, how });
    const pod = await stage.createPort('pod', { virtual_machine_interface_device_owner: 'compute:nova' });
    const vips = await Promise.all(['vip-1', 'vip-2'].map((name) => stage.createPort(name)));
    for (const [index, vip] of vips.entries()) await stage.createAddress(`address-${index}`, vip);
    for (const [index, uuid] of [inHaproxy, native].entries()) {
      const provider = uuid === native ? 'native' : 'opencontrail';
      await stage.createLoadbalancer(`lb-${index}`, uuid, { port: vips[index] ?? '', provider });
      await stage.createListener(`listener-${index}`, uuidOf(10 + index), uuid, { protocol: 'TCP', protocol_port: 80 });
      await stage.createPool(`pool-${index}`, uuidOf(20 + index), uuidOf(10 + index), { protocol: 'TCP' });
      const member = await stage.createMember(uuidOf(30 + index), uuidOf(20 + index), {
        protocol_port: 8080,
        address: '10.50.2.7',
      });
      if (uuid !== native) continue;
      await stage.set('loadbalancer-member', member, {
        annotations: { key_value_pair: [{ key: 'vmi', value: pod }] },
      });
    }
    await lead.settled();
    const made = stage.end();
    const leads = leadsOf(stage);
    let again = await lead.again();
    for (const index of [0, 1]) {
      await stage.remove('loadbalancer-member', uuidOf(30 + index));
      await stage.remove('loadbalancer-pool', uuidOf(20 + index));
      await stage.remove('loadbalancer-listener', uuidOf(10 + index));
      await stage.remove('loadbalancer', index === 0 ? inHaproxy : native);
    }
    await lead.settled();
    again += await lead.again();
    return {
      made,
      leads,
      left: [...stage.end(), ...leadsOf(stage)],
      creates: lead.creates,
      again,
      writes: lead.writes,
      hasPassedOn: lead.hasPassedOn,
    };
  } finally {
    await stage.cloud.during(stage.stop());
  }
}

/** Where the floating ips of addresses lead. */
function leadsOf(stage: HaproxyStage): readonly string[] {
  return stage.server
    .list('floating-ip')
    .filter((one) => one['parent_type'] === 'instance-ip')
    .map((one) => {
      const refs = (one['virtual_machine_interface_refs'] ?? []) as readonly { readonly to: readonly string[] }[];
      const mappings = JSON.stringify(one['floating_ip_port_mappings'] ?? {});
      return `${String(one['floating_ip_traffic_direction'])} ${mappings} ${refs.map(({ to }) => to.at(-1)).join(' ')}`;
    })
    .sort();
}

describe('two monitors, of which the second takes over in the middle of serving load balancers', function () {
  // As many stories as there are moments; none of them waits for ever.
  this.timeout(0);
  let undisturbed: Told;

  before(async () => {
    undisturbed = await tell();
    expect(undisturbed.again).to.equal(0);
    expect(undisturbed.leads).to.have.length(1);
    expect(undisturbed.leads.join()).to.include('ingress').and.to.include('"dst_port":8080').and.to.include(' pod');
    expect(undisturbed.made.filter((line) => line.startsWith('instance '))).to.have.length(1);
    expect(undisturbed.left.filter((line) => /^(instance|machine|interface) /.test(line))).to.deep.equal([]);
    expect(undisturbed.writes).to.be.greaterThan(15);
  });

  for (const passing of ['killed before', 'killed after', 'demoted'] as const) {
    describe(`when the leader is ${passing} a write`.replace('demoted a', 'demoted at a'), () => {
      it('should come to the same end, with nothing made twice', async () => {
        for (let at = 1; at <= undisturbed.writes; at += stride) {
          const { writes, ...told } = await tell({ at, passing });
          const { writes: fewest, ...expected } = { ...undisturbed, hasPassedOn: true };
          const moment = `write ${at} of ${fewest}, ${writes} with the second one's`;
          expect(told, moment).to.deep.equal(expected);
        }
      });
    });
  }
});
