import type { Amphora } from '../../../fixtures/index.js';
import type { SeededLoadBalancer } from '../cloud.js';
import type { Journal, JournalRequest } from '../journal.js';
import { publishedAt, untilWritten } from '../references.js';

/** The steps in which Octavia replaces an amphora. */
export type FailoverStep = 'created' | 'bound' | 'unbound' | 'deleted';

/** What one step caused. */
export interface StepAccount {
  readonly step: FailoverStep;
  /** From the first notification of the port to the change of the floating ip's reference; undefined where the step asks for none. */
  readonly reactionMs: number | undefined;
  /** Requests of the measured process, in the order of their ends; times from the first notification of the port. */
  readonly requests: readonly JournalRequest[];
  /** What was sent, those apart that the requests themselves caused: `<operation> <type> +<milliseconds>`. */
  readonly notifications: readonly string[];
}

/** What the replacing of one amphora came to. */
export interface FailoverAccount {
  readonly steps: readonly StepAccount[];
  readonly reads: number;
  readonly writes: number;
}

/** How long nothing has to happen until a step counts as done. */
const quietMs = 15;

/** The bound amphora that a load balancer has had for longest. */
export function oldestAmphora({ loadBalancer }: SeededLoadBalancer): Amphora {
  const old = loadBalancer.amphorae.find(({ state }) => state === 'bound');
  if (old === undefined) throw new Error(`load balancer ${loadBalancer.id} has no amphora left`);
  return old;
}

/** Replaces the oldest amphora, step by step; after each it waits until the measured process has nothing left to do. */
export async function failOver(target: SeededLoadBalancer, journal: Journal): Promise<FailoverAccount> {
  const { loadBalancer, octavia } = target;
  const old = oldestAmphora(target);
  const steps: StepAccount[] = [];
  journal.clear();
  await octavia
    .failoverAmphora(loadBalancer, old, {
      afterStep: async (step) => {
        if (step === 'delete-refused') throw new Error('the delete of an amphora port was refused');
        const isNew = step === 'created' || step === 'bound';
        const portId = (isNew ? loadBalancer.amphorae.at(-1) : old)?.portId ?? '';
        steps.push(await accountOf(step, { target, portId }, journal));
        journal.clear();
      },
    })
    .run();
  const requests = steps.flatMap((step) => step.requests);
  return {
    steps,
    reads: requests.filter(({ access }) => access === 'read').length,
    writes: requests.filter(({ access }) => access === 'write').length,
  };
}

async function accountOf(
  step: FailoverStep,
  { target, portId }: { readonly target: SeededLoadBalancer; readonly portId: string },
  journal: Journal,
): Promise<StepAccount> {
  const operation = operationOf(step);
  let written: JournalRequest | undefined;
  if (operation !== undefined) {
    written = await untilWritten({ operation, referrerId: target.floatingIp.id, portId }, journal);
    // The virtual-ip's own reference keeps the old port from being deleted, where it is not relaxed.
    await untilWritten({ operation, referrerId: target.virtualIpId, portId }, journal);
  }
  await journal.quiet(quietMs);
  const since = publishedAt(portId, 0, journal);
  return {
    step,
    reactionMs: written === undefined ? undefined : written.endedAt - since,
    requests: journal.requests.map((request) => ({
      ...request,
      startedAt: request.startedAt - since,
      endedAt: request.endedAt - since,
    })),
    notifications: journal.notifications
      .filter(({ requestId }) => !requestId.startsWith('req-svc-monitor-'))
      .map(({ oper, type, at }) => `${oper} ${type} +${(at - since).toFixed(1)}`),
  };
}

/** What the step asks of the floating ip's reference to the port. */
function operationOf(step: FailoverStep): 'ADD' | 'DELETE' | undefined {
  if (step === 'created') return 'ADD';
  return step === 'unbound' ? 'DELETE' : undefined;
}
