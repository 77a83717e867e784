import { expect } from 'chai';
import { describeWrite } from '../../../../../lib/planning/index.js';
import { nativeMarks } from '../../../../../lib/model/index.js';
import { planNative, type NativePlan } from '../../../../../lib/managers/loadbalancer/native/plan.js';
import type {
  CheckSeen,
  FloatingIpSeen,
  MemberSeen,
  NativeSeen,
} from '../../../../../lib/managers/loadbalancer/native/seen.js';

const mapping = { protocol: 'TCP', src_port: 80, dst_port: 8080 } as const;

const seen = (more: Partial<NativeSeen> = {}): NativeSeen => ({
  uuid: 'lb',
  facts: { loadbalancer: 'there', driver: 'native', port: 'own' },
  isVerified: false,
  project: { uuid: 'p', fqName: ['d', 'p'] },
  port: 'vip',
  doubtful: [],
  addresses: [{ uuid: 'address', fqName: ['address'], address: '10.96.0.1', family: 'v4' }],
  floatingIps: [],
  members: [],
  pools: [],
  checks: [],
  gone: new Set(),
  cut: [],
  ...more,
});
const member = (uuid: string, more: Partial<MemberSeen> = {}): MemberSeen => ({
  uuid: `member-${uuid}`,
  pool: 'pool',
  facts: { names: 'interface', interface: 'own', hasPorts: true },
  interfaceUuid: uuid,
  mapping,
  ...more,
});
const child = (more: Partial<FloatingIpSeen> = {}): FloatingIpSeen => ({
  uuid: 'child',
  sort: 'internal',
  claim: 'ours',
  isMarked: true,
  looksOurs: true,
  address: 'address',
  interfaces: [],
  direction: 'ingress',
  mapsPorts: false,
  mappings: [],
  ...more,
});
const external = (more: Partial<FloatingIpSeen> = {}): FloatingIpSeen => ({
  uuid: 'external',
  sort: 'external',
  claim: 'ours',
  isMarked: true,
  looksOurs: false,
  notedPort: 'vip',
  interfaces: ['vip'],
  direction: 'ingress',
  mapsPorts: false,
  mappings: [],
  ...more,
});
const leading = { mapsPorts: true, mappings: [mapping] } as const;
const check = (more: Partial<CheckSeen> = {}): CheckSeen => ({
  uuid: 'check',
  isMarked: true,
  pool: 'pool',
  properties: {},
  interfaces: ['a'],
  ...more,
});
const lines = ({ stages }: Pick<NativePlan, 'stages'>): readonly string[] =>
  stages.flatMap(({ name, writes }) =>
    writes.map((write) =>
      `${name}: ${describeWrite(write)}`
        .replaceAll(/virtual-machine-interface |floating-ip /g, '')
        .replace(/, floating_ip_port_mappings .*/, ', ...'),
    ),
  );
const plan = (more: Partial<NativeSeen> = {}): NativePlan => planNative(seen(more));

describe('the plan of a native load balancer', () => {
  describe('when nothing is there yet', () => {
    it('should make the floating ip with its mappings, and then lead to the members', () => {
      const made = plan({ members: [member('a'), member('b')] });
      expect(lines(made)).to.deep.equal([
        'create: create address:address -> project p',
        'join: add reference (created) -> a',
        'join: add reference (created) -> b',
      ]);
      expect(made.stages[0]?.writes[0]).to.deep.include({
        properties: {
          floating_ip_address: '10.96.0.1',
          floating_ip_traffic_direction: 'ingress',
          floating_ip_port_mappings_enable: true,
          floating_ip_port_mappings: { port_mappings: [mapping] },
          annotations: { key_value_pair: [{ key: nativeMarks.loadbalancer, value: 'lb' }] },
        },
      });
    });

    it('should wait for an address that is not given yet', () => {
      expect(lines(plan({ addresses: [{ uuid: 'address', fqName: ['address'], family: 'v4' }] }))).to.deep.equal([]);
    });
  });

  describe('when all is as it should be', () => {
    it('should write nothing, in whatever order the mappings stand', () => {
      const dns = { protocol: 'UDP', src_port: 53, dst_port: 5353 };
      const members = [member('a'), member('a', { uuid: 'other', mapping: dns })];
      const floatingIps = [
        child({ interfaces: ['a'], mapsPorts: true, mappings: [dns, mapping] }),
        external({ interfaces: ['a', 'vip'], mapsPorts: true, mappings: [mapping, dns] }),
      ];
      expect(plan({ members, floatingIps }).stages).to.deep.equal([]);
    });
  });

  describe('when endpoints change', () => {
    it('should drop who is gone first, then lead to new ones, then leave old ones', () => {
      const floatingIps = [child({ interfaces: ['gone', 'old'], ...leading })];
      const made = plan({ members: [member('new')], floatingIps, gone: new Set(['gone']) });
      expect(lines(made)).to.deep.equal([
        'gone: delete reference child -> gone',
        'join: add reference child -> new',
        'leave: delete reference child -> old',
      ]);
      expect(made.stages.map(({ isUrgent }) => isUrgent === true)).to.deep.equal([true, false, false]);
    });

    it('should map ports before it leads to the first, and no more after the last has gone', () => {
      expect(lines(plan({ members: [member('a')], floatingIps: [child()] }))).to.deep.equal([
        'open: set floating_ip_port_mappings_enable true, ...',
        'join: add reference child -> a',
      ]);
      expect(lines(plan({ floatingIps: [child({ interfaces: ['a'], ...leading })] }))).to.deep.equal([
        'leave: delete reference child -> a',
        'close: set floating_ip_port_mappings_enable false, ...',
      ]);
    });

    it('should keep a reference that one of two members asks for', () => {
      const members = [member('a', { pool: 'other' })];
      expect(plan({ members, floatingIps: [child({ interfaces: ['a'], ...leading })] }).stages).to.deep.equal([]);
    });

    it('should map a port to that of the oldest member', () => {
      const members = [member('a'), member('b', { mapping: { ...mapping, dst_port: 9090 } })];
      const floatingIps = [child({ interfaces: ['a', 'b'], ...leading })];
      expect(plan({ members, floatingIps }).stages).to.deep.equal([]);
    });

    it('should lead to no member without a port, without a name, or of another project, and tell of the last', () => {
      const members = [
        member('a', { facts: { names: 'interface', interface: 'own', hasPorts: false } }),
        member('b', { facts: { names: 'nothing', interface: 'none', hasPorts: true } }),
        member('c', { facts: { names: 'address', interface: 'foreign', hasPorts: true } }),
      ];
      const made = plan({ members, floatingIps: [child()] });
      expect(made.stages).to.deep.equal([]);
      expect(made.complaints.map(({ type, uuid }) => [type, uuid])).to.deep.equal([
        ['native-member-refused', 'member-c'],
      ]);
    });
  });

  describe('when an interface that a member names is not known', () => {
    const late = member('late', { facts: { names: 'interface', interface: 'none', hasPorts: true } });

    it('should read it before its reference is dropped, and keep that if it cannot be read', () => {
      const held = member('late', { facts: { names: 'interface', interface: 'not-seen', hasPorts: true } });
      const floatingIps = [child({ interfaces: ['late'], ...leading })];
      const verify = [{ kind: 'virtual-machine-interface', uuid: 'late' }];
      expect(plan({ members: [held], floatingIps })).to.deep.include({ stages: [], verify });
      expect(plan({ members: [held], floatingIps, isVerified: true }).stages).to.deep.equal([]);
      const more = { members: [late], floatingIps, gone: new Set(['late']), isVerified: true };
      expect(lines(plan(more))).to.deep.equal([
        'gone: delete reference child -> late',
        'close: set floating_ip_port_mappings_enable false, ...',
      ]);
    });

    it('should read it before anything else is let go of, and only then', () => {
      const old = child({ interfaces: ['old'], ...leading });
      expect(plan({ members: [late], floatingIps: [old] }).verify).to.have.length(1);
      expect(plan({ members: [late, member('old')], floatingIps: [old] }).verify).to.deep.equal([]);
    });
  });

  describe('when a floating ip is at the VIP’s port', () => {
    it('should mark it before it is configured', () => {
      const floatingIps = [external({ isMarked: false, direction: 'both', fixedIp: '10.96.0.1' }), child()];
      expect(lines(plan({ floatingIps }))).to.deep.equal([
        `mark: set ${nativeMarks.loadbalancer}, ${nativeMarks.port} in the annotations of external`,
        'close: set floating_ip_fixed_ip_address null, floating_ip_traffic_direction ingress on external',
      ]);
    });

    it('should mark what is right already when nobody waits', () => {
      const floatingIps = [external({ isMarked: false }), child({ isMarked: false })];
      const made = plan({ floatingIps });
      expect(made.stages.map(({ name, isBookkeeping }) => [name, isBookkeeping])).to.deep.equal([['adopt', true]]);
      expect(made.stages[0]?.writes).to.have.length(2);
    });

    it('should leave one that another native load balancer has, and one that somebody else has made of an address', () => {
      const floatingIps = [
        external({ claim: 'other' }),
        child(),
        child({ uuid: 'strange', isMarked: false, looksOurs: false }),
      ];
      expect(plan({ floatingIps }).stages).to.deep.equal([]);
    });

    it('should keep one child of an address, and delete others that a driver has made', () => {
      const floatingIps = [child(), child({ uuid: 'second', isMarked: false })];
      expect(lines(plan({ floatingIps }))).to.deep.equal(['delete: delete second']);
    });
  });

  describe('when it is not served any more', () => {
    const gone = { facts: { loadbalancer: 'gone', driver: 'other', port: 'none' }, addresses: [] } as const;
    const doubtful = [{ kind: 'loadbalancer', uuid: 'lb' }] as const;
    const left = {
      ...gone,
      doubtful,
      floatingIps: [
        child({ claim: 'none', interfaces: ['a'], ...leading }),
        external({ claim: 'none', interfaces: ['a', 'vip'], ...leading }),
      ],
    };

    it('should be read again before anything is taken away', () => {
      expect(planNative(seen(left))).to.deep.include({ stages: [], verify: doubtful, deed: 'look' });
    });

    it('should leave the floating ips of users with the VIP’s port alone, and delete its own', () => {
      expect(lines(plan({ ...left, isVerified: true }))).to.deep.equal([
        'leave: delete reference external -> a',
        'close: set floating_ip_traffic_direction both, floating_ip_port_mappings_enable false, ...',
        'delete: delete child',
        `forget: remove ${nativeMarks.loadbalancer}, ${nativeMarks.port} in the annotations of external`,
      ]);
    });

    it('should keep what a user has made of his floating ip since', () => {
      const floatingIps = [external({ claim: 'none', interfaces: ['a'], fixedIp: '10.1.1.1', ...leading })];
      expect(lines(plan({ ...left, floatingIps, isVerified: true }))).to.not.include(
        'leave: delete reference external -> a',
      );
    });

    it('should leave what another native load balancer has by now', () => {
      const floatingIps = left.floatingIps.map((one) => ({ ...one, claim: 'other' as const }));
      expect(plan({ ...left, floatingIps }).deed).to.equal('nothing');
    });

    it('should leave everything while it, its port, or the address of a floating ip cannot be read', () => {
      const floatingIps = [child({ claim: 'none', interfaces: ['a'] })];
      for (const facts of [
        { loadbalancer: 'not-seen', driver: 'other', port: 'none' },
        { loadbalancer: 'there', driver: 'native', port: 'not-seen' },
      ] as const) {
        expect(plan({ facts, floatingIps, isVerified: true })).to.deep.include({ deed: 'nothing', stages: [] });
      }
      expect(plan({ addresses: [], floatingIps: [child({ claim: 'not-seen' })] }).stages).to.deep.equal([]);
    });

    it('should leave everything while nobody knows its driver', () => {
      const facts = { loadbalancer: 'there', driver: 'unknown', port: 'own' } as const;
      const floatingIps = [child({ claim: 'ours', interfaces: ['a'], ...leading })];
      expect(plan({ facts, floatingIps })).to.deep.include({ deed: 'nothing', stages: [] });
    });

    it('should take away what there is when another driver has it, or its port is not its own', () => {
      const floatingIps = [child({ claim: 'none', interfaces: ['a'] })];
      for (const facts of [
        { loadbalancer: 'there', driver: 'other', port: 'own' },
        { loadbalancer: 'there', driver: 'native', port: 'foreign' },
        { loadbalancer: 'there', driver: 'native', port: 'taken' },
      ] as const) {
        expect(lines(plan({ facts, floatingIps }))).to.deep.equal(['delete: delete child']);
      }
    });
  });

  describe('when its port is not its own', () => {
    it('should tell so', () => {
      for (const port of ['foreign', 'taken'] as const) {
        const { complaints } = plan({ facts: { loadbalancer: 'there', driver: 'native', port } });
        expect(complaints.map(({ type }) => type)).to.deep.equal(['native-port-refused']);
      }
    });
  });

  describe('when a pool has monitors', () => {
    const monitor = { uuid: 'monitor', isUp: true, type: 'TCP', delay: 5, timeout: 3, maxRetries: 2 } as const;
    const pools = [{ uuid: 'pool', fqName: ['d', 'p', 'web'], monitors: [monitor] }];
    const floatingIps = [child({ interfaces: ['a'], ...leading })];
    const members = [member('a')];
    const right = {
      enabled: true,
      health_check_type: 'link-local',
      monitor_type: 'PING',
      delay: 5,
      delayUsecs: 0,
      timeout: 3,
      timeoutUsecs: 0,
      max_retries: 2,
      url_path: 'local-ip',
      target_ip_all: false,
    };

    it('should make a check first, and have interfaces refer to it when its uuid is known', () => {
      const made = plan({ members, floatingIps, pools });
      expect(lines(made)).to.deep.equal(['checks: create service-health-check d:p:web-monitor']);
      expect(made.goesOn).to.equal(true);
    });

    it('should have exactly the members’ interfaces refer to it', () => {
      const checks = [check({ monitor: 'monitor', properties: right, interfaces: ['b'] })];
      expect(lines(plan({ members, floatingIps, pools, checks }))).to.deep.equal([
        'watch: add reference a -> service-health-check check',
        'unwatch: delete reference b -> service-health-check check',
      ]);
    });

    it('should use what the original has made, and mark it', () => {
      const checks = [check({ isMarked: false, properties: right })];
      const made = plan({ members, floatingIps, pools, checks });
      expect(made.stages.map(({ name }) => name)).to.deep.equal(['adopt']);
    });

    it('should follow the monitor, and delete what no monitor asks for', () => {
      const other = check({ uuid: 'other', monitor: 'unlinked', interfaces: ['a'] });
      const checks = [check({ monitor: 'monitor', properties: { ...right, delay: 9 } }), other];
      expect(lines(plan({ members, floatingIps, pools, checks })).map((line) => line.split(' {')[0])).to.deep.equal([
        'checks: set service_health_check_properties',
        'unwatch: delete reference a -> service-health-check other',
        'delete: delete service-health-check other',
      ]);
    });

    it('should delete what the original has left of a pool without monitors, and leave it when not served', () => {
      const checks = [check({ isMarked: false })];
      expect(lines(plan({ members, floatingIps, checks }))).to.include('delete: delete service-health-check check');
      const facts = { loadbalancer: 'there', driver: 'other', port: 'own' } as const;
      expect(plan({ facts, addresses: [], checks }).deed).to.equal('nothing');
    });
  });
});
