import { isWritten, type Footprint, type Memory } from '../history/index.js';
import type { VipKey } from '../vip-key.js';
import { durationText } from './duration.js';

/** What is remembered of a floating ip that has to do with one VIP, as sentences for people. `now` is monotonic, milliseconds. */
export function episodeText(memory: Memory, vip: VipKey, now: number): string {
  const { phase, detached, requests, fence, held, left } = memory;
  const ago = (at: number): string => `${durationText(Math.max(now - at, 0))} ago`;
  const here = memory.episodes.filter((episode) => episode.vip === vip);
  const written = here.map(({ wrote }) => wrote).filter(isWritten);
  const sentences = [
    phase === 'restoring' ? 'It is being restored' : phase === 'detached' ? 'It is detached' : 'It is attached',
    ...(detached === undefined
      ? []
      : [
          detached.wasSeenAttached
            ? `It was detached ${ago(detached.since)} from ${portsText(detached.ports.length)}`
            : `It was detached when it was seen first, ${ago(detached.since)}`,
        ]),
    ...(requests.length === 0
      ? []
      : [`Since then others have updated it ${requests.length === 1 ? 'once' : `${requests.length} times`}`]),
    ...(fence === undefined ? [] : [`The first step of its restore was sent ${ago(fence.at)}`]),
    ...(here.some(({ seen }) => seen) ? ['It was seen associated with this VIP'] : []),
    ...written.map((footprint) => `This service has written on it: ${footprintText(footprint)}`),
    ...(held === undefined || held.vip === vip ? [] : [`It was seen last at the VIP ${held.vip}`]),
    ...(left === undefined || left.vip !== vip ? [] : [`It was left with ${left.fixedIp ?? 'no'} fixed ip`]),
  ];
  return `${sentences.join('. ')}.`;
}

function footprintText({ flag, fixedIp, ports }: Footprint): string {
  return [
    ...(flag ? ['the flag'] : []),
    ...(fixedIp ? ['the fixed ip'] : []),
    ...(ports.length === 0 ? [] : [`references to ${portsText(ports.length)}`]),
  ].join(', ');
}

function portsText(count: number): string {
  return count === 1 ? 'one port' : `${count} ports`;
}
