import type { UserRouter } from '../../../fixtures/index.js';
import type { ServiceCloud } from './service-cloud.js';
import type { WatchedWrite } from './write-watch.js';

/** What a measured process has written for a router. */
export interface Pattern {
  readonly router: UserRouter;
  readonly writes: readonly WatchedWrite[];
}

const ids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|02(?::[0-9a-f]{2}){5}/g;

/**
 * Makes more routers with a gateway, and writes for each what was written for the first one, past HTTP: what is there then is what a measured
 * process leaves behind, in a fraction of the time. Nothing is announced.
 */
export async function repeatFor(cloud: ServiceCloud, pattern: Pattern, count: number): Promise<void> {
  const unmute = cloud.server.notifications.mute();
  try {
    const routers = await cloud.addRouters(count, true);
    const done = pattern.writes.filter(({ isUseful }) => isUseful);
    for (const [index, router] of routers.entries())
      await repeat(cloud, { ...pattern, writes: done }, { router, index });
  } finally {
    unmute();
  }
}

async function repeat(
  { server, vrouterIds }: ServiceCloud,
  pattern: Pattern,
  { router, index }: { readonly router: UserRouter; readonly index: number },
): Promise<void> {
  const others = new Map([[pattern.router.id, router.id]]);
  // Its virtual machines are on two vRouters: so are those of each other one, on the next two.
  for (const [place, vrouter] of vrouterIds.entries()) {
    others.set(vrouter, vrouterIds[(place + index) % vrouterIds.length] ?? vrouter);
  }
  const translate = (text: string): string => text.replaceAll(ids, (id) => others.get(id) ?? id);
  for (const { method, path, body, created } of pattern.writes) {
    const text = body === undefined ? undefined : translate(JSON.stringify(body));
    const sent = text === undefined ? undefined : (JSON.parse(text) as unknown);
    const answer = await server.ask({ method, path: translate(path), body: sent });
    if (answer.status !== 200) throw new Error(`${method} ${path} was refused: ${JSON.stringify(answer.body)}`);
    if (created === undefined) continue;
    const [object] = Object.values(answer.body as Readonly<Record<string, { readonly uuid: string }>>);
    if (object === undefined) throw new Error(`${method} ${path} has made nothing`);
    others.set(created, object.uuid);
    others.set(macOf(created), macOf(object.uuid));
  }
}

/** The MAC addresses of interfaces follow from uuids of addresses (recording svc-monitor/80). */
function macOf(uuid: string): string {
  const digits = uuid.replaceAll('-', '').slice(0, 10);
  return ['02', ...(digits.match(/../g) ?? [])].join(':');
}
