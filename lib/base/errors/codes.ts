import type { DocumentedDetails } from './details.js';

interface CodeEntry {
  readonly retriable: boolean;
  readonly meaning: string;
  readonly details?: Readonly<Record<string, string>>;
}

/** Every documented detail is explained, and nothing else is. */
type DetailTexts = {
  readonly [C in keyof DocumentedDetails]: CodeEntry & {
    readonly details: { readonly [K in keyof Required<DocumentedDetails[C]>]: string };
  };
};

const unanswered = {
  setting: 'the key of the setting to look at, if it is known',
  advice: 'what can be done about it, if it is known',
} as const;
const remedy = { ...unanswered, answer: 'what the other side answered, if it said something' } as const;

/** What each error code means, whether the same call may succeed later, what to do about it, and which details come with it. */
export const errorCodes = {
  'not-found': {
    retriable: false,
    meaning: 'The config API has no object with that uuid or name (404). For a reconciler an answer, not a failure.',
  },
  conflict: {
    retriable: false,
    meaning:
      'The config API refused with 409: the name or uuid is taken, or the object is still referred to or has children.',
    details: {
      referrers: 'who refers to it, if the answer says so',
      children: 'which children it has, if the answer says so',
      existingUuid: 'who has the name, if the answer says so',
    },
  },
  'quota-exceeded': {
    retriable: true,
    meaning:
      'A quota of the project is exhausted (412). Raise the quota; the write is tried again. Floating ips do not wait for a virtual-ip that is refused.',
  },
  'driver-failed': {
    retriable: true,
    meaning:
      'A driver of load balancers that an embedder has registered failed, or took too long. It is told again; see the cause.',
  },
  'bad-request': { retriable: false, meaning: 'The config API refused the request as malformed (400, 405, 413).' },
  unauthorized: {
    retriable: true,
    meaning: 'No valid token (401), or Keystone gave none. Check the credentials under `auth`.',
    details: remedy,
  },
  forbidden: {
    retriable: true,
    meaning: 'The token lacks the role that the config API asks for (403).',
    details: remedy,
  },
  unavailable: {
    retriable: true,
    meaning: 'The config API cannot serve now (500, 502, 503, 504), or cannot be connected to.',
    details: remedy,
  },
  timeout: {
    retriable: true,
    meaning: 'No complete answer came within the time that the request was given.',
    details: unanswered,
  },
  outdated: {
    retriable: true,
    meaning:
      'The objects of a VIP keep changing while it is brought in order, or one of them cannot be read. It is tried again with backoff.',
  },
  'bad-answer': {
    retriable: true,
    meaning: 'An answer came that is not what the config API sends: no JSON, or JSON of another shape.',
    details: remedy,
  },
  aborted: { retriable: false, meaning: 'The caller called it off by its AbortSignal.' },
  'invalid-object': {
    retriable: false,
    meaning: 'An object of the config API does not have the shape of its kind. It is skipped and shown in the status.',
    details: {
      kind: 'what it should be',
      uuid: 'its uuid, if it has one',
      problems: 'all that is wrong, each with its path',
    },
  },
  'invalid-message': {
    retriable: false,
    meaning: 'A change notification cannot be understood. It is skipped, counted and shown in the status.',
  },
  'invalid-configuration': {
    retriable: false,
    meaning: 'The configuration has errors.',
    details: { problems: 'all of them' },
  },
  'schema-mismatch': {
    retriable: true,
    meaning:
      'The setting says `schema: native`, and the API server does not keep references from virtual-ip to floating-ip. Extend its schema (deploy/schema), or set `schema: auto`.',
  },
  'not-synced': {
    retriable: true,
    meaning: 'The first full read of the config API did not finish within its time.',
    details: {
      kinds: 'the kinds that were not read',
      lastError: 'why the latest attempt failed, if one did',
      timeoutMs: 'the time that it was given',
    },
  },
  'source-failed': {
    retriable: true,
    meaning: 'The change stream cannot be followed: broker away, queue lost, access refused.',
    details: {
      reason: 'what the broker, the client library or the operating system calls it, if it has a name',
      ...unanswered,
    },
  },
  'leadership-failed': {
    retriable: true,
    meaning:
      'ZooKeeper cannot be used to find out who leads: servers away, session expired, access refused. Nobody leads without it. It is tried again for ever.',
    details: {
      setting: 'the key of the setting to look at',
      reason: 'what ZooKeeper or the client library calls it, if it has a name',
    },
  },
  'already-started': { retriable: false, meaning: 'start() was called twice on something that can be started once.' },
  closed: { retriable: false, meaning: 'It was stopped, and takes no more calls.' },
  bug: { retriable: false, meaning: 'Something that cannot be has happened. Please report it with the cause.' },
} as const satisfies Record<string, CodeEntry> & DetailTexts;

/** One of the codes of {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes;
