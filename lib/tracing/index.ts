/**
 * Traces: one for each change that makes something to do, from its notification to the last write that follows from it. The parts that
 * a change passes are decorated; without a tracer none is, and nothing is measured. The spans go to a tracer of OpenTelemetry's API, which
 * is handed in: nothing is registered for the whole process.
 */
export { createTracing, noTracing, type Tracing } from './tracing.js';
export { ChangeTraces, type ChangeTracesOptions } from './change-traces.js';
