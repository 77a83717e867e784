/** How many of each are looked at, the oldest: a tenant can make as many as his quota lets him. */
export const mostListeners = 256;
/** See {@link mostListeners}. Of one listener. */
export const mostPools = 64;
/** See {@link mostListeners}. Of one pool. */
export const mostMembers = 1024;
/** See {@link mostListeners}. Of one pool. */
export const mostMonitors = 8;
/** See {@link mostListeners}. Of one pool of LBaaS v1. */
export const mostVirtualIps = 16;
/** How many interfaces of what refers to one thing are followed from it. */
export const mostFollowed = 128;
