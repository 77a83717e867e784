/** Values that may change while the process runs: passwords and certificates whose files are replaced. */
export { currentOf, refreshOf, type Live, type MaybeLive } from './live.js';
