import { anyController } from '../../controller/index.js';
import { defineManager } from '../manager.js';
import { SnatController } from './controller.js';
import { snatProblems } from './problem-types.js';

/** SNAT for routers that have an external gateway. */
export const snat = defineManager({
  name: 'snat',
  settings: {},
  problems: snatProblems,
  create: ({ clock }) => ({ controllers: [anyController(new SnatController({ clock }))] }),
});
