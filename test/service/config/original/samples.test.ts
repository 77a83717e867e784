import { expect } from 'chai';
import { loadConfig, type LoadedConfig } from '../../../../service/config/index.js';
import { given, loadOriginal, sampleText, variablesOf, warnings } from './support.js';

const replacement = {
  'introspect.enabled': 'true',
  'introspect.host': '0.0.0.0',
  'leadership.mode': 'zookeeper',
  'log.format': 'contrail',
  'log.level': 'info',
};
const nodes = (first: number, port: number): string =>
  `[${[0, 1, 2].map((index) => `10.0.0.${first + index}:${port}`).join(',')}]`;
const urls = (scheme: string): string => `[${[1, 2, 3].map((index) => `${scheme}://10.0.0.${index}:8082`).join(',')}]`;
const analytics = (scheme: string): string =>
  `[${[1, 2, 3].map((index) => `${scheme}10.0.0.${index}:8081`).join(',')}]`;

describe('the samples of the original’s configuration', () => {
  describe('without Keystone and TLS', () => {
    const loaded = loadOriginal({
      'contrail-svc-monitor.conf': sampleText('plain/contrail-svc-monitor.conf'),
      vnc: sampleText('plain/vnc_api_lib.ini'),
    });

    it('should come to what takes the original’s place', () => {
      expect(given(loaded)).to.deep.equal({
        ...replacement,
        'config_api.urls': urls('http'),
        'auth.mode': 'none',
        'rabbitmq.hosts': nodes(1, 5673),
        'rabbitmq.vhost': '/',
        'rabbitmq.username': 'guest',
        'rabbitmq.password': '***',
        'rabbitmq.tls.enabled': 'false',
        'scheduler.analytics_servers': analytics(''),
        'zookeeper.hosts': nodes(1, 2181),
        'leadership.path': '/svc-monitor',
        'introspect.tls.enabled': 'false',
        'log.file': '/var/log/contrail/config-svc-monitor/contrail-svc-monitor.log',
      });
    });

    it('should have no warning', () => {
      expect(warnings(loaded)).to.deep.equal([]);
    });
  });

  describe('with Keystone, TLS and a cluster name', () => {
    const loaded = loadOriginal({
      'contrail-svc-monitor.conf': sampleText('keystone-tls/contrail-svc-monitor.conf'),
      'contrail-keystone-auth.conf': sampleText('keystone-tls/contrail-keystone-auth.conf'),
      vnc: sampleText('keystone-tls/vnc_api_lib.ini'),
    });

    it('should come to what takes the original’s place', () => {
      expect(given(loaded)).to.deep.equal({
        ...replacement,
        'config_api.urls': urls('https'),
        'config_api.tls.ca_file': '/etc/contrail/ssl/certs/ca-cert.pem',
        'auth.mode': 'keystone',
        'auth.url': 'https://keystone.example.org:5000/v3',
        'auth.api_version': 'v3',
        'auth.username': 'svc-monitor',
        'auth.password': '***',
        'auth.project_name': 'admin',
        'auth.user_domain': 'Default',
        'auth.project_domain': 'Default',
        'auth.tls.ca_file': '/etc/contrail/ssl/certs/keystone-ca.pem',
        'auth.tls.insecure': 'false',
        'rabbitmq.hosts': nodes(1, 5673),
        'rabbitmq.vhost': '/',
        'rabbitmq.username': 'opensdn',
        'rabbitmq.password': '***',
        'rabbitmq.tls.enabled': 'true',
        'rabbitmq.tls.ca_file': '/etc/contrail/ssl/certs/ca-cert.pem',
        'rabbitmq.tls.cert_file': '/etc/contrail/ssl/certs/server.pem',
        'rabbitmq.tls.key_file': '/etc/contrail/ssl/private/server-privkey.pem',
        'scheduler.analytics_servers': analytics('https://'),
        'zookeeper.hosts': nodes(1, 2181),
        'leadership.path': '/east/svc-monitor',
        'introspect.tls.enabled': 'true',
        'introspect.tls.cert_file': '/etc/contrail/ssl/certs/server.pem',
        'introspect.tls.key_file': '/etc/contrail/ssl/private/server-privkey.pem',
        'log.file': '/var/log/contrail/config-svc-monitor/contrail-svc-monitor.log',
      });
      expect(warnings(loaded)).to.deep.equal([]);
    });

    it('should keep the signs of comments in passwords, and make one percent sign of two', () => {
      const config = loaded.ok ? loaded.config : undefined;
      expect(config?.rabbitmq.password).to.equal('rabbit#pass;word');
      expect(config?.configApi.auth).to.include({ password: 'admin%pass#word' });
    });
  });

  describe('of the operator for Kubernetes', () => {
    const loaded = loadOriginal({
      servicemonitor: sampleText('tf-operator/servicemonitor.10.0.0.1'),
      keystone: sampleText('tf-operator/contrail-keystone-auth.conf.10.0.0.1'),
      vnc: sampleText('tf-operator/vnc_api_lib.ini.10.0.0.1'),
    });
    const bundle = '/etc/ssl/certs/kubernetes/ca-bundle.crt';
    const certificate = '/etc/certificates/server-10.0.0.1.crt';
    const key = '/etc/certificates/server-key-10.0.0.1.pem';

    it('should come to what takes the original’s place, though there is nonsense in what the original does not look at', () => {
      expect(given(loaded)).to.deep.equal({
        ...replacement,
        'config_api.urls': urls('https'),
        'config_api.tls.ca_file': bundle,
        'auth.mode': 'keystone',
        'auth.url': 'https://keystone.example.org:5000/v3',
        'auth.api_version': 'v3',
        'auth.username': 'admin',
        'auth.password': '***',
        'auth.project_name': 'admin',
        'auth.user_domain': 'Default',
        'auth.project_domain': 'Default',
        'auth.tls.ca_file': bundle,
        'auth.tls.cert_file': certificate,
        'auth.tls.key_file': key,
        'rabbitmq.hosts': nodes(1, 5673),
        'rabbitmq.vhost': 'opensdn',
        'rabbitmq.username': 'operator',
        'rabbitmq.password': '***',
        'rabbitmq.tls.enabled': 'true',
        'rabbitmq.tls.ca_file': bundle,
        'rabbitmq.tls.cert_file': certificate,
        'rabbitmq.tls.key_file': key,
        'scheduler.analytics_servers': analytics('https://'),
        'zookeeper.hosts': nodes(1, 2181),
        'leadership.path': '/svc-monitor',
        'introspect.port': '8088',
        'introspect.tls.enabled': 'true',
        'introspect.tls.cert_file': certificate,
        'introspect.tls.key_file': key,
        'log.file': '/var/log/contrail/contrail-svc-monitor.log',
      });
      expect(warnings(loaded)).to.deep.equal([]);
    });
  });

  describe('as environment of the containers', () => {
    const environment = variablesOf(sampleText('common_config.env'));
    const load = (more: Readonly<Record<string, string>> = {}, fileText?: string): LoadedConfig =>
      loadConfig({ environment: { ...environment, ...more }, ...(fileText === undefined ? {} : { fileText }) });

    it('should be enough to take the original’s place', () => {
      expect(given(load())).to.deep.equal({
        ...replacement,
        'config_api.urls': urls('http'),
        'auth.mode': 'keystone',
        'auth.url': 'http://keystone.example.org:5000/v3',
        'auth.api_version': 'v3',
        'auth.username': 'admin',
        'auth.password': '***',
        'auth.project_name': 'admin',
        'auth.user_domain': 'Default',
        'auth.project_domain': 'Default',
        'rabbitmq.hosts': nodes(4, 5673),
        'rabbitmq.vhost': '/',
        'rabbitmq.username': 'opensdn',
        'rabbitmq.password': '***',
        'rabbitmq.tls.enabled': 'false',
        'scheduler.analytics_servers': analytics(''),
        'zookeeper.hosts': nodes(4, 2181),
        'leadership.path': '/east/svc-monitor',
        'introspect.tls.enabled': 'false',
      });
    });

    it('should take values literally, and name the variables as their origin', () => {
      const loaded = load();
      expect(loaded.ok && loaded.config.rabbitmq.password).to.equal('rabbit%password');
      const origins = new Map(loaded.ok ? loaded.effective.map(({ key, origin }) => [key, origin]) : []);
      expect(origins.get('rabbitmq.hosts')).to.equal('RABBITMQ_NODES');
      expect(origins.get('leadership.path')).to.equal('SVC_MONITOR__DEFAULTS__cluster_id');
      expect(origins.get('log.format')).to.equal('default of the original');
    });

    it('should not count where a file says how OpenSDN is reached', () => {
      expect(given(load({}, 'workers: 3'))).to.deep.equal({ workers: '3' });
    });

    it('should not count where no nodes are named', () => {
      expect(given(load({ CONTROLLER_NODES: '', CONFIG_NODES: '' }))).to.deep.equal({});
    });

    it('should take the controller’s nodes for all that are not named', () => {
      const loaded = loadConfig({ environment: { CONTROLLER_NODES: '10.0.0.1, fd00::1' } });
      expect(given(loaded)).to.include({
        'config_api.urls': '[http://10.0.0.1:8082,http://[fd00::1]:8082]',
        'rabbitmq.hosts': '[10.0.0.1:5673,[fd00::1]:5673]',
        'zookeeper.hosts': '[10.0.0.1:2181,[fd00::1]:2181]',
        'auth.mode': 'none',
      });
    });

    it('should listen on the own address alone where it is told so', () => {
      const environmentOf = { CONFIG_NODES: '10.0.0.1,10.0.0.2', INTROSPECT_LISTEN_ALL: 'False' };
      const listensOn = (...localAddresses: readonly string[]): unknown =>
        given(loadConfig({ environment: environmentOf, localAddresses }))['introspect.host'];
      expect(listensOn('127.0.0.1', '10.0.0.2')).to.equal('10.0.0.2');
      expect(listensOn('127.0.0.1')).to.equal('127.0.0.1');
    });

    it('should write a log file only where a folder is named', () => {
      const file = (more: Readonly<Record<string, string>>): unknown => given(load(more))['log.file'];
      expect(file({})).to.equal(undefined);
      expect(file({ LOG_DIR: '/logs' })).to.equal('/logs/config-svc-monitor/contrail-svc-monitor.log');
      expect(file({ CONTAINER_LOG_DIR: '/own' })).to.equal('/own/contrail-svc-monitor.log');
    });
  });
});
