import type { BrokerTarget } from '../broker-target.js';
import { serve } from '../processes/serve.js';
import { createWriter, type BrokerWriter } from './broker-writer.js';
import { foreignMessages } from './messages.js';

let writer: BrokerWriter | undefined;
let messages: readonly object[] = [];

const commands = {
  /** Makes the exchange or the topic. */
  start: async (target: BrokerTarget): Promise<void> => {
    writer = createWriter(target);
    await writer.prepare();
  },
  /** Makes messages that concern nobody, to be sent later. */
  make: ({ count }: { readonly count: number }): void => {
    messages = foreignMessages(count);
  },
  /** Sends what was made; resolves when the broker has all. */
  send: async (): Promise<void> => {
    await writer?.send(messages);
  },
};

/** What the process that sends messages to a broker can be asked to do. */
export type LoadCommands = typeof commands;

serve(commands, async () => {
  await writer?.close();
});
