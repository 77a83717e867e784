import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { ManualClock, type MonitorStatus } from '../../../lib/index.js';
import { HttpEndpoint } from '../../../service/http/index.js';
import {
  IntrospectPort,
  lookEveryMs,
  nodeStatusOf,
  uveCacheXml,
  type NodeStatus,
  type Peers,
} from '../../../service/introspect/index.js';
import { eventually } from '../../support/eventually.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { healthyStatus } from '../fake-monitor.js';

const peers: Peers = {
  apiServers: ['http://10.0.0.1:8082', 'https://10.0.0.2'],
  source: { kind: 'amqp', servers: ['10.0.0.1:5673'] },
};

/** What contrail-status makes of an answer, in its own language and by its own way: the first `ProcessStatus` of a `NodeStatus` that has one. */
const asContrailStatus = `
import json, sys
from xml.etree import ElementTree
root = ElementTree.fromstring(sys.argv[1])
def one(element):
    children = list(element)
    if not children:
        return {element.tag: element.text}
    value = {}
    for child in children:
        if child.tag == 'list':
            value[element.tag] = many(child)
        else:
            inner = one(child)
            value[child.tag] = inner[child.tag] if child.tag in inner else inner
    return value
def many(element):
    found = [one(child) for child in element]
    return [entry.get('element', entry.get('list', entry)) for entry in found] or None
nodes = [entry for entry in map(one, root.findall('.//NodeStatus')) if 'process_status' in entry]
if not nodes:
    print(json.dumps(['initializing']))
else:
    process = nodes[0]['process_status'][0]
    state, description = process['state'], process['description']
    status = 'initializing' if state == 'Non-Functional' else 'active'
    print(json.dumps([status + (' (' + description + ')' if description else ''), nodes[0]]))
`;

async function contrailStatus(xml: string): Promise<readonly [string, unknown]> {
  const { stdout } = await promisify(execFile)('python3', ['-c', asContrailStatus, xml]);
  return JSON.parse(stdout) as [string, unknown];
}

async function hasPython(): Promise<boolean> {
  try {
    await promisify(execFile)('python3', ['--version']);
    return true;
  } catch {
    return false;
  }
}

const field = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name} [^>]*>([^<]*)</${name}>`).exec(xml)?.[1];

describe('nodeStatusOf', () => {
  describe('when all is well', () => {
    it('should be functional, with the connections that there are', () => {
      const status = nodeStatusOf('node1', healthyStatus, { ...peers, zookeeper: ['10.0.0.1:2181'] });
      expect(status).to.deep.equal({
        name: 'node1',
        functional: true,
        description: '',
        connections: [
          {
            ...{ type: 'ApiServer', name: 'ApiServer', servers: ['10.0.0.1:8082', '10.0.0.2:443'] },
            ...{ status: 'Up', description: '' },
          },
          { type: 'Database', name: 'RabbitMQ', servers: ['10.0.0.1:5673'], status: 'Up', description: '' },
          { type: 'Zookeeper', name: 'Zookeeper', servers: ['10.0.0.1:2181'], status: 'Up', description: '' },
        ],
      });
    });
  });

  describe('when connections are down', () => {
    it('should say which, and why, as the original does', () => {
      const monitor: MonitorStatus = {
        ...healthyStatus,
        source: { name: 'amqp', connected: false, lastError: 'refused' },
        resync: { running: false, lastError: 'no answer' },
      };
      expect(nodeStatusOf('node1', monitor, peers)).to.include({
        functional: false,
        description: 'ApiServer:ApiServer[no answer], Database:RabbitMQ[refused] connection down',
      });
    });
  });

  describe('when not everything has been read', () => {
    it('should not be functional', () => {
      const status = nodeStatusOf('node1', { ...healthyStatus, state: 'starting', ready: false }, peers);
      expect(status).to.include({ functional: false, description: 'starting, not everything has been read yet' });
    });
  });
});

describe('uveCacheXml', () => {
  const working = nodeStatusOf('node1', healthyStatus, peers);

  it('should write the original’s form', () => {
    const xml = uveCacheXml([working]);
    expect(xml).to.match(
      /^<\?xml-stylesheet type="text\/xsl" href="\/universal_parse.xsl"\?><__NodeStatusUVE_list type="slist">/,
    );
    expect(xml).to.contain('<name type="string" identifier="1" key="ObjectConfigNode">node1</name>');
    expect(xml).to.contain('<module_id type="string" identifier="1">contrail-svc-monitor</module_id>');
    expect(xml).to.contain('<instance_id type="string" identifier="2">0</instance_id>');
    expect(xml).to.contain('<list type="string" size="2"><element>10.0.0.1:8082</element>');
    expect(xml).to.match(/<returned type="u32" identifier="1">1<\/returned>.*<\/__NodeStatusUVE_list>$/);
    expect(field(xml, 'state')).to.equal('Functional');
  });

  it('should write that there is nothing', () => {
    expect(uveCacheXml([])).to.match(/\?><SandeshUVECacheResp type="sandesh"><returned type="u32" identifier="1">0</);
  });

  it('should let no text of others be more than text, and no credentials out', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, (description) => {
        const xml = uveCacheXml([{ ...working, functional: false, description }]);
        expect(xml).to.match(/^[\t\n\r -~]*$/);
        expect(xml.match(/</g)).to.have.length(uveCacheXml([working]).match(/</g)!.length);
      }),
    );
    expect(uveCacheXml([{ ...working, description: 'amqp://u:hunter2@h' }])).not.to.contain('hunter2');
  });

  describe('when contrail-status reads it', () => {
    const cases: readonly (readonly [string, NodeStatus])[] = [
      ['active', working],
      [
        'initializing (Database:RabbitMQ[<no> & "wäy"] connection down)',
        nodeStatusOf(
          'node1',
          {
            ...healthyStatus,
            source: { name: 'amqp', connected: false, lastError: '<no> & "wäy"' },
          },
          peers,
        ),
      ],
    ];
    for (const [shown, status] of cases) {
      it(`should be shown as ${shown}`, async function () {
        if (!(await hasPython())) this.skip();
        const [state, node] = await contrailStatus(uveCacheXml([status]));
        expect(state).to.equal(shown);
        expect(node).to.have.property('name', 'node1');
      });
    }

    it('should be shown as initializing while there is no entry', async function () {
      if (!(await hasPython())) this.skip();
      expect(await contrailStatus(uveCacheXml([]))).to.deep.equal(['initializing']);
    });
  });
});

describe('IntrospectPort', () => {
  const ports: IntrospectPort[] = [];
  let clock: ManualClock;
  let logger: RecordingLogger;
  let acts: boolean;

  beforeEach(() => {
    clock = new ManualClock();
    logger = new RecordingLogger();
    acts = true;
  });

  afterEach(async () => {
    await Promise.all(ports.splice(0).map((port) => port.stop()));
  });

  function created(port = 0): IntrospectPort {
    const made = new IntrospectPort({
      ...{ host: '127.0.0.1', port, clock, logger },
      isActing: () => acts,
      status: () => nodeStatusOf('node1', healthyStatus, peers),
    });
    ports.push(made);
    return made;
  }

  const isOpen = (url: string): Promise<boolean> =>
    new Promise((resolve) => {
      const { hostname: host, port } = new URL(url);
      const socket = connect(Number(port), host);
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => {
        resolve(false);
      });
    });
  const opened = async (port: IntrospectPort): Promise<string> => {
    await eventually('it listens', () => {
      clock.step(lookEveryMs);
      return port.url !== undefined;
    });
    return port.url!;
  };

  describe('when the instance acts', () => {
    it('should answer contrail-status, by address, name and both fields', async () => {
      const port = created();
      port.start();
      const url = await opened(port);
      for (const query of ['x=NodeStatus', 'tname=NodeStatus', 'tname=NodeStatus&key=node1', 'tname=&key=']) {
        const answer = await fetch(`${url}/Snh_SandeshUVECacheReq?${query}`);
        expect([answer.status, answer.headers.get('content-type')]).to.deep.equal([200, 'text/xsl']);
        expect(await answer.text(), query).to.contain('<state type="string" identifier="3">Functional</state>');
      }
      for (const query of ['x=Other', 'tname=NodeStatus&key=node2']) {
        const answer = await fetch(`${url}/Snh_SandeshUVECacheReq?${query}`);
        expect(await answer.text(), query).to.contain('>0</returned>');
      }
      expect((await fetch(`${url}/Snh_Other`)).status).to.equal(404);
      expect(await (await fetch(url)).text()).to.contain('Modules for contrail-svc-monitor');
      expect(hostname()).not.to.equal('');
    });
  });

  describe('when the instance stands by', () => {
    it('should refuse connections, as the original’s backup does, until it acts, and again when it ceases to', async () => {
      acts = false;
      const port = created();
      port.start();
      clock.step(10 * lookEveryMs);
      expect(port.url).to.equal(undefined);
      acts = true;
      const url = await opened(port);
      expect(await isOpen(url)).to.equal(true);
      acts = false;
      await eventually('it is closed', () => {
        clock.step(lookEveryMs);
        return port.url === undefined;
      });
      await eventually('connections are refused', async () => !(await isOpen(url)));
    });
  });

  describe('when its port is taken', () => {
    it('should say so, go on, and open when it is free', async () => {
      const other = new HttpEndpoint({ name: 'x', section: 'x', host: '127.0.0.1', port: 0, routes: [] });
      const taken = await other.start();
      const port = created(taken);
      port.start();
      await eventually('it is told', () => {
        clock.step(lookEveryMs);
        return logger.lines.some((line) => line.includes('cannot be opened') && line.includes('introspect.port'));
      });
      await other.stop();
      expect(await opened(port)).to.equal(`http://127.0.0.1:${taken}`);
    });
  });

  describe('when it stops', () => {
    it('should close, also if it was never started', async () => {
      const port = created();
      port.start();
      const url = await opened(port);
      await port.stop();
      expect(await isOpen(url)).to.equal(false);
      await created().stop();
    });
  });
});
