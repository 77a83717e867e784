import { expect } from 'chai';
import { ManualClock } from '../../../lib/base/clock/index.js';
import { ObjectCache, type Transition } from '../../../lib/cache/index.js';
import { causeInService } from '../../../lib/managers/causes.js';
import { parseObject, toEntity, type Kind } from '../../../lib/model/index.js';
import { uuidOf } from '../../support/change-messages.js';

const [project, service, port, thing, pool] = [uuidOf(1), uuidOf(2), uuidOf(3), uuidOf(4), uuidOf(5)];

type Raw = Readonly<Record<string, unknown>>;

function entity(kind: Kind, uuid: string, raw: Raw = {}): ReturnType<typeof toEntity> {
  return toEntity(kind, parseObject(kind, { uuid, fq_name: ['d', 'p', uuid], ...raw }));
}

const inProject = { parent_type: 'project', parent_uuid: project };

describe('causeInService', () => {
  const cache = new ObjectCache(
    new ManualClock(),
    new Set<Kind>(['service-instance', 'virtual-machine-interface', 'loadbalancer-pool']),
  );
  cache.put('service-instance', entity('service-instance', service, inProject) as never);
  cache.put('loadbalancer-pool', entity('loadbalancer-pool', pool, inProject) as never);
  cache.put('virtual-machine-interface', entity('virtual-machine-interface', port, inProject) as never);

  const refers = (kind: string, uuid: string): Raw => ({ [`${kind}_refs`]: [{ to: ['x'], uuid }] });

  for (const [what, kind, raw, expected] of [
    ['an interface, the project that it is in', 'virtual-machine-interface', inProject, project],
    ['an address, that of its interface', 'instance-ip', refers('virtual_machine_interface', port), project],
    [
      'a virtual machine, that of its service instance',
      'virtual-machine',
      refers('service_instance', service),
      project,
    ],
    [
      'a port tuple, that of its service instance',
      'port-tuple',
      { parent_type: 'service-instance', parent_uuid: service },
      project,
    ],
    [
      'a member, that of its pool',
      'loadbalancer-member',
      { parent_type: 'loadbalancer-pool', parent_uuid: pool },
      project,
    ],
    ['a floating ip, the project that has it', 'floating-ip', refers('project', project), project],
    ['a member of an unknown pool, nobody', 'loadbalancer-member', {}, undefined],
    ['an address of nothing, nobody', 'instance-ip', {}, undefined],
    [
      'a virtual machine of something unknown, nobody',
      'virtual-machine',
      refers('service_instance', uuidOf(9)),
      undefined,
    ],
    ['a port tuple without a parent, nobody', 'port-tuple', {}, undefined],
  ] as const) {
    it(`should be of ${what}, whether it is made, changed or gone`, () => {
      const one = entity(kind, thing, raw);
      for (const transition of [
        { kind, uuid: thing, before: undefined, after: one },
        { kind, uuid: thing, before: one, after: one },
        { kind, uuid: thing, before: one, after: undefined },
      ]) {
        expect(causeInService(transition as unknown as Transition, cache)).to.equal(expected);
      }
    });
  }
});
