import { z } from 'zod';
import { isNotFound } from '../base/errors/index.js';
import type { RequestSender } from './request.js';

/** What the account of the client may do, as the API server says itself. */
export interface AccountRights {
  /** Whether the server asks who somebody is: without that, everybody may do everything. */
  readonly isAuthenticated: boolean;
  /** Whether it has the role that sees and changes every object, also those that are hidden from users. */
  readonly isCloudAdmin: boolean;
  /** Whether it may at least read every object. */
  readonly isGlobalReader: boolean;
}

const rightsAnswer = z.looseObject({
  token_info: z.unknown(),
  is_cloud_admin_role: z.boolean().nullish(),
  is_global_read_only_role: z.boolean().nullish(),
});

/**
 * What the account may do. Undefined: the server has no such answer. Rejects as a reader does.
 */
export async function readRights(sender: RequestSender, signal: AbortSignal): Promise<AccountRights | undefined> {
  const request = {
    operation: 'get',
    kind: 'unknown',
    method: 'GET',
    path: '/obj-perms',
    answer: rightsAnswer,
  } as const;
  try {
    const answer = await sender.send(request, signal);
    return {
      isAuthenticated: (answer.token_info ?? null) !== null,
      isCloudAdmin: answer.is_cloud_admin_role === true,
      isGlobalReader: answer.is_global_read_only_role === true,
    };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
