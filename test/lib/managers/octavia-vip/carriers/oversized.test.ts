import { expect } from 'chai';
import {
  boundMembers,
  floatingIpRecordKey,
  memberRecordKey,
  membersPerVip,
  stagesBesideCut,
} from '../../../../../lib/managers/octavia-vip/index.js';
import type { Stage, Verdict, Write } from '../../../../../lib/planning/index.js';
import {
  associationReference,
  deleteVirtualIp,
  floatingIp as floatingIpRef,
  portReference,
  setRecord,
  virtualIp,
} from '../../../../../lib/managers/octavia-vip/writes.js';
import { uuidOf } from '../../../../support/change-messages.js';

describe('boundMembers', () => {
  const bound = (uuid: string): Verdict => ({
    about: { kind: 'virtual-machine-interface', uuid },
    rule: 'bound',
    says: 'Nova has bound it',
  });
  const plan = (count: number, orphans: readonly string[] = []) => ({
    members: Array.from({ length: count }, (_, index) => uuidOf(index)),
    leaving: [],
    orphans,
    refused: [],
    leftBehind: [],
    unlistedProjects: [],
    verdicts: Array.from({ length: count }, (_, index) => bound(uuidOf(index))),
  });

  it('should leave a plan as it is that has no more members than count', () => {
    const whole = plan(membersPerVip);
    expect(boundMembers(whole)).to.deep.equal({ plan: whole, surplus: 0 });
  });

  it('should take the first, and let go of the others as of orphans', () => {
    const whole = plan(membersPerVip + 2, [uuidOf(0x999)]);
    const { plan: cut, surplus } = boundMembers(whole);
    expect(surplus).to.equal(2);
    expect(cut.members).to.deep.equal(whole.members.slice(0, membersPerVip));
    expect(cut.orphans).to.deep.equal([...whole.members.slice(membersPerVip), uuidOf(0x999)]);
    const rules = cut.verdicts.map(({ rule }) => rule);
    expect(rules).to.deep.equal([...whole.members.map(() => 'bound').slice(2), 'surplus', 'surplus']);
  });
});

describe('stagesBesideCut', () => {
  const target = virtualIp(uuidOf(1));
  const [floatingIp, ended, port] = [uuidOf(2), uuidOf(3), uuidOf(4)];
  const bind = portReference('add-reference', floatingIpRef(floatingIp), port);
  const remove = (...keys: readonly string[]): Write => setRecord(target, { remove: keys });
  const unreference = (uuid: string): Write => associationReference('delete-reference', target, uuid);
  const removeVirtualIp = deleteVirtualIp(uuidOf(5));
  const stages: readonly Stage[] = [
    {
      name: 'record',
      writes: [setRecord(target, { set: { [floatingIpRecordKey(floatingIp)]: 'x' } })],
      isRecord: true,
    },
    { name: 'bind', writes: [bind] },
    { name: 'attach', writes: [portReference('add-reference', target, port)], isBookkeeping: true },
    { name: 'detach', writes: [remove(memberRecordKey(port))], isBookkeeping: true },
    {
      name: 'forget',
      writes: [
        unreference(floatingIp),
        unreference(ended),
        remove(floatingIpRecordKey(floatingIp), floatingIpRecordKey(ended)),
        removeVirtualIp,
      ],
      isBookkeeping: true,
    },
  ];

  it('should be all where no virtual-ip is cut', () => {
    expect(stagesBesideCut(stages, false, [ended])).to.equal(stages);
  });

  it('should be what the floating ips need, and of the rest only what would mislead', () => {
    const left = stagesBesideCut(stages, true, [ended]);
    expect(left.map(({ name, writes }) => [name, writes])).to.deep.equal([
      ['bind', [bind]],
      ['forget', [unreference(ended), remove(floatingIpRecordKey(ended)), removeVirtualIp]],
    ]);
  });
});
