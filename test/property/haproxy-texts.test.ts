import { expect } from 'chai';
import fc from 'fast-check';
import { haproxyConfigOf } from '../../fixtures/index.js';
import { haproxyConfig } from '../../lib/managers/loadbalancer/haproxy/config/index.js';
import { orchestratorOf } from '../../lib/managers/loadbalancer/haproxy/names.js';
import { findHaproxy, type Haproxy } from '../support/haproxy.js';
import { listenerView, memberView, monitorView, poolView } from '../support/loadbalancer-views.js';
import { storiesToTell } from '../support/scope.js';
import { hostileViews } from './haproxy/views.js';

// A failure prints its seed and path; PROPERTY_SEED plays others, and PROPERTY_RUNS makes it more or fewer.
const runs = storiesToTell({ quick: 50, whole: 300 });
const seed = Number(process.env['PROPERTY_SEED'] ?? '20261128');
const options = { appsession: false };

describe('haproxy texts of load balancers as hostile tenants make them', () => {
  describe('when haproxy judges them', () => {
    let haproxy: Haproxy | undefined;

    before(async function () {
      haproxy = await findHaproxy(this);
    });

    after(() => haproxy?.stop());

    it('should be accepted, each of them', async function () {
      // As many as are wanted; none of them waits for ever.
      this.timeout(0);
      const judge = haproxy;
      if (judge === undefined) throw new Error('no haproxy');
      await fc.assert(
        fc.asyncProperty(fc.tuple(hostileViews, hostileViews), async (views) => {
          const verdicts = await judge.checkConfigs(views.map((view) => haproxyConfig(view, options).text));
          for (const { isAccepted, says } of verdicts) expect(isAccepted, says.join('\n')).to.equal(true);
        }),
        { numRuns: Math.ceil(runs / 2), seed },
      );
    });
  });

  describe('when the agent and its script read them', () => {
    it('should hold no separator of bindings, and nothing but printable ASCII, tabs and line ends', () => {
      fc.assert(
        fc.property(hostileViews, fc.boolean(), (view, appsession) => {
          const { text } = haproxyConfig(view, { appsession });
          expect(text).to.match(/^[\t\n\x20-\x7e]*\n$/);
          expect(text).not.to.include('::::');
        }),
        { numRuns: runs * 10, seed },
      );
    });
  });

  describe('when the agent hands them to its script', () => {
    it('should be handed to haproxy whole, with all certificates in their places', () => {
      fc.assert(
        fc.property(hostileViews, (view) => {
          const { text } = haproxyConfig(view, options);
          const orchestrator = orchestratorOf(view.vip?.owner ?? '');
          const bindings = {
            lb_version: view.version,
            lb_uuid: view.uuid,
            haproxy_config: text,
            ...(orchestrator === undefined ? {} : { orchestrator }),
          };
          const pairs = Object.entries(bindings).map(([key, value]) => ({ key, value }));
          const { refusals, config } = haproxyConfigOf({ service_instance_bindings: { key_value_pair: pairs } });
          expect(refusals).to.deep.equal([]);
          const files = config?.match(/ crt \/\S+\.pem(?= )/g) ?? [];
          expect(files).to.have.length(text.match(/crt__|haproxy_ssl_cert_path/g)?.length ?? 0);
        }),
        { numRuns: runs * 10, seed },
      );
    });
  });

  describe('when a good listener stands among them', () => {
    it('should serve it as if it were alone', () => {
      const pools = [poolView(1, { members: [memberView(1)], monitors: [monitorView()], persistence: 'HTTP_COOKIE' })];
      const good = listenerView(1, { port: 1, pools });
      fc.assert(
        fc.property(hostileViews, (view) => {
          const alone = sectionsOf(haproxyConfig({ ...view, listeners: [good] }, options).text);
          const among = sectionsOf(haproxyConfig({ ...view, listeners: [good, ...view.listeners] }, options).text);
          expect(among).to.include.members([...alone]);
        }),
        { numRuns: runs, seed },
      );
    });
  });

  describe('when they are made again', () => {
    it('should be the same', () => {
      fc.assert(
        fc.property(hostileViews, (view) => {
          expect(haproxyConfig(structuredClone(view), options)).to.deep.equal(haproxyConfig(view, options));
        }),
        { numRuns: runs, seed },
      );
    });
  });
});

/** The frontends and backends, without what is between them. */
function sectionsOf(text: string): readonly string[] {
  const [, ...sections] = text.split(/^(?=frontend |backend )/m);
  return sections.map((section) => section.trim());
}
