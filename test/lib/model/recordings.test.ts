import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SvcMonitorError } from '../../../lib/index.js';
import { isKind, parseObject, toDashed, type Kind } from '../../../lib/model/index.js';

interface Recorded {
  readonly kind: Kind;
  readonly uuid: string;
  readonly object: Record<string, unknown>;
}

type Json = Readonly<Record<string, unknown>>;

const folder = join(process.cwd(), 'fixtures', 'recordings');

/** Every object in what was recorded from a real OpenSDN: in notifications, and in answers (`{"floating-ip": {...}}`, also in lists). */
function objectsIn(value: unknown, found: Recorded[] = []): Recorded[] {
  if (Array.isArray(value)) for (const entry of value) objectsIn(entry, found);
  if (typeof value !== 'object' || value === null) return found;
  const json = value as Json;
  if (json['obj_dict'] !== undefined) add(toDashed(String(json['type'])), json['obj_dict'], found);
  for (const [key, inner] of Object.entries(json)) {
    // What is asked for may be nonsense on purpose.
    if (key === 'request') continue;
    add(key, inner, found);
    objectsIn(inner, found);
  }
  return found;
}

function add(kind: string, object: unknown, found: Recorded[]): void {
  if (!isKind(kind) || typeof object !== 'object' || object === null) return;
  const { uuid } = object as Json;
  // What is sent in a request, and the answer to it, are parts of objects only.
  if (typeof uuid === 'string' && 'fq_name' in object) found.push({ kind, uuid, object: object });
}

/** In recording 56 the server announces an object whose reference has no uuid at all: the monitor says so, and skips it. */
const broken: ReadonlySet<string> = new Set(['virtual_machine_interface_refs.0.uuid: Invalid GUID']);

/** What the schema changes on purpose: nulls, and empty lists in the place of structures, are dropped. */
function withoutNulls(value: unknown): unknown {
  const isUnset = (inner: unknown): boolean => inner === null || (Array.isArray(inner) && inner.length === 0);
  return JSON.parse(JSON.stringify(value), (_key, inner: unknown) => (isUnset(inner) ? undefined : inner));
}

/** The problems for which an object is refused; none if it is not. */
function problemsOf(kind: Kind, object: unknown): readonly string[] {
  try {
    parseObject(kind, object);
    return [];
  } catch (error) {
    expect(error).to.be.instanceOf(SvcMonitorError);
    return (error as SvcMonitorError).details['problems'] as readonly string[];
  }
}

describe('the objects of the recordings', () => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));

  it('should be there, of every kind that has to be', () => {
    const seen = new Set(files.flatMap((file) => objectsIn(read(file)).map(({ kind }) => kind)));
    expect([...seen]).to.include.members(['virtual-machine-interface', 'instance-ip', 'floating-ip', 'virtual-ip']);
  });

  for (const file of files) {
    it(`should parse, and keep every field: ${file}`, () => {
      for (const { kind, uuid, object } of objectsIn(read(file))) {
        if (file.startsWith('56-') && problemsOf(kind, object).some((problem) => broken.has(problem))) continue;
        expect(withoutNulls(parseObject(kind, object)), `${kind} ${uuid}`).to.deep.equal(withoutNulls(object));
      }
    });
  }

  function read(file: string): unknown {
    return JSON.parse(readFileSync(join(folder, file), 'utf8'));
  }
});
