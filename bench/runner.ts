import type { SubjectReport } from './report.js';
import { Stage } from './stage.js';
import type { BenchSettings } from './settings.js';
import type { Subject } from './subject.js';

/** Runs subjects one after the other, each with processes of its own; one that fails does not stop the others. */
export async function runSubjects(
  subjects: readonly Subject[],
  settings: BenchSettings,
  note: (text: string) => void,
): Promise<readonly SubjectReport[]> {
  const reports: SubjectReport[] = [];
  for (const subject of subjects) reports.push(await runSubject(subject, settings, note));
  return reports;
}

async function runSubject(
  subject: Subject,
  settings: BenchSettings,
  note: (text: string) => void,
): Promise<SubjectReport> {
  const { name, what } = subject;
  const stage = new Stage(settings);
  const startedAt = performance.now();
  const ended = (result: SubjectReport['result']): SubjectReport => {
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    note(`${name}: ${seconds} s`);
    return { name, what, seconds, result };
  };
  note(`${name}: ${what}`);
  try {
    const result = await subject.run({
      settings,
      stage,
      note: (text) => {
        note(`${name}: ${text}`);
      },
    });
    return ended(result);
  } catch (error) {
    const failed = error instanceof Error ? (error.stack ?? error.message) : String(error);
    note(`${name} failed: ${failed}`);
    return ended({ failed });
  } finally {
    await stage.endAll();
  }
}
