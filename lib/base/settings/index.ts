/** Settings as tables: what a value may be, its default and its documentation. The service makes its configuration from them. */
export * from './setting.js';
export * from './values.js';
