/** How commands write: tables for people, JSON for programs, progress for terminals; names of others can do nothing to a terminal. */
export { confirm } from './confirm.js';
export { Output } from './output.js';
export { safeJson, safeText } from './safe-text.js';
export { bounded, counted, tableLines } from './table.js';
