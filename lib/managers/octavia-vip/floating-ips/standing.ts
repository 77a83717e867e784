import type { EndEvent } from './writes.js';

/** How a floating ip stands to a VIP. `recheck`: when to look again, see {@link RecheckTime}. */
export type Standing =
  | { readonly is: 'associated'; readonly event?: 'associated' | 'taken-over' | 'stripped' | 'restored' }
  | { readonly is: 'ended'; readonly event: EndEvent }
  | { readonly is: 'undecided'; readonly recheck: RecheckTime }
  | { readonly is: 'unverified' | 'untrusted' | 'crossed' | 'left-over' | 'former' | 'none' };

/** When to look again: at the end of the window that has begun, after a whole one, or after a while, for what got lost. */
export type RecheckTime = 'rest-of-window' | 'window' | 'while';
