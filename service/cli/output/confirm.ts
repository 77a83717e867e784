import { createInterface } from 'node:readline';
import { onAbort, SvcMonitorError } from '../../../lib/index.js';
import type { Output } from './output.js';

/**
 * Asks on the terminal whether to go on; only a plain yes is one. Without a terminal nobody can be asked, and it is no. Rejects with `aborted`.
 */
export async function confirm(question: string, output: Output, signal: AbortSignal): Promise<boolean> {
  if (!output.isInteractive) {
    output.remark('nobody can be asked here: say --yes if that is to be done');
    return false;
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await new Promise<string>((resolve, reject) => {
      const release = onAbort(signal, () => {
        reject(new SvcMonitorError('aborted', 'called off'));
      });
      const answered = (text: string): void => {
        release();
        resolve(text);
      };
      lines.once('SIGINT', () => {
        process.kill(process.pid, 'SIGINT');
      });
      lines.once('close', () => {
        answered('');
      });
      lines.question(`${question} [y/N] `, answered);
    });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
