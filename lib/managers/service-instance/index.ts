export { serviceInstance } from './manager.js';
