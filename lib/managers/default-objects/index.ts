export { defaultObjects } from './manager.js';
