/** Which providers' load balancers nobody serves. */
export { planProvider, ProviderController, type ProviderPlan, type ProviderSeen } from './controller.js';
export { providerRules, type ProviderFacts, type ProviderStand } from './rules.js';
