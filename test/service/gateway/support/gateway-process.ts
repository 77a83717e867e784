// A gateway in a process of its own, so that what it holds in memory can be told. Its parent asks by messages.
import { StagedGateway } from './gateway-stage.js';

const url = process.argv[2] ?? '';
const staged = await StagedGateway.start({ urls: [url] });

process.on('message', () => {
  globalThis.gc?.();
  const { rss } = process.memoryUsage();
  process.send?.({ rss, highest: process.resourceUsage().maxRSS * 1_024 });
});
process.once('disconnect', () => process.exit(0));
process.send?.({ url: staged.url });
