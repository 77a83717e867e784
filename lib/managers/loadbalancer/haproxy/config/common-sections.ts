import type { LoadbalancerView } from '../../view/index.js';
import { attributeLines, sharedAttributes } from './attributes.js';
import type { SkippedParts } from './skipped.js';
import { joined, line, numeral, type Section, type Word } from './text.js';

const defaultConnections = 65_000;
const defaultTimeout = 300_000;
const defaultConnectTimeout = 5_000;

/** The section `global`. The agent's script makes the directory of its socket, and reads the log (docs/original/loadbalancer-haproxy.md). */
export function globalSection(view: LoadbalancerView, name: Word, skipped: SkippedParts): Section {
  const attributes = sharedAttributes(view, 'global', skipped);
  const ciphers = attributes.get('ssl_ciphers') ?? defaultCiphers();
  const socket = joined('/var/lib/contrail/loadbalancer/haproxy/', name, '/haproxy.sock');
  return {
    head: line('global'),
    lines: [
      line('daemon'),
      line('user', 'haproxy'),
      line('group', 'haproxy'),
      line('log', '/var/run/contrail/loadbalancer/haproxy.log.sock', 'local0'),
      line('log', '/var/run/contrail/loadbalancer/haproxy.log.sock', 'local1', 'notice'),
      line('tune.ssl.default-dh-param', '2048'),
      line('ssl-default-bind-ciphers', ciphers),
      line('ulimit-n', '200000'),
      line('maxconn', attributes.get('max_conn') ?? numeral(defaultConnections)),
      line('stats', 'socket', socket, 'mode', '0666', 'level', 'user'),
      ...attributeLines(attributes),
    ],
  };
}

/** The section `defaults`. */
export function defaultsSection(view: LoadbalancerView, skipped: SkippedParts): Section {
  const attributes = sharedAttributes(view, 'defaults', skipped);
  return {
    head: line('defaults'),
    lines: [
      line('log', 'global'),
      line('retries', '3'),
      line('option', 'redispatch'),
      line('timeout', 'connect', attributes.get('connect_timeout') ?? numeral(defaultConnectTimeout)),
      line('timeout', 'client', attributes.get('client_timeout') ?? numeral(defaultTimeout)),
      line('timeout', 'server', attributes.get('server_timeout') ?? numeral(defaultTimeout)),
    ],
  };
}

function defaultCiphers(): Word {
  return joined(
    'ECDH+AESGCM:DH+AESGCM:ECDH+AES256:DH+AES256:ECDH+AES128:DH+AES:ECDH+3DES:DH+3DES:',
    'RSA+AESGCM:RSA+AES:RSA+3DES:!aNULL:!MD5:!DSS',
  );
}
