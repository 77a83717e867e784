import { assertNever } from '../base/errors/index.js';
import type { ObjectRef } from '../cache/index.js';
import type { Kind } from '../model/index.js';

/** An object to write to: one that there is, or, by its mark, one that the same plan creates. */
export type Target = ObjectRef | { readonly kind: Kind; readonly created: string };

/** A reference to be made with an object. */
export interface NewReference {
  /** The API server finds the target by its name. */
  readonly to: ObjectRef & { readonly fqName: readonly string[] };
  /** What is said of the link, as the config API takes it. Defaults to nothing. */
  readonly attr?: unknown;
}

/** One write to the config API, as a plain value. It says all that there is to say: what is written, and to what. */
export type Write = CreateWrite | DeleteWrite | SetWrite | ReferenceWrite | EntriesWrite;

/** Creates an object. References that are made with it are not relaxed: they keep their targets from being deleted. */
export interface CreateWrite {
  readonly do: 'create';
  readonly kind: Kind;
  /** A mark by which other writes of the plan name it. */
  readonly as: string;
  readonly fqName: readonly string[];
  readonly parent: { readonly kind: string; readonly uuid?: string };
  /** Underscored, as the config API takes them. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly references?: readonly NewReference[];
}

/** Deletes an object. */
export interface DeleteWrite {
  readonly do: 'delete';
  readonly on: ObjectRef;
}

/** Sets properties; those left out stay, and null unsets one. */
export interface SetWrite {
  readonly do: 'set';
  readonly on: Target;
  /** Underscored, as the config API takes them. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** What it is for: it stands in the request-id, for other instances. A word. */
  readonly purpose?: string;
}

/** Adds or removes one reference. */
export interface ReferenceWrite {
  readonly do: 'add-reference' | 'delete-reference';
  readonly on: Target;
  readonly to: ObjectRef;
  /** What is said of the link, as the config API takes it. Defaults to nothing. */
  readonly attr?: unknown;
  /** It never keeps its target from being deleted (recording 16). */
  readonly relaxed: boolean;
  /** The server may not keep such references, and not say so: it is read back. */
  readonly isTrial?: boolean;
}

/** Sets and removes entries of a map property; others stay, whoever wrote them. */
export interface EntriesWrite {
  readonly do: 'set-entries';
  readonly on: Target;
  /** Underscored, such as `annotations`. */
  readonly field: string;
  readonly set: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
}

/** The kind of object that a write changes. */
export function kindOf(write: Write): Kind {
  return write.do === 'create' ? write.kind : write.on.kind;
}

/** The object that a write changes, as far as it is known: two writes of one stage to the same are made one after the other. */
export function subjectOf(write: Write): string {
  if (write.do === 'create') return `new ${write.as}`;
  return 'created' in write.on ? `new ${write.on.created}` : write.on.uuid;
}

/** Whether a write is to an object that the same plan creates. */
export function isToCreated(write: Write): boolean {
  return write.do !== 'create' && 'created' in write.on;
}

/** What kind of write it is, for metrics. */
export function actionOf(write: Write): Write['do'] {
  return write.do;
}

/** A write as one line of text, for logs, the dry run and people. */
export function describeWrite(write: Write): string {
  switch (write.do) {
    case 'create':
      return `create ${write.kind} ${write.fqName.join(':')}${describeReferences(write.references ?? [])}`;
    case 'delete':
      return `delete ${write.on.kind} ${write.on.uuid}`;
    case 'set':
      return `set ${describeProperties(write.properties)} on ${describeTarget(write.on)}`;
    case 'add-reference':
      return `add reference ${describeTarget(write.on)} -> ${write.to.kind} ${write.to.uuid}`;
    case 'delete-reference':
      return `delete reference ${describeTarget(write.on)} -> ${write.to.kind} ${write.to.uuid}`;
    case 'set-entries':
      return describeEntries(write);
    default:
      return assertNever(write);
  }
}

/**
 * What a write does, as keys that are the same whenever the same is written for one key of work: one for each reference, value and entry.
 * An object that is made anew each time is the same by its name: who deletes it each time that it is made undoes the same.
 *
 * @param name the full name of what it changes: the same when a plan creates it, when it is there, and when it is made anew
 */
export function keysOf(write: Write, name: string): readonly string[] {
  const subject = `${kindOf(write)} ${name}`;
  switch (write.do) {
    case 'create':
    case 'delete':
      return [`${write.do} ${subject}`];
    case 'set':
      return Object.entries(write.properties).map(
        // What follows the tab is the value: JSON has none, and neither has a field.
        ([field, value]) => `set ${subject} ${field}\t${JSON.stringify(value)}`,
      );
    case 'add-reference':
    case 'delete-reference':
      return [`${write.do} ${subject} ${write.to.uuid}`];
    case 'set-entries':
      return [
        ...Object.entries(write.set).map(([key, value]) => `set ${subject} ${key} ${value}`),
        ...write.remove.map((key) => `remove ${subject} ${key}`),
      ];
    default:
      return assertNever(write);
  }
}

function describeTarget(target: Target): string {
  return `${target.kind} ${'created' in target ? '(created)' : target.uuid}`;
}

function describeReferences(references: readonly NewReference[]): string {
  return references.length === 0 ? '' : ` -> ${references.map(({ to }) => `${to.kind} ${to.uuid}`).join(', ')}`;
}

function describeProperties(properties: Readonly<Record<string, unknown>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}

function describeEntries({ set, remove, on, field }: EntriesWrite): string {
  const parts = [
    ...(Object.keys(set).length === 0 ? [] : [`set ${Object.keys(set).join(', ')}`]),
    ...(remove.length === 0 ? [] : [`remove ${remove.join(', ')}`]),
  ];
  return `${parts.join(' and ')} in the ${field} of ${describeTarget(on)}`;
}
