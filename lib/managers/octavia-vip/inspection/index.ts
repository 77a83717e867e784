/** What there is to tell of a VIP, or of something that is none, to people: plain values, made of what was seen and planned. Pure. */
export { planCleanup, trialNamePrefix, type CleanupPlan } from './cleanup.js';
export {
  differencesOf,
  findingsOf,
  type ActualFloatingIp,
  type AppliedRule,
  type FindingsParts,
  type FloatingIpFinding,
  type PortFinding,
  type PortRole,
  type VipFindings,
  type VirtualIpFinding,
} from './findings.js';
export { foreignFindingsOf, type ForeignFindings, type ForeignPort } from './foreign.js';
export { findSubjects, portsOf, vipsOf, type Subject } from './subjects.js';
