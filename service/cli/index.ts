/** The command line: one file for each command in `commands/`, each adds itself to the program. */
export { createProgram } from './program.js';
