/**
 * Log lines by winston: JSON for machines, text for people, or as the original writes them; on the standard output and in a file; secrets
 * masked, repeats counted, and bounded whatever their readers do.
 */
export { BoundedOutput, longestWaiting } from './bounded-output.js';
export { formatLine, type LogFormat, type LogLine } from './lines.js';
export { plainFields } from './plain.js';
export { linesInWindow, RepeatFilter, repeatWindowMs } from './repeats.js';
export { RotatingFile, type RotatingFileOptions } from './rotating-file.js';
export { SuppressedLines, suppressionReasons, type SuppressionReason } from './suppressed.js';
export { WinstonLogger, type LoggerOptions } from './winston-logger.js';
