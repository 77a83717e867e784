import { findPackage } from './package-folder.js';

/** The version of this package; `unknown` if it cannot be told. */
export function packageVersion(): string {
  return findPackage()?.version ?? 'unknown';
}
