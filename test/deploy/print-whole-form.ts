// Prints which files `.ci/run` tells in the whole form, a line each.
import { compiledTests, filesOfWholeForm } from './whole-form.js';

for (const file of filesOfWholeForm(compiledTests())) process.stdout.write(`dist/test/${file}\n`);
