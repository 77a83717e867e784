import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** What the schema changes on purpose: nulls are dropped. */
function withoutNulls(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_key, inner: unknown) => (inner === null ? undefined : inner));
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
        expect(withoutNulls(parseObject(kind, object)), `${kind} ${uuid}`).to.deep.equal(withoutNulls(object));
      }
    });
  }

  function read(file: string): unknown {
    return JSON.parse(readFileSync(join(folder, file), 'utf8'));
  }
});
