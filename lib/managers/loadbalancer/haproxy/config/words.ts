import { isIP } from 'node:net';
import { joined, numeral, word, type Word } from './text.js';

/** The largest value of a port. */
export const highestPort = 65_535;
/** The largest number of seconds that haproxy takes: it counts milliseconds in 31 bits. */
export const mostSeconds = 2_147_483;
/** The largest of its numbers. */
export const largestInteger = 2_147_483_647;

// Of what haproxy takes in names of sections, servers and rules.
const name = /^[A-Za-z0-9_.-]{1,64}$/;

/** A uuid as a name of a section, a server or a rule. */
export function nameWord(uuid: string): Word | undefined {
  return name.test(uuid) ? word(uuid) : undefined;
}

/** A whole number within limits, both included. */
export function wholeNumber(value: number | undefined, least: number, most: number): Word | undefined {
  return value !== undefined && Number.isInteger(value) && value >= least && value <= most ? numeral(value) : undefined;
}

/**
 * An address and a port. Of IPv6, too, without brackets, as the original does: haproxy takes what follows the last colon for the port,
 * and old releases of it know no brackets.
 */
export function addressWord(address: string, port: Word): Word | undefined {
  const own = isIP(address) === 0 || address.includes('%') ? undefined : word(address);
  return own && joined(own, ':', port);
}

/** The path of a URL as a word. */
export function pathWord(path: string): Word | undefined {
  return path.startsWith('/') ? word(path) : undefined;
}
