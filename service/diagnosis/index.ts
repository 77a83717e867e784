/**
 * Finds out what is wrong: asks a running service by its endpoint, or reads a running OpenSDN once and puts the rules on top. What commands
 * tell is made here, as plain values; nothing here prints.
 */
export { adviceOnConfigApi, adviceOnVip, type Advice } from './advice.js';
export { contextOf, explain, named, type ExplainedVip, type Explanation, type NamedSubject } from './explanation.js';
export {
  RunningService,
  type ServiceAddress,
  type ServiceEvent,
  type ServiceProblem,
  type ServiceReport,
  type ServiceWrite,
} from './running-service.js';
export { VipMirror, type MirrorOptions, type PlannedVip, type ReadProgress, type RepairedVip } from './vip-mirror.js';
export { findDrift, type Drift, type DriftNote } from './drift.js';
export { environmentRows, type CheckLimits, type CheckRow, type CheckState } from './environment/index.js';
export { cleanUp, cleanupFindings, type Cleaned, type CleanupFindings } from './cleaning.js';
export { exportRecording, type ExportedRecording, type ExportOptions } from './export/index.js';
