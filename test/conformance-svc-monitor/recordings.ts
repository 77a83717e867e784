import { fileURLToPath } from 'node:url';
import { loadSvcMonitorRecordings, type SvcMonitorRecording } from '../../fixtures/index.js';
import { projectFolder } from '../support/project-folder.js';

const folder = fileURLToPath(new URL('fixtures/recordings/svc-monitor/', projectFolder()));

/** All recordings of the original svc-monitor that lie in the folder, in the order of their numbers. */
export const recordings = await loadSvcMonitorRecordings(folder);

/** The number of a recording. */
export function numberOf({ name }: SvcMonitorRecording): number {
  return Number.parseInt(name, 10);
}
