import type { RunnableService } from '../run.js';
import type { Notifier } from './notifier.js';

/** The same service; the notifier hears of its start and of its stop. */
export function withNotifications(service: RunnableService, notifier: Notifier | undefined): RunnableService {
  if (notifier === undefined) return service;
  return {
    failure: service.failure,
    start: async () => {
      await service.start();
      await notifier.ready();
    },
    stop: async () => {
      await notifier.stopping();
      await service.stop();
    },
  };
}
