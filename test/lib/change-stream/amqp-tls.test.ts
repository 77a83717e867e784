import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { AmqpSource, SvcMonitorError, type AmqpTlsOptions } from '../../../lib/index.js';
import { AmqpStage } from '../../support/amqp-stage.js';
import { CertificateAuthority, type Certificate } from '../../support/certificate-authority.js';
import { anyNotification } from '../../support/change-messages.js';
import { eventually } from '../../support/eventually.js';
import { KeptLog } from '../../support/kept.js';
import { OwnBroker } from '../../support/own-broker.js';
import { projectFolder } from '../../support/project-folder.js';
import { rabbitmqUrl } from '../../support/rabbitmq.js';
import { RecordingSink } from '../../support/recording-sink.js';

const freePorts = fileURLToPath(new URL('.ci/free-ports', projectFolder()));
const { signal } = new AbortController();

describe('AmqpSource with TLS', () => {
  describe('when certificates or key are none', () => {
    for (const tls of [{ ca: '-----BEGIN CERTIFICATE-----\nnone' }, { cert: 'none', key: 'hunter22' }]) {
      it(`should refuse to be made, without repeating them: ${Object.keys(tls).join(', ')}`, () => {
        const make = (): unknown => new AmqpSource({ brokers: ['localhost'], tls });

        expect(make).to.throw(SvcMonitorError).with.property('code', 'invalid-configuration');
        try {
          make();
        } catch (error) {
          const { problems } = (error as SvcMonitorError).details;
          expect(problems).to.have.length(1);
          expect(JSON.stringify(problems)).to.contain('tls: certificates or key cannot be used');
          expect(JSON.stringify([problems, String(error)])).not.to.contain('hunter22');
        }
      });
    }
  });

  describe('with a broker that asks for client certificates', () => {
    let authority: CertificateAuthority;
    let stranger: CertificateAuthority;
    let client: Certificate;
    let folder: string;
    let port: string;
    let broker: OwnBroker;
    let stage: AmqpStage;
    let sink: RecordingSink;
    let log: KeptLog;
    let source: AmqpSource;

    const stops: (() => Promise<unknown>)[] = [];

    const writeCertificate = async (certificate: Certificate): Promise<void> => {
      await writeFile(join(folder, 'server.pem'), certificate.cert);
      await writeFile(join(folder, 'server.key'), certificate.key);
    };

    /** Gives the broker another certificate; it counts from the next connection. */
    const present = async (certificate: Certificate): Promise<void> => {
      await writeCertificate(certificate);
      await broker.ctl('eval', 'ssl:clear_pem_cache().');
    };

    before(async function () {
      rabbitmqUrl(this);
      authority = await CertificateAuthority.create();
      stops.push(() => authority.remove());
      stranger = await CertificateAuthority.create();
      stops.push(() => stranger.remove());
      client = await authority.issue('DNS:client');
      folder = await mkdtemp(join(tmpdir(), 'svc-monitor-tls-'));
      stops.push(() => rm(folder, { recursive: true, force: true }));
      await writeCertificate(await authority.issue('IP:127.0.0.1'));
      port = (await promisify(execFile)(freePorts, ['1'])).stdout.trim();
      await writeFile(join(folder, 'ca.pem'), authority.cert);
      broker = await OwnBroker.start([
        `listeners.ssl.1 = 127.0.0.1:${port}`,
        `ssl_options.cacertfile = ${join(folder, 'ca.pem')}`,
        `ssl_options.certfile = ${join(folder, 'server.pem')}`,
        `ssl_options.keyfile = ${join(folder, 'server.key')}`,
        'ssl_options.verify = verify_peer',
        'ssl_options.fail_if_no_peer_cert = true',
      ]);
      stops.push(() => broker.stop());
    });

    after(async function () {
      for (const stop of stops.reverse()) await stop();
    });

    beforeEach(async () => {
      await present(await authority.issue('IP:127.0.0.1,DNS:localhost'));
      const url = new URL(broker.url);
      stage = await new AmqpStage(url.href, Number(port)).start();
      sink = new RecordingSink();
      log = new KeptLog();
    });

    afterEach(async () => {
      await source.stop();
      await stage.close();
    });

    const follow = (tls: AmqpTlsOptions): Promise<void> => {
      const { port: proxyPort } = new URL(stage.proxyUrl());
      source = stage.source({ brokers: [`127.0.0.1:${proxyPort}`], tls, logger: log, password: 'guest' });
      return source.start(sink, signal);
    };

    /** Why it does not get a connection; all that it says of it must be free of secrets. */
    const refused = async (tls: AmqpTlsOptions): Promise<string> => {
      const started = follow(tls).catch(() => undefined);
      await sink.seen('disconnected');
      await source.stop();
      await started;
      const told = JSON.stringify([source.status(), log.lines, sink.losses, sink.losses.map(String)]);
      expect(told).not.to.contain('PRIVATE KEY');
      expect(log.of('the change stream is not connected, going on trying')).to.have.length.greaterThan(0);
      expect(sink.count('connected')).to.equal(0);
      return sink.losses[0]?.message ?? '';
    };

    it('should connect and follow the stream', async () => {
      await follow({ ca: authority.cert, ...client });
      stage.publisher.publish(anyNotification({ 'request-id': 'req-tls' }));
      await sink.took('req-tls');
    });

    it('should say that nobody trusted has signed the certificate of the broker', async () => {
      expect(await refused({ ca: stranger.cert, ...client })).to.match(/signed by nobody who is trusted.*check the CA/);
    });

    it('should say that the certificate of the broker is for another name', async () => {
      await present(await authority.issue('DNS:other.example'));

      expect(await refused({ ca: authority.cert, ...client })).to.match(
        /certificate of the broker is for another name/,
      );
    });

    it('should take a certificate for the name that it was told to expect', async () => {
      await present(await authority.issue('DNS:other.example'));
      await follow({ ca: authority.cert, ...client, servername: 'other.example' });

      expect(sink.events).to.deep.equal(['connected']);
    });

    it('should say that the certificate of the broker has expired', async () => {
      await present(await authority.issue('IP:127.0.0.1', -1));

      expect(await refused({ ca: authority.cert, ...client })).to.match(/certificate of the broker has expired/);
    });

    it('should say that a client certificate is asked for', async () => {
      expect(await refused({ ca: authority.cert })).to.match(/broker asks for a client certificate/);
    });

    it('should say that its own certificate is not accepted', async () => {
      const foreign = await stranger.issue('DNS:client');

      expect(await refused({ ca: authority.cert, ...foreign })).to.match(/does not accept the client certificate/);
    });

    it('should say that its own certificate is not accepted once it has expired', async () => {
      const expired = await authority.issue('DNS:client', -1);

      expect(await refused({ ca: authority.cert, ...expired })).to.match(/does not accept the client certificate/);
    });

    it('should say that a port does not speak TLS', async () => {
      const { host } = new URL(broker.url);
      source = stage.source({ brokers: [host], tls: { ca: authority.cert, ...client } });
      const started = source.start(sink, signal).catch(() => undefined);
      await sink.seen('disconnected');
      await source.stop();
      await started;

      expect(sink.losses[0]?.message).to.match(/does not speak TLS on this port/);
    });

    it('should connect to whatever answers where it was told not to check', async () => {
      await present(await stranger.issue('DNS:other.example', -1));
      await follow({ rejectUnauthorized: false, ...client });

      expect(sink.events).to.deep.equal(['connected']);
    });

    it('should check the certificate of the broker anew at each connect', async () => {
      await follow({ ca: authority.cert, ...client });
      await present(await authority.issue('IP:127.0.0.1'));
      await stage.cut();
      await stage.proxy.refuse(false);
      await sink.seen('connected', 2);
      await present(await stranger.issue('IP:127.0.0.1'));
      await stage.cut();
      await stage.proxy.refuse(false);
      await eventually('it is refused', () => source.status().lastError?.includes('nobody who is trusted') === true);
      await present(await authority.issue('IP:127.0.0.1'));
      await sink.seen('connected', 3);
    });
  });
});
