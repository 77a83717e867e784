import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { longestFile, reasonOf, readTextFile } from '../../../service/config/read-text.js';

describe('readTextFile', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'svc-monitor-read-'));
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  async function file(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  }

  function reason(path: string): string {
    try {
      return `read: ${readTextFile(path).slice(0, 10)}`;
    } catch (error) {
      return reasonOf(error);
    }
  }

  it('should read a text, without a byte order mark', async () => {
    expect(readTextFile(await file('text', '\ufeffü\r\n'))).to.equal('ü\r\n');
    expect(readTextFile(await file('longest', 'a'.repeat(longestFile)))).to.have.length(longestFile);
    await symlink(join(folder, 'text'), join(folder, 'link'));
    expect(readTextFile(join(folder, 'link'))).to.equal('ü\r\n');
  });

  it('should refuse what may never end, at once', () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(reason(join(folder, 'pipe'))).to.equal('it is a device or a pipe, not a regular file');
    for (const device of ['/dev/zero', '/dev/null', '/dev/tty']) {
      expect(reason(device), device).to.match(/not a regular file/);
    }
  });

  it('should refuse a socket', async () => {
    const path = join(folder, 'socket');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    expect(reason(path)).to.contain('not a regular file');
    await new Promise((resolve) => server.close(resolve));
  });

  it('should refuse a directory, and what is not there', async () => {
    expect(reason(folder)).to.equal('it is a directory (EISDIR)');
    expect(reason(join(folder, 'missing'))).to.equal('there is no such file (ENOENT)');
    expect(reason(join(await file('plain', 'x'), 'below'))).to.equal('there is no such file (ENOTDIR)');
    await symlink(join(folder, 'circle'), join(folder, 'circle'));
    expect(reason(join(folder, 'circle'))).to.equal('its links go round in a circle (ELOOP)');
  });

  it('should refuse what is too large to be meant', async () => {
    expect(reason(await file('large', 'a'.repeat(longestFile + 1)))).to.equal('it is larger than 1024 KiB');
  });

  it('should refuse what is no text', async () => {
    expect(reason(await file('binary', new Uint8Array([0x61, 0, 0x62])))).to.equal('it is not a text in UTF-8');
    expect(reason(await file('latin', new Uint8Array([0x61, 0xfc, 0x62])))).to.equal('it is not a text in UTF-8');
  });
});
