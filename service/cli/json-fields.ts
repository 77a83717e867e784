const findings =
  '`vip`, `networkUuid`, `networkName`, `address`, `loadBalancerId`, `tenant`, `tenantUuid`, `ports` (`uuid`, `name`, `role`, `state`, `projectUuid`, `rules`), `virtualIps`, `floatingIps` (`uuid`, `address`, `projectUuids`, `standing`, `actual`, `expected`, `differences`, `rules`), `writes`, `recheckAfterMs`';

/** What stands in the JSON of each command that has some: the page of the commands is made from it, and a test holds the output to it. */
export const jsonFieldsOf = {
  'config show': {
    settings: 'every key: `key`, `value` (null if it is unset; secrets are hidden), `origin`',
    unused: 'options of the original that are not needed: `option`, `origin`, `reason`',
    warnings: 'what is to be looked at',
  },
  status: {
    url: 'the endpoint that was asked',
    ready: 'whether work can be expected of the service',
    reasons: 'why it is not ready, in words',
    state: 'what it is doing; absent if it does not say',
    role: 'whether it leads or stands by; absent if it does not say',
    source: '`name`, `connected`, `lastError`; absent if it does not say',
    servers: 'the config API servers: `url`, `current`',
    lastFullReadAt: 'when everything was read last, ISO; absent before',
    objects: 'how many objects it holds, by kind',
    counts: 'figures of its controllers, by `<controller>.<name>`',
    problems:
      'each with `type`, `message`, and where known `kind`, `uuid`, `key`, `since` (ISO), `setting`, `answer`, `advice`',
  },
  explain: {
    asked: 'the text that was asked with',
    candidates: 'what it may mean: `what`, `id` to ask with, `name`. One: that was explained',
    vips: `the VIPs that have to do with it: ${findings}, \`events\` (\`at\`, \`says\`), \`advice\``,
    foreign: 'where no VIP has: what it is (`is`), its `ports` with `because`, `advice`; else absent',
    service: 'whether a running service was asked for events (`asked`), and why not (`error`)',
  },
  check: {
    ok: 'whether nothing is missing and no VIP drifts: the exit code is 0 then',
    environment:
      'what the service needs, in the order of the table: `what`, `state` (`ok`, `missing`, `warning`, `skipped`), `answered`, and where known `setting`, `advice`',
    drift: `how many \`vips\` and \`floatingIps\` there are; \`drifting\`: each VIP that is not as it should be, with ${findings}; \`notes\` (\`vip\`, \`says\`); or \`error\` alone, where the config cannot be read`,
  },
  repair: {
    ok: 'whether all is as it should be now',
    looked: 'how many VIPs were looked at',
    vips: 'those that were not as they should be: `vip`, `planned` (what was to be written, a line each), `writes` (how many were made; absent if none), `remaining` (what is still to be written), `error`',
  },
  cleanup: {
    ok: 'whether nothing of this service is left',
    virtualIps: 'what was there to be deleted: `uuid`, `name`',
    floatingIps: 'the floating ips that stay as they are: `uuid`, `address`',
    left: 'virtual-ips with a record that are not ours, and stay: `uuid`, `rule`, `says`',
    deleted: 'how many were deleted',
    remaining: 'what is there still, or again: `uuid`, `name`',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;
