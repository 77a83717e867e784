/** Which VIPs a change touches, as a table by kind of object, and in whose hands it was. Pure: it reads the cache and answers keys. */
export { allVips, causeOf, reactions, touchedVips, type Reaction, type ReactionContext } from './reactions.js';
