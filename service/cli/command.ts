import type { Command } from 'commander';

/** Adds a command to the program. What it does ends with an exit code, which it hands to `end`. */
export type AddCommand = (program: Command, end: (code: number) => void) => void;
