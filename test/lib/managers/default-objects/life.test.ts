import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { z } from 'zod';
import type { EmbeddedMonitor } from '../../../../fixtures/index.js';
import { projectFolder } from '../../../support/project-folder.js';
import { SnatStage } from '../snat/support/snat-stage.js';

const recording = z.object({
  end: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))),
});
const kinds = ['service-appliance-set', 'service-template'] as const;
const compared = ['fq_name', 'display_name', 'parent_type', 'service_template_properties', 'service_appliance_driver'];

function essence(object: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(compared.map((field) => [field, object[field] ?? null]));
}

function byName(objects: readonly Readonly<Record<string, unknown>>[]): readonly unknown[] {
  return objects.map(essence).sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

describe('the default objects', () => {
  let stage: SnatStage;
  let monitor: EmbeddedMonitor;
  const found = (kind: string): readonly Readonly<Record<string, unknown>>[] => stage.cloud.server.list(kind);
  const named = (kind: string, name: string): Readonly<Record<string, unknown>> | undefined =>
    found(kind).find((object) => JSON.stringify(object['fq_name']).endsWith(`"${name}"]`));

  beforeEach(async () => {
    stage = await SnatStage.open();
    monitor = await stage.startMonitor();
  });

  afterEach(() => stage.cloud.stop());

  describe('when a monitor starts on an empty system', () => {
    it('should be as the original makes them, to the last field', () => {
      const path = new URL('fixtures/recordings/svc-monitor/30-start-on-empty-system.json', projectFolder());
      const { end } = recording.parse(JSON.parse(readFileSync(path, 'utf8')));
      for (const kind of kinds) {
        expect(byName(found(kind)), kind).to.deep.equal(byName(Object.values(end[kind] ?? {})));
      }
      expect(named('service-appliance-set', 'native')?.['perms2']).to.deep.equal({
        owner: 'cloud-admin',
        owner_access: 7,
        global_access: 5,
        share: [],
      });
    });

    it('should be made by one request each', () => {
      expect(monitor.countWrites()).to.equal(7);
    });
  });

  describe('when another one starts', () => {
    it('should be left, with what an operator has made of them', async () => {
      await stage.cloud.stopMonitor(monitor);
      const template = named('service-template', 'nat-template');
      const properties = { ...(template?.['service_template_properties'] as object), flavor: 'm1.large' };
      await stage.update('service-template', String(template?.['uuid']), { service_template_properties: properties });
      const before = stage.cloud.server.requests.count({ access: 'write' });
      monitor = await stage.startMonitor();
      expect(stage.cloud.server.requests.count({ access: 'write' })).to.equal(before);
      expect(named('service-template', 'nat-template')?.['service_template_properties']).to.include({
        flavor: 'm1.large',
      });
    });
  });

  describe('when somebody deletes one', () => {
    it('should be made again', async () => {
      await stage.delete('service-template', String(named('service-template', 'docker-template')?.['uuid']));
      await stage.cloud.settled();
      expect(named('service-template', 'docker-template')).not.to.equal(undefined);
    });
  });
});
