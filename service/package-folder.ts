import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const packageSchema = z.object({ name: z.string(), version: z.string() });

/** Where this package is, and its version: the nearest `package.json` above this file; undefined if there is none. */
export function findPackage(): { readonly folder: string; readonly version: string } | undefined {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const found = packageSchema.safeParse(readJson(join(folder, 'package.json')));
    if (found.success) return { folder, version: found.data.version };
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
