import { expect } from 'chai';
import fc from 'fast-check';
import { formatProblem, loadConfig, vncApiFile } from '../../../../service/config/index.js';
import { given, loadOriginal, problems, sampleText, warnings } from './support.js';

describe('the original’s files', () => {
  describe('when several ways give a key', () => {
    const main = '[DEFAULTS]\nrabbit_port = 1\nrabbit_vhost = conf\n';
    const sources = {
      fileText: 'rabbitmq: { port: 3 }',
      environment: { SVC_MONITOR__DEFAULTS__rabbit_port: '2', SVC_MONITOR__DEFAULTS__rabbit_user: 'appended' },
    };

    it('should prefer the last of: files, their variables, YAML, our variables, --set', () => {
      const port = (more: Parameters<typeof loadOriginal>[1]): unknown =>
        given(loadOriginal({ 'a.conf': main }, more))['rabbitmq.port'];
      const { environment, fileText } = sources;
      expect(port({})).to.equal('1');
      expect(port({ environment })).to.equal('2');
      expect(port({ environment, fileText })).to.equal('3');
      const ours = { ...environment, SVC_MONITOR_RABBITMQ_PORT: '4' };
      expect(port({ environment: ours, fileText })).to.equal('4');
      expect(port({ environment: ours, fileText, assignments: ['rabbitmq.port=5'] })).to.equal('5');
    });

    it('should take from each what the later ones do not say, with its origin', () => {
      const loaded = loadOriginal({ 'a.conf': main, 'b.conf': '[DEFAULTS]\nrabbit_vhost = last\n' }, sources);
      const origins = new Map(loaded.ok ? loaded.effective.map(({ key, origin }) => [key, origin]) : []);
      expect(given(loaded)).to.include({ 'rabbitmq.vhost': 'last', 'rabbitmq.username': 'appended' });
      expect(origins.get('rabbitmq.vhost')).to.equal('/b.conf [DEFAULTS] rabbit_vhost');
      expect(origins.get('rabbitmq.username')).to.equal('SVC_MONITOR__DEFAULTS__rabbit_user');
      expect(origins.get('rabbitmq.port')).to.equal('file');
    });

    it('should let a file for a secret take the place of a secret that was given before, and the other way round', () => {
      const conf = '[DEFAULTS]\nrabbit_password = first';
      const withFile = loadOriginal({ 'a.conf': conf }, { fileText: 'rabbitmq: { password_file: /pw }' });
      expect(withFile.ok && withFile.config.rabbitmq.password).not.to.equal('first');
      const back = loadOriginal(
        { 'a.conf': conf },
        { fileText: 'rabbitmq: { password_file: /pw }', environment: { SVC_MONITOR_RABBITMQ_PASSWORD: 'last' } },
      );
      expect(back.ok && back.config.rabbitmq.password).to.equal('last');
    });

    it('should drop what is translated and has no effect with what comes after, and list it', () => {
      const loaded = loadOriginal(
        {
          'a.conf': sampleText('keystone-tls/contrail-svc-monitor.conf'),
          vnc: '[global]\nuse_ssl=True\ncafile=/ca.pem\n[auth]\nAUTHN_TYPE=noauth\n',
        },
        {
          fileText:
            'config_api: { urls: ["http://a:1"] }\nrabbitmq: { tls: { enabled: false } }\n' +
            'introspect: { enabled: false, tls: { enabled: false } }\nleadership: { mode: none }',
        },
      );
      expect(given(loaded)).not.to.have.any.keys(
        'rabbitmq.tls.ca_file',
        'config_api.tls.ca_file',
        'introspect.tls.cert_file',
      );
      const dropped = loaded.ok ? loaded.unused.map(({ option }) => option) : [];
      expect(dropped).to.include.members(['rabbitmq.tls.ca_file', 'config_api.tls.ca_file', 'introspect.tls.key_file']);
    });
  });

  describe('when only a variable is given', () => {
    it('should take it, and nothing else of the original', () => {
      const environment = { SVC_MONITOR__DEFAULTS__log_level: 'SYS_DEBUG' };
      expect(given(loadConfig({ environment }))).to.deep.equal({ 'log.level': 'debug' });
    });

    it('should read DASH as a dash, the last __ as the border, and an empty value as none', () => {
      const environment = {
        SVC_MONITOR__A__B__c: 'x',
        SVC_MONITOR__ADASHB__d: 'y',
        SVC_MONITOR__DEFAULTS__rabbit_port: '',
      };
      expect(warnings(loadConfig({ environment }))).to.deep.equal([
        '[A-B] (SVC_MONITOR__ADASHB__d): the original has no such section',
        '[A__B] (SVC_MONITOR__A__B__c): the original has no such section',
      ]);
    });

    it('should warn of one that names no option', () => {
      expect(warnings(loadConfig({ environment: { SVC_MONITOR__rabbit_port: '1' } }))).to.deep.equal([
        'SVC_MONITOR__rabbit_port: has no effect: it is not SVC_MONITOR__<SECTION>__<option>',
      ]);
    });
  });

  describe('when files are missing or broken', () => {
    it('should pass over what is not there, with a warning', () => {
      const loaded = loadConfig({
        confFiles: ['/missing'],
        readFile: () => {
          throw Object.assign(new Error('no'), { code: 'ENOENT' });
        },
      });
      expect(given(loaded)).to.deep.equal({});
      expect(loaded.warnings.map(formatProblem)).to.deep.equal([
        '/missing: there is no such file: it is passed over',
        `${vncApiFile}: there is no such file: how to log in comes from [KEYSTONE] alone`,
      ]);
    });

    it('should refuse what is there and cannot be read', () => {
      const readFile = (): string => {
        throw Object.assign(new Error('no'), { code: 'EACCES' });
      };
      const found = problems(loadConfig({ confFiles: ['/a.conf'], readFile }));
      expect(found[0]).to.equal('/a.conf: the file cannot be read: this user has no permission for it (EACCES)');
    });

    it('should read vnc_api_lib.ini from its usual place unless it is named', () => {
      const usual = { vnc: '[auth]\nAUTHN_TYPE=noauth' };
      expect(given(loadOriginal({ 'a.conf': '[SANDESH]', ...usual }))).to.deep.equal({ 'auth.mode': 'none' });
      const named = loadOriginal({ 'x.ini': '[global]\nWEB_SERVER=a', ...usual });
      expect(given(named)).to.deep.equal({ 'config_api.urls': '[http://a:8082]' });
    });

    it('should not look for it without a file of the original', () => {
      const readFile = (): string => {
        throw new Error('was read');
      };
      expect(loadConfig({ readFile }).ok).to.equal(true);
    });
  });

  describe('when options are wrong, unknown or not needed', () => {
    const conf = `[DEFAULTS]
rabbit_port = 99999
rabit_user = hunter2
rabbit_password = a%b
log_level = LOUD
api_server_ip = http://a
http_server_port = x
collectors = 10.0.0.1:8086
trace_file =
[SANDESHH]
x = 1
[KEYSTONE]
auth_protocol = ftp
`;
    const loaded = loadOriginal({ 'a.conf': conf });

    it('should report all wrong values at once, each with file, section, option, value and what is allowed', () => {
      expect(problems(loaded)).to.deep.equal([
        '[DEFAULTS] rabbit_password (/a.conf): has a % that is neither %% nor %(name)s; a single % is written %%',
        '[DEFAULTS] rabbit_port = "99999" (/a.conf): has to be a whole number from 1 to 65535',
        '[DEFAULTS] log_level = "LOUD" (/a.conf): has to be SYS_EMERG, SYS_ALERT, SYS_CRIT, SYS_ERR, SYS_WARN, SYS_NOTICE, SYS_INFO, SYS_DEBUG',
        '[DEFAULTS] api_server_ip = "http://a" (/a.conf): has to be hosts without ports, with commas or spaces between them',
        '[DEFAULTS] http_server_port = "x" (/a.conf): has to be a whole number from 0 to 65535',
        '[KEYSTONE] auth_protocol = "ftp" (/a.conf): has to be http, https',
      ]);
    });

    it('should warn of what the original does not have, without the value', () => {
      expect(warnings(loaded)).to.deep.equal([
        '[DEFAULTS] rabit_user (/a.conf): the original has no such option; did you mean rabbit_user?',
        '[SANDESHH] (/a.conf): the original has no such section; did you mean SANDESH?',
      ]);
    });

    it('should warn of options below [DEFAULT] that no section takes', () => {
      expect(warnings(loadOriginal({ 'a.conf': '[DEFAULT]\nrabbit_port = 1' }))).to.deep.equal([
        '[DEFAULT] rabbit_port (/a.conf): has no effect: no section of these files has such an option; the section of the original is [DEFAULTS]',
      ]);
    });

    it('should list what is not needed with the reason', () => {
      const right = loadOriginal({
        'a.conf': '[DEFAULTS]\ncollectors = a:1\ntrace_file =\n',
        vnc: '[global]\nWEB_SERVER = b\n',
      });
      expect(right.ok ? right.unused : []).to.deep.equal([
        { option: '[DEFAULTS] collectors', origin: '/a.conf', reason: 'nothing is sent to a collector' },
      ]);
    });

    it('should list what another option has made useless', () => {
      const right = loadOriginal({ 'a.conf': '[DEFAULTS]\napi_server_ip = a\n', vnc: '[global]\nWEB_SERVER = b\n' });
      expect(right.ok ? right.unused : []).to.deep.equal([
        {
          option: '[global] WEB_SERVER',
          origin: vncApiFile,
          reason: 'has no effect with the other options (where there is no `[DEFAULTS] api_server_ip`)',
        },
      ]);
    });

    it('should tell the first of very many, and how many more there are', () => {
      const many = (line: (index: number) => string): string =>
        Array.from({ length: 50_000 }, (_, index) => line(index)).join('\n');
      const options = many((index) => `o${index} =`);
      const counts = (text: string): readonly number[] => {
        const found = loadOriginal({ 'a.conf': text });
        return [problems(found).length, warnings(found).length];
      };
      expect(counts(`[DEFAULTS]\n${options}`)).to.deep.equal([0, 21]);
      expect(counts(`[DEFAULT]\n${options}\n${many((index) => `[s${index}]`)}`)).to.deep.equal([0, 42]);
      expect(counts(`[DEFAULTS]\n${many(() => 'hunter2')}`)).to.deep.equal([4, 0]);
    });

    it('should show no secret, whatever is wrong', () => {
      const secrets = loadOriginal({
        'a.conf':
          '[DEFAULTS]\nrabbit_password = hunter2\n  hunter2\nrabbit_server = u:hunter2@a b!\nhunter2\n[KEYSTONE]\nadmin_password=%hunter2',
      });
      expect(JSON.stringify(secrets)).not.to.contain('hunter2');
      expect(problems(secrets)).to.have.length(4);
    });
  });

  it('should load any text or name problems, and never throw', () => {
    const words = fc.constantFrom(
      '[DEFAULTS]',
      '\n',
      '=',
      ' ',
      'rabbit_server',
      'zk_server_ip',
      ',',
      '%',
      '[global]',
      'a:1',
      '@',
    );
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: words }), fc.string({ unit: 'binary' })), (text) => {
        const loaded = loadOriginal({ 'a.conf': text });
        return loaded.ok || loaded.problems.length > 0;
      }),
    );
  });
});
