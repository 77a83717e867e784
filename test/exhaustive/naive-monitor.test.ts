import { expect } from 'chai';
import { castOf, readable } from './cast.js';
import { NaiveMonitor } from './naive-monitor.js';
import { quietScope, worldOf, type Scope } from './scope.js';
import { describeFinding, search, type Report } from './search.js';

const cast = castOf();

function searched(scope: Partial<Scope>): Report {
  return search(worldOf(cast, { ...quietScope, ...scope }, new NaiveMonitor()), { maxStates: 100_000 });
}

function told({ findings }: Report): string {
  return findings.map((finding) => readable(describeFinding(finding), cast)).join('\n');
}

describe('the search, with a monitor that restores whatever it has recorded', function () {
  this.timeout(0);

  describe('when an amphora is replaced', () => {
    it('should find nothing: all that was stripped is restored', () => {
      const report = searched({ octavia: { failover: true, ends: false, follows: false }, grain: 'coarse' });
      expect(report.complete).to.equal(true);
      expect(told(report)).to.equal('');
    });
  });

  describe('when its user frees the floating ip', () => {
    it('should find that it comes back, and tell the shortest story', () => {
      const report = searched({ acts: ['disassociate'], actCount: 1 });
      expect(told(report)).to.match(/^wrong at rest.*\n +1\. user: disassociate: clears references and fixed ip\n/);
      expect(told(report)).to.include('=> the floating ip, which is free: {"ports":["VIP port A","amphora A1"]');
    });
  });
});
