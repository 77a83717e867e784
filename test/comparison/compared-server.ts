import { isJson, type Json } from '../../fixtures/opensdn/json.js';
import type { ComparedRequest, ServerAnswer } from './request.js';

/** What no server has made. */
const nobody = '00000000-1111-4222-8333-444444444444';

/** One of the two servers: sends it requests, and knows which uuids it gave to what the creates made. */
export class ComparedServer {
  private readonly uuids = new Map<number, string>();
  private readonly url: string;

  /** @param timeoutMs time for one request, milliseconds */
  public constructor(
    url: string,
    private readonly timeoutMs: number,
  ) {
    this.url = url.replace(/\/+$/, '');
  }

  /** Sends a request with this server's uuids in it. Rejects as `fetch` does if there is no answer. */
  public async send({ method, path, body, makes }: ComparedRequest): Promise<ServerAnswer> {
    const response = await fetch(`${this.url}${this.withUuids(path)}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-contrail-useragent': 'comparison' },
      ...(body === undefined ? {} : { body: this.withUuids(JSON.stringify(body)) }),
      signal: AbortSignal.timeout(this.timeoutMs),
    });
    const text = await response.text();
    const isParsed = response.headers.get('content-type')?.startsWith('application/json') === true;
    const answer = { status: response.status, body: isParsed ? (JSON.parse(text) as unknown) : text };
    if (makes !== undefined && answer.status === 200) this.note(makes, answer.body);
    return answer;
  }

  /** Names for the uuids that this server gave: what both name alike is the same object. */
  public get names(): ReadonlyMap<string, string> {
    return new Map(
      [...this.uuids].flatMap(([number, uuid]): [string, string][] => [
        [uuid, `<${number}>`],
        [uuid.replaceAll('-', ''), `<${number} undashed>`],
      ]),
    );
  }

  private withUuids(text: string): string {
    return text.replaceAll(/<<(\d+)(:u)?>>/g, (_, number: string, undashed?: string) => {
      const uuid = this.uuids.get(Number(number)) ?? nobody;
      return undashed === undefined ? uuid : uuid.replaceAll('-', '');
    });
  }

  private note(number: number, body: unknown): void {
    const object: Json = isJson(body) ? body : {};
    const inner = Object.values(object).find(isJson) ?? {};
    const uuid = object['id'] ?? object['uuid'] ?? inner['uuid'];
    if (typeof uuid === 'string') this.uuids.set(number, uuid);
  }
}
