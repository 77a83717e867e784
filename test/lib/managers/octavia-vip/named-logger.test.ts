import { expect } from 'chai';
import type { LogFields, Logger } from '../../../../lib/base/log/index.js';
import { NamedLogger } from '../../../../lib/managers/octavia-vip/named-logger.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import { floatingIpEntity, key } from './support/entities.js';
import { amphora1, floatingIp, vipPort } from './support/floating-ips.js';
import { Stage } from './support/stage.js';

describe('NamedLogger', () => {
  const written = (stage: Stage, write: (logger: Logger) => void): LogFields => {
    const recorder = new RecordingLogger();
    write(new NamedLogger(recorder, stage.cache));
    return JSON.parse(recorder.lines[0] ?? '{}') as LogFields;
  };

  describe('when the cache knows what a line is about', () => {
    it('should name the address, the load balancer and the tenant, at every level and of children, too', () => {
      const stage = new Stage().putLoadBalancer(vipPort, amphora1);
      const entity = { ...floatingIpEntity(floatingIp), address: '203.0.113.7' };
      stage.put('floating-ip', entity);
      const port = stage.cache.get('virtual-machine-interface', vipPort)!;
      const fields = { vip: key, floatingIpUuid: floatingIp };
      for (const level of ['debug', 'info', 'warn', 'error'] as const) {
        const line = written(stage, (logger) => {
          logger.child({}).child({})[level]('x', fields);
        });
        expect(line).to.include({ ...fields, floatingIp: '203.0.113.7', tenant: port.fqName[1] });
        expect(port.fqName[2]).to.contain(line['loadBalancer']);
      }
    });
  });

  describe('when it does not', () => {
    it('should leave the line as it is', () => {
      const stage = new Stage();
      const fields = { vip: key, floatingIpUuid: floatingIp };
      for (const given of [fields, { vip: 1, floatingIpUuid: null }, {}, undefined]) {
        const line = written(stage, (logger) => {
          logger.info('x', given);
        });
        expect(line).to.deep.equal({ message: 'x', ...given });
      }
    });
  });
});
