export { snat } from './manager.js';
