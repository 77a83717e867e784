/** Which VIPs a change touches, as a table by kind of object. Pure: it reads the cache and answers keys. */
export { allVips, reactions, touchedVips, type Reaction, type ReactionContext } from './reactions.js';
