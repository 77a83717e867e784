/**
 * What is shown of VIPs to people: each as it is seen now, what has happened to it lately, and lists to search in. It reads only, nothing is planned
 * by it, and what it remembers is bounded.
 */
export { VipStories, type VipFailover } from './stories.js';
export {
  isOver,
  nextStory,
  noStory,
  portsLeaving,
  storyBounds,
  type Failover,
  type Incident,
  type StepType,
  type Story,
  type StoryEvent,
  type StoryTime,
} from './story.js';
export { durationText } from './duration.js';
export { episodeText } from './episode-view.js';
export { viewFailover, viewIncidents, type FailoverView, type IncidentView, type StepView } from './story-view.js';
export {
  shortened,
  viewVip,
  type FloatingIpStanding,
  type FloatingIpView,
  type NamedObject,
  type PortStanding,
  type PortView,
  type VipFacts,
  type ViewParts,
} from './vip-view.js';
export { VipViews, type LatestFailover, type VipRow, type VipView, type VipViewsParts } from './vip-views.js';
