import { anyController } from '../../controller/index.js';
import { defineManager } from '../manager.js';
import { ServiceController } from './controller.js';
import { leftoverSpec } from './leftovers/controller.js';
import { serviceInstanceProblems } from './problem-types.js';
import { ruleTables } from './rule-tables.js';
import { Lookout } from './scheduler/lookout.js';
import { VrouterStates } from './scheduler/states.js';
import { serviceInstanceSettings } from './settings.js';

/** Service instances of version 1 in network namespaces: their virtual machines, interfaces, addresses, and where they run. */
export const serviceInstance = defineManager({
  name: 'service-instance',
  settings: serviceInstanceSettings,
  problems: serviceInstanceProblems,
  rules: ruleTables,
  create: ({ cache, clock, logger, requeue }, settings) => {
    const states = new VrouterStates();
    const controller: ServiceController = new ServiceController({
      cache,
      clock,
      states,
      settings,
      lookout: () => lookout,
    });
    const lookout = new Lookout({
      cache,
      states,
      clock,
      logger,
      settings,
      onChanged: (changes) => {
        requeue(controller.concernedBy(changes));
      },
    });
    return {
      controllers: [anyController(controller), anyController(leftoverSpec)],
      tasks: [lookout],
      observers: [lookout],
    };
  },
});
