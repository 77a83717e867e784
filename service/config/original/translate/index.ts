import type { OriginalValues } from '../table/index.js';
import { translateAuth } from './auth.js';
import { translateConfigApi } from './config-api.js';
import { translateRabbitmq } from './rabbitmq.js';
import { translateIntrospect, translateLeadership, translateLog } from './replacement.js';
import { translateScheduler } from './scheduler.js';
import type { Translated, TranslationContext } from './translated.js';

export type { Translated, TranslationContext } from './translated.js';

/** What the original's options come to in our keys; each key at most once. Pure. */
export function translate(values: OriginalValues, context: TranslationContext): readonly Translated[] {
  return [
    ...translateConfigApi(values),
    ...translateAuth(values),
    ...translateRabbitmq(values),
    ...translateLeadership(values, context),
    ...translateIntrospect(values, context),
    ...translateLog(values, context),
    ...translateScheduler(values),
  ];
}
