import { expect } from 'chai';
import { parseCall } from '../../../lib/gateway/calls.js';
import { byIds, hasOthers, passesOthers, projectsAskedFor, uuidsOf } from '../../../lib/gateway/filters.js';
import { shownOne } from '../../../lib/gateway/shown.js';

const project = '0c4c8a4e-7f2b-4c57-8d5e-2f1f5b0a9d11';
const other = '1c4c8a4e-7f2b-4c57-8d5e-2f1f5b0a9d11';

function listed(isAdmin: boolean, filters: unknown): NonNullable<ReturnType<typeof parseCall>> {
  const context = { operation: 'READALL', tenant: project.replaceAll('-', ''), is_admin: isAdmin };
  return parseCall(Buffer.from(JSON.stringify({ context, data: { filters } })))!;
}

describe('uuidsOf', () => {
  it('should tell what is no list of uuids', () => {
    for (const value of ['x', null, 7, {}, [''], [7], [null], [project, 'x'], [[project]]]) {
      expect(uuidsOf({ port_id: value }, 'port_id')).to.equal('malformed');
    }
  });

  it('should name each once', () => {
    expect(uuidsOf({ id: [project, project.replaceAll('-', '')] }, 'id')).to.deep.equal([project]);
    expect(uuidsOf({ id: [] }, 'id')).to.deep.equal([]);
    expect(uuidsOf({}, 'id')).to.equal(undefined);
  });
});

describe('passesOthers', () => {
  const shown = shownOne(
    JSON.stringify({
      ...{ id: other, tenant_id: project.replaceAll('-', ''), fixed_ip_address: 'fd00::5', router_id: null },
      ...{ status: 'ACTIVE', floating_network_id: other },
    }),
  )!;

  const passing = [
    { fixed_ip_address: ['10.0.0.1', 'FD00:0::5'] },
    { status: ['ACTIVE'], project_id: [project] },
    { router_id: [''] },
    { router_id: [null] },
    { floating_network_id: other },
    { description: [''] },
    { status: null },
    { name: ['whatever'], floating_ip_address: ['1.2.3.4'] },
  ];
  for (const filters of passing) {
    it(`should let it pass ${JSON.stringify(filters)}`, () => {
      expect(passesOthers(shown, filters)).to.equal(true);
    });
  }

  const stopping = [
    { fixed_ip_address: ['10.0.0.1'] },
    { status: ['DOWN'] },
    { status: ['ACTIVE'], project_id: [other] },
    { router_id: [other] },
    { floating_network_id: [] },
    { description: ['web'] },
  ];
  for (const filters of stopping) {
    it(`should not let it pass ${JSON.stringify(filters)}`, () => {
      expect(passesOthers(shown, filters)).to.equal(false);
      expect(hasOthers(filters)).to.equal(true);
    });
  }

  it('should ask nothing of what the answer does not show', () => {
    expect(passesOthers(shownOne(`{"id": "${other}"}`)!, { status: ['DOWN'] })).to.equal(true);
  });
});

describe('projectsAskedFor', () => {
  it('should be his own for a user, whatever he asks for', () => {
    expect(projectsAskedFor(listed(false, {}))).to.deep.equal(new Set([project]));
    expect(projectsAskedFor(listed(false, { tenant_id: [other] }))).to.deep.equal(new Set([project]));
  });

  it('should be those that an administrator names, or all', () => {
    expect(projectsAskedFor(listed(true, { tenant_id: [other] }))).to.deep.equal(new Set([other]));
    expect(projectsAskedFor(listed(true, {}))).to.equal(undefined);
    expect(projectsAskedFor(listed(true, { tenant_id: ['x'] }))).to.equal(undefined);
  });
});

describe('byIds', () => {
  it('should ask a user about his own project alone', () => {
    expect(byIds(listed(false, { port_id: [other], status: ['DOWN'], tenant_id: [other] }), ['a'])).to.deep.equal({
      id: ['a'],
      status: ['DOWN'],
      tenant_id: [project],
    });
  });

  it('should leave an administrator his filters', () => {
    expect(byIds(listed(true, { port_id: [other], id: [other], tenant_id: [other] }), ['a'])).to.deep.equal({
      id: ['a'],
      tenant_id: [other],
    });
  });
});
