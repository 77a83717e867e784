import { existsSync } from 'node:fs';

/** The folder of the project's `package.json`, wherever the tests were compiled to. */
export function projectFolder(): URL {
  let folder = new URL('./', import.meta.url);
  while (!existsSync(new URL('package.json', folder)) && folder.pathname !== '/') folder = new URL('../', folder);
  return folder;
}
