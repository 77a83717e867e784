export { portTuple } from './manager.js';
