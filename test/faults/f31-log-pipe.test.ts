import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';

const main = fileURLToPath(new URL('../../service/main.js', import.meta.url));
const log = new URL('../../service/log/index.js', import.meta.url).href;

describe('F31: nobody takes the log lines', () => {
  let folder: string;
  let child: ChildProcess;
  let ended: Promise<number | null>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'svc-monitor-f31-'));
  });

  afterEach(async () => {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true });
  });

  /** The service as a process, whose standard output is read by nobody. */
  function start(...settings: readonly string[]): void {
    const all = ['http.port=0', `log.file=${join(folder, 'monitor.log')}`, ...settings];
    child = spawn(process.execPath, [main, 'run', ...all.flatMap((setting) => ['--set', setting])], {
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    ended = new Promise((resolve) => child.once('exit', resolve));
  }

  const urlIn = (lines: string): string | undefined =>
    /"message":"status endpoint listens","url":"([^"]+)"/.exec(lines)?.[1];

  async function urlInFile(): Promise<string> {
    let url: string | undefined;
    await eventually('the endpoint listens', async () => {
      try {
        url = urlIn(await readFile(join(folder, 'monitor.log'), 'utf8'));
      } catch (error) {
        expect(error).to.have.property('code', 'ENOENT');
      }
      return url !== undefined;
    });
    return url!;
  }

  async function suppressed(url: string, reason: string): Promise<number> {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    return Number(new RegExp(`log_lines_suppressed_total\\{reason="${reason}"\\} (\\d+)`).exec(metrics)?.[1]);
  }

  async function endsInOrder(): Promise<void> {
    child.kill('SIGTERM');
    expect(await ended).to.equal(0);
  }

  const unreachable = ['config_api.urls=http://127.0.0.1:1', 'rabbitmq.port=1'];

  describe('when the pipe is not read', () => {
    it('should drop lines and count them, go on, and tell when somebody reads again', async () => {
      // More lines than the service itself writes in the time of a test: by its logger, in a process of its own.
      const script = `
        const { SuppressedLines, WinstonLogger } = await import(process.argv[1]);
        const suppressed = new SuppressedLines();
        const logger = new WinstonLogger({ level: 'debug', format: 'json', suppressed });
        logger.error('first');
        for (let line = 0; line < 5000; line += 1) logger.debug('flood', { line, filler: 'x'.repeat(1000) });
        logger.error('last');
        process.send({ dropped: suppressed.count('not-read'), bytes: process.stdout.writableLength });
        process.once('message', async () => {
          await logger.close();
          process.disconnect();
        });
      `;
      child = spawn(process.execPath, ['--input-type=module', '-e', script, log], {
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      });
      ended = new Promise((resolve) => child.once('exit', resolve));
      const [told] = (await once(child, 'message')) as [{ readonly dropped: number; readonly bytes: number }];
      expect(told.dropped).to.be.above(3000);
      expect(told.bytes).to.be.below(200_000);
      let read = '';
      child.stdout?.on('data', (data: Buffer) => (read += data.toString()));
      await eventually('it is told', () => read.includes('log lines dropped, they were not taken fast enough'));
      expect(read)
        .to.contain('"message":"first"')
        .and.contain('"message":"last"')
        .and.contain(`"lines":${told.dropped}`);
      child.send('end');
      expect(await ended).to.equal(0);
    });
  });

  describe('when the other end of the pipe was closed', () => {
    it('should go on, and end in order', async () => {
      start(...unreachable);
      const url = await urlInFile();
      child.stdout?.destroy();
      await eventually('lines are counted as dropped', async () => {
        child.kill('SIGHUP');
        return (await suppressed(url, 'not-read')) > 0;
      });
      await endsInOrder();
    });
  });

  describe('when the disk is full', () => {
    it('should say so on the standard output, count what the file lacks, and go on', async () => {
      start(...unreachable, 'log.file=/dev/full');
      let read = '';
      child.stdout?.on('data', (data: Buffer) => (read += data.toString()));
      await eventually('it is told', () => read.includes('log file cannot be written') && urlIn(read) !== undefined);
      expect(await suppressed(urlIn(read)!, 'file')).to.be.above(0);
      await endsInOrder();
    });
  });
});
