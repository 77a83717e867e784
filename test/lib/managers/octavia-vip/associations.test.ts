import { expect } from 'chai';
import { Associations } from '../../../../lib/managers/octavia-vip/index.js';
import { planVip, vipKey, type VipKey, type VipPlan } from '../../../../lib/rules.js';
import { defaultOctaviaVipSettings } from '../../../../lib/rules.js';

const one = vipKey('20000000-0000-4000-8000-000000000000', '10.0.0.5');
const other = vipKey('20000000-0000-4000-8000-000000000000', '10.0.0.6');

function plan(key: VipKey, associations: readonly string[], vipPortUuid = 'vip-port'): VipPlan {
  const loadBalancer = {
    ...{ members: [], leaving: [], orphans: [], refused: [], leftBehind: [], unlistedProjects: [], verdicts: [] },
  };
  const nothing = planVip({ key, loadBalancer, surplus: 0, passedOver: [] }, defaultOctaviaVipSettings);
  return { ...nothing, associations, vipPortUuid };
}

describe('Associations', () => {
  let associations: Associations;

  beforeEach(() => {
    associations = new Associations();
  });

  it('should be those of the latest plan', () => {
    associations.planned(plan(one, ['a', 'b']));
    associations.planned(plan(one, ['b', 'c']));

    expect(associations.of('a')).to.equal(undefined);
    expect(associations.of('b')).to.deep.equal({ vip: one, vipPort: 'vip-port' });
    expect(associations.size).to.equal(2);
  });

  it('should not lose one that has moved to another VIP, whichever is planned first', () => {
    associations.planned(plan(one, ['a']));
    associations.planned(plan(other, ['a']));
    associations.planned(plan(one, []));

    expect(associations.of('a')).to.deep.equal({ vip: other, vipPort: 'vip-port' });
  });

  it('should tell of plans, and of what is carried out of them', () => {
    const told: VipKey[] = [];
    const end = associations.onChanged((vip) => told.push(vip));
    associations.planned(plan(one, []));
    associations.changed(other);
    end();
    associations.changed(one);

    expect(told).to.deep.equal([one, other]);
  });
});
