import { Buffer } from 'node:buffer';
import { z } from 'zod';
import { SvcMonitorError, type Remedy } from '../base/errors/index.js';
import { explainConnectionFailure, peers } from '../base/peer/index.js';
import type { HttpResponse } from './http-transport.js';
import { hasVersion, type KeystoneEndpoint } from './keystone-login.js';

/** An answer without a token, as the rules see it. */
interface Answered {
  readonly endpoint: KeystoneEndpoint;
  readonly status: number;
  /** What Keystone says; empty where it says nothing, or what we have sent. */
  readonly said: string;
  readonly body: string;
}

interface Refusal {
  readonly applies: (answered: Answered) => boolean;
  readonly meaning: string;
  readonly setting: string;
  readonly advice: string | ((endpoint: KeystoneEndpoint) => string);
}

const longestAnswer = 200;
const isHtml = ({ body }: Answered): boolean => /^\s*<(?:!doctype|html)/i.test(body);
const refused = ({ status }: Answered): boolean => status === 401 || status === 403 || status === 404;
const missing = ({ status }: Answered): boolean => status === 300 || status === 404 || status === 405 || status === 410;

/** What Keystone means where it gives no token. The first one that applies counts. */
export const keystoneRefusals: readonly Refusal[] = [
  {
    applies: ({ body }) => explainConnectionFailure(peers.keystone, '', body)?.kind === 'tls-wanted',
    meaning: 'Keystone speaks TLS on this port',
    setting: 'auth.url',
    advice: 'set https:// in auth.url',
  },
  {
    applies: (answered) => refused(answered) && /(find|unknown|invalid|no such) (project|tenant)/i.test(answered.said),
    meaning: 'Keystone does not know the project',
    setting: 'auth.project_name',
    advice: 'check auth.project_name and auth.project_domain',
  },
  {
    applies: (answered) => refused(answered) && /(find|unknown|invalid|no such) domain/i.test(answered.said),
    meaning: 'Keystone does not know the domain',
    setting: 'auth.user_domain',
    advice: 'check auth.user_domain and auth.project_domain: many clouds have `Default`',
  },
  {
    applies: (answered) =>
      refused(answered) && /no (access|role)|not authorized for the project|no roles/i.test(answered.said),
    meaning: 'the user has no role in the project',
    setting: 'auth.project_name',
    advice: 'give the user of auth.username a role in the project of auth.project_name',
  },
  {
    applies: ({ status, said }) => status === 401 && /password.*expired|expired.*password/i.test(said),
    meaning: 'the password has expired',
    setting: 'auth.password',
    advice: 'change the password at Keystone, and auth.password with it',
  },
  {
    applies: ({ status, said }) => (status === 401 || status === 403) && /locked|disabled/i.test(said),
    meaning: 'the account is locked or disabled',
    setting: 'auth.username',
    advice: 'have the user of auth.username enabled at Keystone',
  },
  {
    applies: (answered) => missing(answered) && answered.endpoint.version === 'v3' && !hasVersion(answered.endpoint),
    meaning: 'auth.url has no API version',
    setting: 'auth.url',
    advice: ({ base }) => `auth.url has no API version: did you mean ${base}/v3?`,
  },
  {
    applies: (answered) => missing(answered) && answered.endpoint.version === 'v2',
    meaning: 'there is no Keystone v2 at auth.url',
    setting: 'auth.api_version',
    advice:
      'releases of OpenStack since Queens have v3 only: end auth.url with /v3, and leave auth.api_version at auto',
  },
  {
    applies: missing,
    meaning: 'there is no Keystone v3 at auth.url',
    setting: 'auth.url',
    advice: 'check the path of auth.url: it ends with /v3, behind a common web server with /identity/v3',
  },
  {
    applies: ({ status }) => status === 401,
    meaning: 'Keystone refuses the login: wrong password, user, project or domain, it does not say which',
    setting: 'auth.password',
    advice: 'check auth.password, auth.username, auth.user_domain, auth.project_name and auth.project_domain',
  },
  {
    applies: ({ status }) => status === 403,
    meaning: 'Keystone forbids the login',
    setting: 'auth.username',
    advice: 'check what the user of auth.username may do in the project of auth.project_name',
  },
  {
    applies: ({ status }) => status === 400,
    meaning: 'Keystone does not understand the login',
    setting: 'auth.api_version',
    advice: 'check auth.api_version, and that auth.url is of that version',
  },
  {
    applies: ({ status }) => status === 413 || status === 429,
    meaning: 'Keystone has too many logins to answer',
    setting: 'auth.url',
    advice: 'look who else logs in so often',
  },
  {
    applies: (answered) => answered.status >= 502 && isHtml(answered),
    meaning: 'a proxy before Keystone does not reach it',
    setting: 'auth.url',
    advice: 'look at the proxy and at Keystone behind it',
  },
  {
    applies: ({ status }) => status >= 500,
    meaning: 'Keystone fails',
    setting: 'auth.url',
    advice: 'look at the log of Keystone',
  },
  {
    applies: isHtml,
    meaning: 'something else than Keystone answers at auth.url: an HTML page',
    setting: 'auth.url',
    advice: 'check auth.url: a dashboard or a proxy answers there',
  },
  {
    applies: () => true,
    meaning: 'Keystone answered without a token',
    setting: 'auth.url',
    advice: 'check auth.url, and that it is of the version of auth.api_version',
  },
];

const errorAnswer = z.object({ error: z.object({ message: z.string() }) });

/**
 * Why an answer holds no token, as `unauthorized`. Keystone's own words are in it, cut, unless they hold what it was sent in secret.
 *
 * @param password what must not appear
 */
export function refusalOf(endpoint: KeystoneEndpoint, response: HttpResponse, password: string): SvcMonitorError {
  const { status, body } = response;
  const said = saidIn(body, password);
  const answered = { endpoint, status, said, body };
  const refusal = keystoneRefusals.find(({ applies }) => applies(answered));
  const { meaning = '', setting = '', advice = '' } = refusal ?? {};
  const remedy: Remedy = {
    setting,
    advice: typeof advice === 'string' ? advice : advice(endpoint),
    ...(said === '' ? {} : { answer: said }),
  };
  const words = said === '' ? '' : `: ${said}`;
  return new SvcMonitorError('unauthorized', `${meaning} (${status}${words})`, { details: { status, ...remedy } });
}

function saidIn(body: string, password: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    // A page of a proxy: not Keystone's words.
    return '';
  }
  const answer = errorAnswer.safeParse(parsed);
  if (!answer.success) return '';
  const { message } = answer.data.error;
  if (holdsSecret(message, password)) return '';
  const text = message.replace(/\s+/g, ' ').trim();
  return text.length <= longestAnswer ? text : `${text.slice(0, longestAnswer)}…`;
}

/** Whether a text repeats the password, as it is or in a form that it was or may have been sent in. */
function holdsSecret(text: string, password: string): boolean {
  if (password === '') return false;
  const inJson = JSON.stringify(password).slice(1, -1);
  const base64 = Buffer.from(password, 'utf8').toString('base64').replace(/=+$/, '');
  const forms = [password, inJson, encodeURIComponent(password), base64];
  return forms.some((form) => text.toLowerCase().includes(form.toLowerCase()));
}
