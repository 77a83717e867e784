/** The files that hold certificates, passwords and the token: read anew when they are replaced. */
export type { FileProblem } from './file-group.js';
export { ServiceFiles, type ServiceFilesOptions } from './service-files.js';
