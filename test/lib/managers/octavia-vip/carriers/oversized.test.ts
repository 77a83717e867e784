import { expect } from 'chai';
import type { Verdict } from '../../../../../lib/planning/index.js';
import {
  boundMembers,
  membersPerVip,
  stagesBesideCut,
  type Stage,
  type Write,
} from '../../../../../lib/managers/index.js';
import { floatingIpRecordKey, memberRecordKey } from '../../../../../lib/model/index.js';
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
  const target = { uuid: uuidOf(1) };
  const [floatingIp, ended, port] = [uuidOf(2), uuidOf(3), uuidOf(4)];
  const bind: Write = { action: 'add-floating-ip-reference', uuid: floatingIp, portUuid: port };
  const remove = (...keys: readonly string[]): Write => ({ action: 'delete-record', target, keys });
  const removeVirtualIp: Write = { action: 'delete-virtual-ip', uuid: uuidOf(5) };
  const stages: readonly Stage[] = [
    { name: 'record', writes: [{ action: 'set-record', target, entries: [] }], isRecord: true },
    { name: 'bind', writes: [bind] },
    { name: 'attach', writes: [{ action: 'add-virtual-ip-reference', target, portUuid: port }], isBookkeeping: true },
    { name: 'detach', writes: [remove(memberRecordKey(port))], isBookkeeping: true },
    {
      name: 'forget',
      writes: [
        { action: 'delete-association-reference', target, floatingIpUuid: floatingIp },
        { action: 'delete-association-reference', target, floatingIpUuid: ended },
        remove(floatingIpRecordKey(floatingIp), floatingIpRecordKey(ended)),
        removeVirtualIp,
      ],
      isBookkeeping: true,
    },
  ];

  it('should be all where no virtual-ip is cut', () => {
    expect(stagesBesideCut(stages, [{}], [ended])).to.equal(stages);
  });

  it('should be what the floating ips need, and of the rest only what would mislead', () => {
    const left = stagesBesideCut(stages, [{}, { cut: ['references to ports'] }], [ended]);
    expect(left.map(({ name, writes }) => [name, writes])).to.deep.equal([
      ['bind', [bind]],
      [
        'forget',
        [
          { action: 'delete-association-reference', target, floatingIpUuid: ended },
          remove(floatingIpRecordKey(ended)),
          removeVirtualIp,
        ],
      ],
    ]);
  });
});
