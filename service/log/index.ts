/** Log lines by winston: JSON for machines or text for people, on the standard output, secrets masked. */
export { plainFields } from './plain.js';
export { WinstonLogger, type LoggerOptions } from './winston-logger.js';
