import { anyController } from '../../controller/index.js';
import { defineManager } from '../manager.js';
import { DefaultObjectController } from './controller.js';

/** The objects that everybody expects to be there: service appliance sets and service templates. */
export const defaultObjects = defineManager({
  name: 'default-objects',
  settings: {},
  create: () => ({ controllers: [anyController(new DefaultObjectController())] }),
});
