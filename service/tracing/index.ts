/** Traces by OpenTelemetry, sent by OTLP over HTTP. Off unless the configuration asks for them; the packages are loaded only then. */
export { startTracing, type TraceExport, type TraceExportOptions } from './trace-export.js';
