/** Uuids that tests can tell apart: `uuidOf(3)` is `00000000-0000-4000-8000-000000000003`. */
export function uuidOf(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** A notification as it stands on OpenSDN's message bus: the update of a floating ip, unless `delta` says otherwise. */
export function anyNotification(delta: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    'request-id': 'req-1',
    oper: 'UPDATE',
    type: 'floating_ip',
    uuid: uuidOf(1),
    fq_name: ['default-domain', 'public', 'public', 'floating-ip-pool', uuidOf(1)],
    ...delta,
  };
}
