import { expect } from 'chai';
import { EmbeddedOpenSdn, neutronReleases, type NeutronRelease } from '../../fixtures/index.js';
import { suiteResources } from '../support/suite-resources.js';
import { compare, type ComparisonResult } from './comparison.js';

describe('random requests to two embedded OpenSDNs', () => {
  const resources = suiteResources();

  const server = async (neutron: NeutronRelease): Promise<string> => {
    const made = new EmbeddedOpenSdn({ neutron });
    await made.start();
    resources.add(made);
    return made.url;
  };
  const compared = async (left: NeutronRelease, right: NeutronRelease): Promise<ComparisonResult> =>
    compare({ urls: [await server(left), await server(right)], seed: 7, sequences: 12, requests: 55 });

  for (const release of neutronReleases) {
    it(`should be answered alike by two of ${release}`, async () => {
      const { requests, statuses, differences } = await compared(release, release);
      expect(requests).to.be.greaterThan(12 * 55);
      expect(shareOf200(statuses)).to.be.within(0.8, 0.95);
      expect(differences).to.deep.equal([]);
    });
  }

  it('should be answered differently by two releases, about floating ips and ports alone', async () => {
    const { differences } = await compared('R25.1', 'master');
    expect(differences).to.have.length.greaterThan(0);
    const paths = new Set(differences.map(({ request }) => request.path));
    expect(['/neutron/floatingip', '/neutron/port']).to.include.members([...paths]);
  });
});

function shareOf200(statuses: ComparisonResult['statuses']): number {
  const all = [...statuses.values()].flatMap((counts) => [...counts]);
  const sum = (some: typeof all): number => some.reduce((total, [, count]) => total + count, 0);
  return sum(all.filter(([status]) => status === 200)) / sum(all);
}
