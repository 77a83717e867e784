import type { AnswerMessage, CommandMessage, CommandTable } from './remote-process.js';

/**
 * Does what the parent process asks for, until it closes the channel or is gone; then `close` is called, and the process ends.
 *
 * @param close lets go of what keeps the process alive
 */
export function serve(commands: CommandTable, close: () => Promise<void>): void {
  const answer = (message: AnswerMessage): void => {
    if (process.connected) process.send?.(message);
  };
  process.on('message', (message: CommandMessage) => {
    const { id } = message;
    run(commands, message).then(
      (value) => {
        answer({ id, ok: true, value });
      },
      (error: unknown) => {
        answer({ id, ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      },
    );
  });
  process.once('disconnect', () => {
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
        process.exit(1);
      },
    );
  });
}

function run(commands: CommandTable, { name, args }: CommandMessage): Promise<unknown> {
  const command = commands[name];
  if (command === undefined) return Promise.reject(new Error(`there is no command ${name}`));
  return Promise.resolve().then(() => command(args as never));
}
