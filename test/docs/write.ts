// Writes the pages of docs/ that are made from tables of the code.
import { writeFile } from 'node:fs/promises';
import { generatedPages } from './pages.js';
import { projectFolder } from '../support/project-folder.js';

for (const [name, text] of await generatedPages()) await writeFile(new URL(`docs/${name}`, projectFolder()), text);
