import type { ConnectionInfo, NodeStatus } from './node-status.js';
import { maskCredentials } from '../mask.js';

/** The beginning of every answer, which makes a browser show it as a table. */
const stylesheet = '<?xml-stylesheet type="text/xsl" href="/universal_parse.xsl"?>';

/** What `Snh_SandeshUVECacheReq` answers: the entries that were asked for, and how many there are. */
export function uveCacheXml(entries: readonly NodeStatus[]): string {
  const returned = element('returned', { type: 'u32', identifier: 1 }, String(entries.length));
  const period = element('period', { type: 'i32', identifier: 2 }, '-1');
  const end = `<SandeshUVECacheResp type="sandesh">${returned}${period}</SandeshUVECacheResp>`;
  if (entries.length === 0) return `${stylesheet}${end}`;
  return `${stylesheet}<__NodeStatusUVE_list type="slist">${entries.map(nodeStatusXml).join('')}${end}</__NodeStatusUVE_list>`;
}

function nodeStatusXml({ name, functional, connections, description }: NodeStatus): string {
  const process = [
    text('module_id', 1, 'contrail-svc-monitor'),
    text('instance_id', 2, '0'),
    text('state', 3, functional ? 'Functional' : 'Non-Functional'),
    element('connection_infos', { type: 'list', identifier: 4 }, list('struct', connections.map(connectionXml))),
    text('description', 6, description),
  ].join('');
  const status = [
    text('name', 1, name, { key: 'ObjectConfigNode' }),
    element(
      'process_status',
      { type: 'list', identifier: 4, aggtype: 'union' },
      list('struct', [wrapped('ProcessStatus', process)]),
    ),
  ].join('');
  return `<NodeStatusUVE type="sandesh">${element('data', { type: 'struct', identifier: 1 }, wrapped('NodeStatus', status))}</NodeStatusUVE>`;
}

function connectionXml({ type, name, servers, status, description }: ConnectionInfo): string {
  const addresses = servers.map((server) => wrapped('element', escaped(server)));
  const fields = [
    text('type', 1, type),
    text('name', 2, name),
    element('server_addrs', { type: 'list', identifier: 3 }, list('string', addresses)),
    text('status', 4, status),
    text('description', 5, description),
  ];
  return wrapped('ConnectionInfo', fields.join(''));
}

type Attributes = Readonly<Record<string, string | number>>;

function text(name: string, identifier: number, value: string, more: Attributes = {}): string {
  return element(name, { type: 'string', identifier, ...more }, escaped(value));
}

// Always with its end tag, also if it is empty: as the original writes it.
function element(name: string, attributes: Attributes, content: string): string {
  const written = Object.entries(attributes).map(([attribute, value]) => ` ${attribute}="${value}"`);
  return `<${name}${written.join('')}>${content}</${name}>`;
}

function list(type: string, entries: readonly string[]): string {
  return `<list type="${type}" size="${entries.length}">${entries.join('')}</list>`;
}

function wrapped(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

/** Without credentials, and of ASCII only: contrail-status takes what it gets for Latin-1. What XML cannot hold becomes a question mark. */
function escaped(value: string): string {
  return maskCredentials(value)
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '?')
    .replace(/[&<>"'\u0080-\u{10FFFF}]/gu, (sign) => `&#${sign.codePointAt(0) ?? 63};`);
}
