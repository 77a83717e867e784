import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Command } from '../support/command.js';
import { eventually } from '../support/eventually.js';

// What systemd does: takes datagrams of a local socket. Node.js has none of that kind.
const receiver = `
import socket, sys
taken = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
taken.bind(sys.argv[1])
print('bound', flush=True)
while True:
    data, fds, _, _ = socket.recv_fds(taken, 4096, 4)
    for fd in fds:
        socket.close(fd)
    print(data.decode().replace(chr(10), ' '), flush=True)
`;

const isThere = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

describe('the service as a unit of systemd', () => {
  let folder: string;
  let manager: ChildProcess;
  let told = '';
  let service: Command | undefined;

  before(async function () {
    if (!isThere('systemd-notify') || !isThere('python3')) {
      if (process.env['CI'] !== undefined) throw new Error('systemd-notify or python3 is missing');
      this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), 'svc-monitor-'));
    manager = spawn('python3', ['-c', receiver, join(folder, 'notify')], { stdio: ['ignore', 'pipe', 'inherit'] });
    manager.stdout?.on('data', (data: Buffer) => (told += data.toString()));
    await eventually('systemd listens', () => told.includes('bound'));
  });

  after(async () => {
    service?.signal('SIGKILL');
    await service?.ended;
    manager.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  it('should tell it that it has started, that it lives, how it fares, and that it stops', async () => {
    const environment = { NOTIFY_SOCKET: join(folder, 'notify'), WATCHDOG_USEC: '900000' };
    service = new Command(['run', '--set', 'http.port=0', '--set', 'config_api.urls=http://127.0.0.1:1'], environment);
    await eventually('it has started', () => told.includes('READY=1'));
    await eventually('it gives signs of life', () => told.split('WATCHDOG=1').length > 3);
    expect(told).to.match(/STATUS=not ready/);
    service.signal('SIGTERM');
    expect((await service.ended).code).to.equal(0);
    await eventually('it was told of the stop', () => told.includes('STOPPING=1'));
  });
});
