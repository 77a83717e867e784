import { expect } from 'chai';
import { haproxyConfig, type HaproxyConfig } from '../../../../../../lib/managers/loadbalancer/haproxy/config/index.js';
import type {
  ListenerView,
  LoadbalancerView,
  PoolView,
} from '../../../../../../lib/managers/loadbalancer/view/index.js';
import {
  ingressView,
  listenerView,
  loadbalancerView,
  memberView,
  monitorView,
  poolView,
} from '../../../../../support/loadbalancer-views.js';

const configOf = (view: LoadbalancerView, appsession = false): HaproxyConfig => haproxyConfig(view, { appsession });
const ofListeners = (...listeners: readonly ListenerView[]): HaproxyConfig => configOf(loadbalancerView({ listeners }));
const ofPool = (delta: Partial<PoolView>, listener: Partial<ListenerView> = {}): HaproxyConfig =>
  ofListeners(listenerView(1, { ...listener, pools: [poolView(1, delta)] }));
const reasonsOf = ({ skipped }: HaproxyConfig): readonly string[] =>
  skipped.map(({ kind, reason }) => `${kind}: ${reason}`);
const linesOf = ({ text }: HaproxyConfig): readonly string[] => text.split('\n').map((one) => one.trim());

describe('the haproxy text of a load balancer', () => {
  describe('when it has an address of IPv6', () => {
    it('should bind and serve by IPv6, and hold no separator of bindings', () => {
      const pools = [
        poolView(1, { members: [memberView(1, { address: 'fd00::' }), memberView(2, { address: '::' })] }),
      ];
      const config = configOf(loadbalancerView({ vipAddress: '::', listeners: [listenerView(1, { pools })] }));
      expect(config.text)
        .to.include('\tbind :::80 \n')
        .and.include(' fd00:::8080 weight 1\n')
        .and.include(' :::8080 weight 1\n');
      expect(config.text).not.to.include('::::');
    });
  });

  describe('when it does not say its address', () => {
    it('should bind the address of its port, or nothing if there is none', () => {
      const { vipAddress, ...view } = ingressView([listenerView(1)]);
      expect(vipAddress).to.equal('10.0.0.3');
      expect(reasonsOf(configOf(view))).to.deep.equal(['listener: the load balancer has no address yet']);
      const address = { uuid: 'a', fqName: ['a'], address: '10.0.0.9', family: 'v4' } as const;
      const vip = view.vip && { ...view.vip, addresses: [address] };
      expect(configOf({ ...view, ...(vip && { vip }) }).text).to.include('\tbind 10.0.0.9:80 \n');
    });
  });

  describe('when one listener cannot be served', () => {
    const good = listenerView(1, { pools: [poolView(1, { members: [memberView(1)] })] });
    const alone = ofListeners(good).text;
    const rows: readonly (readonly [string, Partial<ListenerView>])[] = [
      ['haproxy does not serve its protocol', { protocol: 'UDP' }],
      ['haproxy does not serve its protocol', { protocol: 'constructor' }],
      ['its port is not one from 1 to 65535', { port: 0 }],
      ['its port is not one from 1 to 65535', { port: 65_536 }],
      ['its port is not one from 1 to 65535', { port: 80.5 }],
      ['another listener has its port', { port: 80 }],
      ['its uuid is none', { uuid: 'a\nb' }],
      ['it has no certificate that could be named', { protocol: 'TERMINATED_HTTPS', tlsContainer: 'a b' }],
    ];
    for (const [reason, delta] of rows)
      it(`should go without it: ${reason}`, () => {
        const bad = listenerView(2, { port: 81, pools: [poolView(2)], ...delta });
        const config = ofListeners(good, bad);
        expect(config.text).to.equal(alone);
        expect(config.skipped.at(-1)).to.deep.include({ kind: 'listener', uuid: bad.uuid, reason });
      });

    it('should say nothing of one that is down for its user', () => {
      expect(ofListeners(good, listenerView(2, { isUp: false, protocol: 'UDP' }))).to.deep.equal({
        text: alone,
        skipped: [],
      });
    });

    it('should serve one without a pool, and end its line', () => {
      const { text } = ofListeners(listenerView(2, { port: 81 }), good);
      expect(text).to.include('\tbind 10.0.0.3:81 \n\tmode http\n\toption forwardfor\nfrontend ');
    });
  });

  describe('when one pool cannot be served', () => {
    const rows: readonly (readonly [string, Partial<PoolView>, Partial<ListenerView>])[] = [
      ['haproxy does not serve its protocol', { protocol: 'UDP' }, {}],
      ['its protocol does not go with its listener’s', { protocol: 'TCP' }, {}],
      ['its protocol does not go with its listener’s', { protocol: 'HTTPS' }, {}],
      ['its uuid is none', { uuid: 'a b' }, {}],
      ['host and path of its rule are not both what haproxy takes', { ingress: { type: 'acl' } }, {}],
      ['host and path of its rule are not both what haproxy takes', { ingress: { type: 'acl', host: '-f' } }, {}],
      ['host and path of its rule are not both what haproxy takes', { ingress: { type: 'acl', host: 'a b' } }, {}],
      [
        'host and path of its rule are not both what haproxy takes',
        { ingress: { type: 'acl', host: 'a', path: 'x' } },
        {},
      ],
      [
        'rules of host and path are for listeners of HTTP',
        { ingress: { type: 'acl', host: 'a' } },
        { protocol: 'TCP' },
      ],
    ];
    for (const [reason, delta, listener] of rows)
      it(`should go without it: ${reason}`, () => {
        const config = ofPool(delta, listener);
        expect(config.text).to.equal(ofListeners(listenerView(1, listener)).text);
        expect(reasonsOf(config)).to.deep.equal([`pool: ${reason}`]);
      });

    it('should lead to the oldest of two that take all', () => {
      const config = ofListeners(listenerView(1, { pools: [poolView(2), poolView(1)] }));
      expect(config.text)
        .to.include(`default_backend ${poolView(2).uuid}`)
        .and.not.include(poolView(1).uuid);
      expect(reasonsOf(config)).to.deep.equal(['pool: another pool takes what no rule is for']);
    });

    it('should write a pool of two listeners once', () => {
      const pools = [poolView(1)];
      const { text } = ofListeners(listenerView(1, { pools }), listenerView(2, { port: 81, pools }));
      expect(text.match(/^backend /gm)).to.have.length(1);
      expect(text.match(/default_backend/g)).to.have.length(2);
    });

    it('should let members take turns where the method is not known', () => {
      expect(linesOf(ofPool({ method: 'RANDOM' }))).to.include('balance roundrobin');
    });
  });

  describe('when one member cannot be served', () => {
    for (const delta of [
      { address: 'host.example' },
      { address: 'fe80::1%eth0' },
      { port: 0 },
      { weight: 257 },
      { weight: -1 },
      { weight: 1.5 },
      { uuid: 'a b' },
    ])
      it(`should go without it: ${JSON.stringify(delta)}`, () => {
        const config = ofPool({ members: [memberView(1, delta), memberView(2)] });
        expect(config.text).to.equal(ofPool({ members: [memberView(2)] }).text);
        expect(reasonsOf(config)).to.deep.equal([
          'member: address, port (1 to 65535) and weight (0 to 256) are not all known',
        ]);
      });

    it('should go without one that lacks a port or a weight', () => {
      const { port, ...portless } = memberView(1);
      const { weight, ...weightless } = memberView(2);
      expect([port, weight]).to.deep.equal([8080, 1]);
      expect(ofPool({ members: [portless, weightless] }).text).to.equal(ofPool({}).text);
    });
  });

  describe('when members are looked after', () => {
    it('should expect codes in their order, ranges spelt out, and what is none left out', () => {
      const monitors = [monitorView({ expectedCodes: '404, 200-202 301,99,x,500-400,600' })];
      expect(linesOf(ofPool({ monitors }))).to.include('http-check expect rstatus 200|201|202|301|404');
    });

    it('should ask as Neutron would where the monitor does not say', () => {
      const { httpMethod, urlPath, expectedCodes, ...sparse } = monitorView();
      expect([httpMethod, urlPath, expectedCodes]).to.deep.equal(['GET', '/health', '200']);
      expect(linesOf(ofPool({ monitors: [sparse] }))).to.include.members([
        'option httpchk GET /',
        'http-check expect rstatus 200',
      ]);
    });

    it('should go by the first monitor that is up', () => {
      const monitors = [monitorView({ isUp: false }), monitorView({ delay: 7 }), monitorView({ delay: 9 })];
      const config = ofPool({ monitors, members: [memberView(1)] });
      expect(config.text).to.include('check inter 7s fall 1\n').and.not.include('9s');
      expect(reasonsOf(config)).to.deep.equal(['monitor: a pool is looked after by its first monitor only']);
    });

    for (const delta of [
      { delay: 0 },
      { delay: 2_147_484 },
      { maxRetries: 0 },
      { timeout: -1 },
      { urlPath: 'x' },
      { urlPath: '/a b' },
      { httpMethod: 'get' },
      { expectedCodes: 'x' },
    ])
      it(`should go without a monitor that haproxy would refuse: ${JSON.stringify(delta)}`, () => {
        const config = ofPool({ monitors: [monitorView(delta)], members: [memberView(1)] });
        expect(config.text).to.equal(ofPool({ members: [memberView(1)] }).text);
        expect(config.skipped).to.have.length(1);
      });
  });

  describe('when a session belongs to a cookie of the application', () => {
    it('should be learned from the answer, and by the word of the original only where that is wished', () => {
      const view = loadbalancerView({
        listeners: [listenerView(1, { pools: [poolView(1, { persistence: 'APP_COOKIE', cookieName: 'SID' })] })],
      });
      expect(linesOf(configOf(view))).to.include.members([
        'stick-table type string len 56 size 10k expire 3h',
        'stick on req.cook(SID)',
        'stick store-response res.cook(SID)',
      ]);
      expect(linesOf(configOf(view, true))).to.include('appsession SID len 56 timeout 3h');
    });

    it('should be left out where the cookie has no name that haproxy takes, or no HTTP is spoken', () => {
      expect(reasonsOf(ofPool({ persistence: 'APP_COOKIE', cookieName: 'a),b(' }))).to.deep.equal([
        'persistence: the name of the cookie is none that haproxy takes',
      ]);
      expect(reasonsOf(ofPool({ protocol: 'TCP', persistence: 'HTTP_COOKIE' }, { protocol: 'TCP' }))).to.deep.equal([
        'persistence: cookies are for pools of HTTP',
      ]);
    });
  });

  describe('when listeners of an ingress have one port', () => {
    it('should have one frontend with the certificates and pools of all, in the order of their rules', () => {
      const tls = (number: number, delta: Partial<ListenerView>, ingress: PoolView['ingress']): ListenerView =>
        listenerView(number, {
          protocol: 'TERMINATED_HTTPS',
          port: 443,
          pools: [poolView(number, { ingress })],
          ...delta,
        });
      const { text, skipped } = configOf(
        ingressView([
          tls(1, { tlsContainer: 'ns__a' }, { type: 'default' }),
          tls(2, { sniContainers: ['ns__b', 'ns__a'] }, { type: 'acl', host: 'a.example' }),
          tls(3, { tlsContainer: 'ns__c' }, { type: 'acl', host: 'a.example', path: '/x' }),
        ]),
      );
      expect(skipped).to.deep.equal([]);
      expect(text).to.include('\tbind 10.0.0.3:443 ssl crt__ns__a crt__ns__b crt__ns__c no-sslv3\n');
      const used = [...text.matchAll(/(?:use|default)_backend (\S+)/g)].map(([, uuid]) => uuid);
      expect(used).to.deep.equal([3, 2, 1].map((number) => poolView(number).uuid));
    });

    it('should go without a listener of another protocol', () => {
      const config = configOf(ingressView([listenerView(1), listenerView(2, { protocol: 'TCP' })]));
      expect(reasonsOf(config)).to.deep.equal(['listener: another listener has its port']);
    });

    it('should name no more certificates than a line has room for', () => {
      const sniContainers = Array.from({ length: 40 }, (_, index) => `ns__${index + 10}`);
      const config = ofListeners(listenerView(1, { protocol: 'TERMINATED_HTTPS', sniContainers }));
      expect(config.text.match(/crt__/g)).to.have.length(28);
      expect(reasonsOf(config)).to.deep.equal(['certificate: a port has 28 certificates at most']);
    });
  });

  describe('when containers have names that the agent’s script cannot tell apart', () => {
    const tls = (number: number, ...sniContainers: readonly string[]): ListenerView =>
      listenerView(number, { protocol: 'TERMINATED_HTTPS', port: 440 + number, sniContainers });
    const within =
      'the name of a container begins with the whole name of another, and the agent would take it for that';

    it('should leave out one that begins with the whole of another before it, of whatever listener', () => {
      const config = ofListeners(tls(1, 'ns__a', 'ns__ab'), tls(2, 'ns__ac', 'ns__b'));
      expect(config.text.match(/crt__\S+/g)).to.deep.equal(['crt__ns__a', 'crt__ns__b']);
      expect(reasonsOf(config)).to.deep.equal([`certificate: ${within}`, `certificate: ${within}`]);
      expect(config.skipped.map(({ uuid }) => uuid)).to.deep.equal([1, 2].map((number) => listenerView(number).uuid));
    });

    it('should name all where the longer one comes first, and one of several listeners in each', () => {
      const config = ofListeners(tls(1, 'ns__ab', 'ns__a'), tls(2, 'ns__a'));
      expect(config.text.match(/crt__\S+/g)).to.deep.equal(['crt__ns__ab', 'crt__ns__a', 'crt__ns__a']);
      expect(reasonsOf(config)).to.deep.equal([]);
    });

    it('should leave out what Kubernetes has no secret for', () => {
      const config = configOf(ingressView([tls(1, 'secret', 'ns__a__b', 'ns__a')]));
      expect(config.text.match(/crt__\S+/g)).to.deep.equal(['crt__ns__a']);
      expect(reasonsOf(config)).to.deep.equal(['certificate: the name of a container is not a namespace and a secret']);
    });
  });

  describe('when it is of LBaaS v1', () => {
    it('should be empty while its pool is down, and serve its first virtual-ip only', () => {
      const ofVersion1 = (...listeners: readonly ListenerView[]): HaproxyConfig =>
        configOf(loadbalancerView({ version: 'v1', listeners }));
      const pools = [poolView(1)];
      expect(ofVersion1(listenerView(1, { pools: [poolView(1, { isUp: false })] })).text).not.to.include('frontend');
      const config = ofVersion1(listenerView(1, { pools }), listenerView(2, { pools, port: 81 }));
      expect(config.text).to.equal(ofVersion1(listenerView(1, { pools })).text);
      expect(reasonsOf(config)).to.deep.equal(['listener: the pool is served for its first virtual-ip only']);
    });
  });

  describe('when there is more than the config API takes', () => {
    it('should hold what there is room for, and say what it leaves out', () => {
      const members = Array.from({ length: 1_000 }, (_, index) => memberView(index, { address: '10.0.1.1' }));
      const listeners = Array.from({ length: 20 }, (_, index) =>
        listenerView(index, { port: 80 + index, pools: [poolView(index, { members })] }),
      );
      const config = ofListeners(...listeners);
      expect(config.text.match(/\tserver /g)).to.have.length(4_096);
      expect(config.text.match(/^frontend /gm)).to.have.length(20);
      expect(
        config.skipped.filter(({ reason }) => reason === 'the text has no room for all of its members'),
      ).to.have.length(16);
      expect(JSON.stringify(config.text).length).to.be.lessThan(1_000_000);
    });

    it('should tell of 64 parts that it leaves out, and that there are more', () => {
      const members = Array.from({ length: 100 }, (_, index) => memberView(index, { weight: -1 }));
      const { skipped } = ofPool({ members });
      expect(skipped).to.have.length(65);
      const { uuid } = loadbalancerView();
      expect(skipped.at(-1)).to.deep.equal({ kind: 'loadbalancer', uuid, reason: 'more is left out than is told' });
      expect(ofPool({ members: members.slice(0, 64) }).skipped).to.have.length(64);
    });

    it('should hold no more listeners than there is room for', () => {
      const sniContainers = Array.from({ length: 28 }, (_, index) => `${index}-${'x'.repeat(500)}`);
      const listeners = Array.from({ length: 100 }, (_, index) =>
        listenerView(index, { protocol: 'TERMINATED_HTTPS', port: 80 + index, sniContainers }),
      );
      const config = ofListeners(...listeners);
      expect(JSON.stringify(config.text).length).to.be.within(800_000, 1_000_000);
      expect(new Set(reasonsOf(config))).to.deep.equal(new Set(['listener: the text has no room for it']));
    });
  });
});
