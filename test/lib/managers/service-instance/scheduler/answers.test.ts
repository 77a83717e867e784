import { expect } from 'chai';
import { SystemClock, type HttpRequest, type HttpResponse } from '../../../../../lib/index.js';
import { askAnalytics } from '../../../../../lib/managers/service-instance/scheduler/analytics.js';
import { Asker } from '../../../../../lib/managers/service-instance/scheduler/asker.js';
import { askAgent } from '../../../../../lib/managers/service-instance/scheduler/introspect.js';

const signal = new AbortController().signal;

function asker(
  answer: (request: HttpRequest) => Partial<HttpResponse>,
  { token, timeoutMs = 10_000 }: { readonly token?: string; readonly timeoutMs?: number } = {},
): Asker {
  const transport = {
    send: (request: HttpRequest) => Promise.resolve({ status: 200, headers: {}, body: '', ...answer(request) }),
    close: () => undefined,
  };
  return new Asker({ transport, token: () => Promise.resolve(token) }, { clock: new SystemClock(), timeoutMs });
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return 'none';
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
}

const mode = { name: 'c1', value: { VrouterAgent: { mode: 'VROUTER' } } };
const status = (name: string) => ({
  name,
  value: { NodeStatus: { process_status: [{ module_id: 'm', instance_id: 0, state: 's' }] } },
});
const uves = (...value: readonly unknown[]) => ({ body: JSON.stringify({ value }) });

describe('what analytics answers', () => {
  it('should be taken of all of which it says both, whatever else it says', async () => {
    const asked: HttpRequest[] = [];
    const says = await askAnalytics(
      asker(
        (request) => {
          asked.push(request);
          return request.url.endsWith('mode')
            ? uves(mode, { ...mode, name: 'c2' }, { ...mode, name: 'c3' }, 'nonsense', { name: 'c4', value: 1 })
            : uves(status('c1'), { name: 'c2', value: {} }, status('c4'));
        },
        { token: 'secret' },
      ),
      ['analytics-1', 'unused'],
      signal,
    );
    expect([...says]).to.deep.equal([
      ['c1', { mode: 'VROUTER', processes: [{ module_id: 'm', instance_id: '0', state: 's' }] }],
    ]);
    expect(asked.map(({ url, headers }) => [url, headers])).to.deep.equal([
      ['http://analytics-1:8081/analytics/uves/vrouter/*?cfilt=VrouterAgent:mode', { 'X-AUTH-TOKEN': 'secret' }],
      [
        'http://analytics-1:8081/analytics/uves/vrouter/*?cfilt=NodeStatus:process_status',
        { 'X-AUTH-TOKEN': 'secret' },
      ],
    ]);
  });

  it('should be that of the first server that answers', async () => {
    const says = await askAnalytics(
      asker(({ url }) =>
        url.startsWith('https://good:9/')
          ? url.endsWith('mode')
            ? uves(mode)
            : uves(status('c1'))
          : url.includes('bad')
            ? { status: 503 }
            : { body: '<html>' },
      ),
      ['bad:1', 'odd', 'https://good:9/'],
      signal,
    );
    expect([...says.keys()]).to.deep.equal(['c1']);
  });

  for (const [title, answer] of Object.entries({
    'no JSON': { body: 'x' },
    'something else': { body: '{"a":1}' },
    'a refusal': { status: 401 },
  })) {
    it(`should be a failure where it is ${title}`, async () => {
      expect(
        await codeOf(
          askAnalytics(
            asker(() => answer),
            ['one'],
            signal,
          ),
        ),
      ).to.equal('bad-answer');
    });
  }

  it('should be a failure where it does not come in time', async () => {
    const transport = { send: () => new Promise<HttpResponse>(() => undefined), close: () => undefined };
    const context = { transport, token: () => Promise.resolve(undefined) };
    const slow = new Asker(context, { clock: new SystemClock(), timeoutMs: 1 });
    expect(await codeOf(askAnalytics(slow, ['one'], signal))).to.equal('timeout');
  });
});

describe('what the introspect of an agent answers', () => {
  const list = (sandesh: string, data: string) =>
    `<?xml version="1.0"?><__${sandesh}_list type="slist"><${sandesh}><data><x/>${data}</data></${sandesh}></__${sandesh}_list>`;
  const agent = list('UveVrouterAgent', '<VrouterAgent><mode type="string">VROUTER</mode></VrouterAgent>');
  const processes = (inner: string) =>
    list('NodeStatusUVE', `<NodeStatus><process_status><list size="1">${inner}</list></process_status></NodeStatus>`);
  const process =
    '<ProcessStatus><module_id>a &amp; b</module_id><instance_id>0</instance_id><state>Functional</state></ProcessStatus>';
  const ask = (one: string, other: string) =>
    askAgent(
      asker(({ url }) => ({ body: url.endsWith('VrouterAgent') ? one : other })),
      { host: '[fd00::1]', port: 8085 },
      signal,
    );

  it('should be its mode, and its processes, one or several', async () => {
    const one = { module_id: 'a & b', instance_id: '0', state: 'Functional' };
    expect(await ask(agent, processes(process))).to.deep.equal({ mode: 'VROUTER', processes: [one] });
    expect((await ask(agent, processes(process + process))).processes).to.deep.equal([one, one]);
  });

  for (const [title, one, other] of [
    ['no XML', 'nothing', processes(process)],
    ['a page', '<html><body>It works!</body></html>', processes(process)],
    ['without a mode', list('UveVrouterAgent', '<VrouterAgent></VrouterAgent>'), processes(process)],
    ['without processes', agent, processes('')],
    ['empty', '', ''],
    ['a bomb', `<!DOCTYPE x [<!ENTITY a "${'y'.repeat(64)}"><!ENTITY b "${'&a;'.repeat(64)}">]>${agent}`, '<x>&b;</x>'],
  ] as const) {
    it(`should be a failure where it is ${title}`, async () => {
      expect(await codeOf(ask(one, other))).to.equal('bad-answer');
    });
  }
});
