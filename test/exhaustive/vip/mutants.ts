/** A change of the library that takes a mending out again. */
export interface Change {
  /** Of the compiled library, without `dist/lib/`. */
  readonly file: string;
  /** Stands there once. */
  readonly text: string;
  readonly becomes: string;
}

/** A fault that the library once had. */
export interface Mutant {
  readonly fault: string;
  readonly changes: readonly Change[];
  /** Title of the stories in which it is found. */
  readonly stories: string;
  /** What the finding says. */
  readonly finding: RegExp;
}

const observe = 'managers/octavia-vip/record/observe.js';
const byOrder = 'managers/octavia-vip/history/requests-by-order.js';

/** By VIP alone: nothing of a record is over as long as somebody has the address. */
const recordsByAddress: readonly Change[] = [
  { file: observe, text: "former: that('former'),", becomes: 'former: [],' },
  { file: observe, text: "current: that('current'),", becomes: 'current: managed,' },
];

/** What is leaving is not kept in the record until it is gone. */
const leavesRecordAtOnce: Change = {
  file: 'managers/octavia-vip/record/plan.js',
  text: 'kept.record.members.filter((uuid) => !seen.leaving.includes(uuid))',
  becomes: 'kept.record.members',
};

/** Faults that were found and mended, each put back. Where a fault was mended twice, both mendings are taken out. */
export const mutants: readonly Mutant[] = [
  {
    fault: 'the floating ip of a load balancer goes to the next one that has its address',
    changes: recordsByAddress,
    stories: 'a load balancer after another, with its address',
    finding: /the floating ip, which is free: \{"ports":\["VIP port B"/,
  },
  {
    fault: 'after a restart a port that is dropped from the record in the moment of its delete explains no strip',
    changes: [
      {
        file: 'managers/octavia-vip/controller.js',
        text: 'history.memberSeen(port, { key, vipPort: vipPort.uuid });',
        becomes: '{}',
      },
      leavesRecordAtOnce,
    ],
    stories: 'a load balancer after another, with its address, and a crash',
    finding: /the floating ip, which is associated: \{"ports":\[\]/,
  },
  {
    fault: 'what was written for an association that has ended is evidence of a strip',
    changes: [
      {
        file: 'managers/octavia-vip/history/transitions.js',
        text: 'episode.vip === vip ? { ...episode, wrote: noFootprint } : episode',
        becomes: 'episode',
      },
    ],
    stories: 'a failover, a user who moves his floating ip to an amphora',
    finding: /the floating ip, which is free: \{"ports":\["VIP port A"/,
  },
  {
    fault: 'a record is believed whoever wrote it',
    changes: [
      {
        file: observe,
        text: "return decide(beliefRules, facts).stands === 'believed';",
        becomes: 'return facts.named;',
      },
    ],
    stories: 'a hostile tenant who forges records, and the end of the load balancer',
    finding: /bystander is no business of ours/,
  },
  {
    fault: 'evidence is taken from virtual-ips before any is judged',
    changes: [
      {
        file: 'managers/octavia-vip/controller.js',
        text: 'if (floatingIp !== undefined && isBelieved(this.parts, virtualIp, floatingIp)) {',
        becomes: 'if (floatingIp !== undefined) {',
      },
      {
        file: 'managers/octavia-vip/controller.js',
        text: "import { markedVirtualIps, recordedFloatingIps, recordedPorts } from './record/record.js';",
        becomes:
          "import { markedVirtualIps, recordedFloatingIps, recordedPorts, virtualIpsNaming } from './record/record.js';",
      },
      {
        file: 'managers/octavia-vip/controller.js',
        text: 'of sortManaged(cache, telling, { key, vipPort: vipPort?.uuid }).current) {',
        becomes: 'of virtualIpsNaming(cache, key)) {',
      },
      { file: 'managers/octavia-vip/controller.js', text: 'if (telling.length === 0)', becomes: 'if (false)' },
      {
        file: 'managers/octavia-vip/floating-ips/observe.js',
        text: 'import { departingPorts, isRecordedTooOften,',
        becomes: 'import { virtualIpsNaming, departingPorts, isRecordedTooOften,',
      },
      {
        file: 'managers/octavia-vip/floating-ips/observe.js',
        text: 'const evidence = new Set(current.flatMap(recordedPorts));',
        becomes: 'const evidence = new Set(virtualIpsNaming(parts.cache, key).flatMap(recordedPorts));',
      },
    ],
    stories: 'a hostile tenant who forges records, two acts of the user, a crash',
    finding: /the floating ip, which is free: \{"ports":\["VIP port A"/,
  },
  {
    fault: 'on the watch a port that was let go of lately explains no strip',
    changes: [{ file: byOrder, text: '...letGoSince(memory, at - lateDropMs),', becomes: '' }, leavesRecordAtOnce],
    stories: 'a failover, heard of by the watch',
    finding: /the floating ip, which is associated: \{"ports":\[\]/,
  },
  {
    fault: 'on the watch a port that is recorded explains no strip',
    changes: [
      {
        file: byOrder,
        text: '...virtualIpsRecording(this.cache, { floatingIp, memory }).flatMap(recordedPorts),',
        becomes: '',
      },
    ],
    stories: 'a failover, heard of by the watch',
    finding: /the floating ip, which is associated: \{"ports":\[\]/,
  },
  {
    fault: 'on the watch the update of a port delete is taken for the echo of our own write',
    changes: [
      {
        file: byOrder,
        text: "const isOurs = by === undefined && echoOf?.do === 'set';",
        becomes: 'const isOurs = echoOf !== undefined;',
      },
    ],
    stories: 'a failover, heard of by the watch',
    finding: /the floating ip, which is associated: \{"ports":\[\]/,
  },
  {
    fault: 'letting go of a port waits while the VIP is slowed down',
    changes: [
      {
        file: 'managers/octavia-vip/vip-plan.js',
        text: "{ name: 'let go', writes: floatingIps.letGo, isUrgent: true }",
        becomes: "{ name: 'let go', writes: floatingIps.letGo }",
      },
    ],
    stories: 'a failover, and a monitor that is slowed down',
    finding: /time passes, and the floating ip references amphora A1, which is leaving/,
  },
  {
    fault: 'what a write of ours has crossed is not given back',
    changes: [
      {
        file: 'managers/octavia-vip/floating-ips/facts.js',
        text: 'crossed: crossingOf(floatingIp, seen) !== undefined,',
        becomes: 'crossed: false,',
      },
    ],
    stories: 'a load balancer after another, with its address, and a user who associates his floating ip anew',
    finding: /the floating ip, which is associated: \{"ports":\["VIP port B"[^}]*"fixedIp":""/,
  },
];
