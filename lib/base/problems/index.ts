/** What an operator is told of: problems, their types as one documented table, and the outages of the parts. */
export { failureOf, problemOf, type PartFailure, type OperatorDetails } from './failure.js';
export { Outages } from './outages.js';
export type { Problem } from './problem.js';
export { problemTypes, type ProblemType, type ProblemTypeEntry, type ProblemTypes } from './types.js';
