import { z } from 'zod';
import { ControlServer, EmbeddedOpenSdn, FaultEngine } from '../../fixtures/index.js';
import { code, table } from './markdown.js';

const objectSchema = z.object({
  properties: z.record(z.string(), z.object({ const: z.string().optional() })),
  required: z.array(z.string()).default([]),
});

const listing = z.object({
  endpoints: z.array(
    z.object({
      method: z.string(),
      path: z.string(),
      summary: z.string(),
      body: z.unknown().optional(),
    }),
  ),
});

type ListedEndpoint = z.infer<typeof listing>['endpoints'][number];

/** The text of docs/fixtures.md with its tables as the control API has them: between the comments that name them. */
export async function withControlTables(text: string): Promise<string> {
  const endpoints = await listedEndpoints();
  const operations = endpoints.find(({ method, path }) => method === 'POST' && path === '/operations');
  return withTable(withTable(text, 'endpoints', endpointTable(endpoints)), 'deeds', deedTable(operations));
}

async function listedEndpoints(): Promise<readonly ListedEndpoint[]> {
  const server = new EmbeddedOpenSdn();
  const control = new ControlServer({ server, faults: new FaultEngine(server) });
  await control.start();
  try {
    return listing.parse(await (await fetch(control.url)).json()).endpoints;
  } finally {
    await control.stop();
  }
}

function withTable(text: string, name: string, content: string): string {
  const place = new RegExp(`(<!-- ${name}:[^\n]* -->\n)[^]*?(<!-- end of ${name} -->)`);
  if (!place.test(text)) throw new Error(`there is no place for the ${name}`);
  return text.replace(place, (_whole, begin: string, end: string) => `${begin}\n${content}\n\n${end}`);
}

function endpointTable(endpoints: readonly ListedEndpoint[]): string {
  return table(
    ['endpoint', 'what it does'],
    endpoints.map(({ method, path, summary }) => [code(`${method} ${path}`), summary]),
  );
}

function deedTable(operations: ListedEndpoint | undefined): string {
  const { oneOf } = z.object({ oneOf: z.array(objectSchema) }).parse(operations?.body);
  return table(
    ['`do`', 'fields'],
    oneOf.map(({ properties: { do: deed, ...fields }, required }) => [
      code(deed?.const ?? ''),
      Object.keys(fields)
        .filter((field) => field !== 'run')
        .map((field) => (required.includes(field) ? code(field) : `[${code(field)}]`))
        .join(' '),
    ]),
  );
}
