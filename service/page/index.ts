/**
 * The page for people at `/`, and what it shows as JSON. The files of the page stand in `assets`, and go into the package as they are: plain HTML,
 * CSS and modules, without anything from outside. What is shown is text, never markup: names are in tenants' hands.
 */
export { contentSecurityPolicy } from './assets.js';
export { EventHub, type EventHubOptions } from './event-hub.js';
export { RecentWrites, type RecentWrite, type RecentWriteBounds } from './recent-writes.js';
export { serviceStatus, shownProblems, type ServiceFacts, type ServiceStatus } from './page-status.js';
export { pageRoutes, type PageParts } from './routes.js';
export { SampledMetrics, Samples, sampling, type Sample } from './samples.js';
