import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Reads a file as text; throws if it cannot. */
export type ReadTextFile = (path: string) => string;

/** No file of a configuration is longer: one that is was named by mistake. */
export const longestFile = 1_048_576;

/**
 * Reads a text file, and nothing else: no device, pipe or directory, which may never end, no more than {@link longestFile}, and only
 * UTF-8. A byte order mark is dropped.
 *
 * @throws an error with a `code` for {@link reasonOf}
 */
export function readTextFile(path: string): string {
  // Without O_NONBLOCK the open itself waits until somebody writes to a pipe.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(descriptor);
    if (stats.isDirectory()) throw unreadable('EISDIR');
    if (!stats.isFile()) throw unreadable('not-a-file');
    return decode(readBounded(descriptor));
  } finally {
    closeSync(descriptor);
  }
}

function readBounded(descriptor: number): Uint8Array {
  const bytes = Buffer.alloc(longestFile + 1);
  let length = 0;
  for (;;) {
    const count = readSync(descriptor, bytes, length, bytes.length - length, null);
    length += count;
    if (length > longestFile) throw unreadable('too-large');
    if (count === 0) return bytes.subarray(0, length);
  }
}

function decode(bytes: Uint8Array): string {
  if (bytes.includes(0)) throw unreadable('no-text');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw unreadable('no-text', error);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file (ENOENT)',
  ENOTDIR: 'there is no such file (ENOTDIR)',
  EACCES: 'this user has no permission for it (EACCES)',
  EPERM: 'this user has no permission for it (EPERM)',
  EISDIR: 'it is a directory (EISDIR)',
  ELOOP: 'its links go round in a circle (ELOOP)',
  ENXIO: 'it is a socket or a device, not a regular file (ENXIO)',
  'not-a-file': 'it is a device or a pipe, not a regular file',
  'too-large': `it is larger than ${longestFile / 1024} KiB`,
  'no-text': 'it is not a text in UTF-8',
};

function unreadable(code: string, cause?: unknown): Error {
  return Object.assign(new TypeError(reasons[code] ?? code, { cause }), { code });
}

/** Why a file could not be read, in words. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  return code === undefined ? 'unknown reason' : (reasons[code] ?? code);
}

/** Whether there is no such file. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
