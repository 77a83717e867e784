import { mkdtemp, readdir, readFile, rename, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { RotatingFile, type RotatingFileOptions } from '../../../service/log/index.js';

describe('RotatingFile', () => {
  let folder: string;
  let path: string;
  let failures: unknown[];
  let lost: number;
  let recovered: number;
  const files: RotatingFile[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'svc-monitor-log-'));
    path = join(folder, 'monitor.log');
    [failures, lost, recovered] = [[], 0, 0];
  });

  afterEach(async () => {
    await Promise.all(
      files.splice(0).map((file) => new Promise<void>((resolve) => file.once('close', resolve).destroy())),
    );
    await rm(folder, { recursive: true });
  });

  function created(options: Partial<RotatingFileOptions> = {}): RotatingFile {
    const file = new RotatingFile({
      ...{ path, maxBytes: 100, backupCount: 2 },
      onFailure: (error) => failures.push(error),
      onLost: (lines) => (lost += lines),
      onRecovered: () => (recovered += 1),
      ...options,
    });
    files.push(file);
    return file;
  }

  const write = (file: RotatingFile, text: string): Promise<void> =>
    new Promise((resolve) => {
      file.write(text, () => {
        resolve();
      });
    });
  const content = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  const lineOf = (letter: string): string => `${letter.repeat(59)}\n`;

  describe('when it grows', () => {
    it('should put itself aside as .1 and .2, and keep no more than that', async () => {
      const file = created();
      for (const letter of ['a', 'b', 'c', 'd']) await write(file, lineOf(letter));
      expect(await readdir(folder)).to.have.members(['monitor.log', 'monitor.log.1', 'monitor.log.2']);
      expect(await content('monitor.log')).to.equal(lineOf('d'));
      expect(await content('monitor.log.1')).to.equal(lineOf('c'));
      expect(await content('monitor.log.2')).to.equal(lineOf('b'));
    });

    it('should empty itself if nothing is to be kept', async () => {
      const file = created({ backupCount: 0 });
      for (const letter of ['a', 'b']) await write(file, lineOf(letter));
      expect(await readdir(folder)).to.deep.equal(['monitor.log']);
      expect(await content('monitor.log')).to.equal(lineOf('b'));
    });

    it('should go on with what a former process has written', async () => {
      await write(created(), lineOf('a'));
      const second = created();
      await write(second, 'short\n');
      expect(await content('monitor.log')).to.equal(`${lineOf('a')}short\n`);
      await write(second, lineOf('b'));
      expect(await content('monitor.log.1')).to.equal(`${lineOf('a')}short\n`);
    });
  });

  describe('when somebody else puts it aside', () => {
    it('should begin a new one after it was moved, and after it was deleted', async () => {
      const file = created();
      await write(file, 'one\n');
      await rename(path, join(folder, 'moved'));
      await write(file, 'two\n');
      expect([await content('moved'), await content('monitor.log')]).to.deep.equal(['one\n', 'two\n']);
      await rm(path);
      await write(file, 'three\n');
      expect(await content('monitor.log')).to.equal('three\n');
    });

    it('should go on at the beginning after it was emptied', async () => {
      const file = created();
      await write(file, lineOf('a'));
      await truncate(path);
      await write(file, lineOf('b'));
      expect(await content('monitor.log')).to.equal(lineOf('b'));
      expect(failures).to.deep.equal([]);
    });
  });

  describe('when it cannot be written', () => {
    it('should tell so once, count what is lost, and go on when it can', async () => {
      const file = created({ path: join(folder, 'later', 'monitor.log') });
      for (let count = 0; count < 3; count += 1) await write(file, 'one\ntwo\n');
      expect(failures).to.have.length(1);
      expect(lost).to.equal(6);
      await rename(await mkdtemp(join(folder, 'new-')), join(folder, 'later'));
      await write(file, 'three\n');
      expect(recovered).to.equal(1);
      expect(await readFile(join(folder, 'later', 'monitor.log'), 'utf8')).to.equal('three\n');
    });

    it('should survive a full disk', async () => {
      const file = created({ path: '/dev/full' });
      for (let count = 0; count < 3; count += 1) await write(file, lineOf('a'));
      expect(failures).to.have.length(1);
      expect(String(failures[0])).to.contain('ENOSPC');
      expect(lost).to.equal(3);
    });
  });
});
