import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import type { Finding } from '../../../src/finding.js';
import { InputError } from '../../../src/input-error.js';
import { mergeManifests } from '../../../src/routing/manifest-set.js';
import { parseManifests } from '../../../src/routing/parse-manifests.js';
import type { Via } from '../../../src/routing/request.js';
import { resolveRoute } from '../../../src/routing/resolve.js';
import { type KubernetesObject, manifestsOf } from '../objects.js';
import { request } from '../request.js';

const HOST = 's.shop.svc.cluster.local';
const LABEL = { 'security.istio.io/tlsMode': 'istio' };
const AGENT = { 'inject.istio.io/templates': 'grpc-agent' };

type Spec = Record<string, unknown>;

function object(kind: string, name: string, spec: Spec, more: Spec = {}): KubernetesObject {
  const apiVersion = {
    PeerAuthentication: 'security.istio.io/v1',
    Service: 'v1',
    Namespace: 'v1',
    Deployment: 'apps/v1',
  }[kind];
  return {
    apiVersion: apiVersion ?? 'networking.istio.io/v1',
    kind,
    metadata: { name, namespace: 'shop', ...more },
    ...(kind === 'Namespace' ? {} : { spec }),
  };
}

/** Of the mesh where it stands in the root namespace. */
function peers(mode: string | null, spec: Spec = {}, more: Spec = {}): KubernetesObject {
  const mtls = mode === null ? {} : { mtls: { mode } };
  return object('PeerAuthentication', 'peers', { ...mtls, ...spec }, more);
}

function rule(trafficPolicy: Spec, subset: Spec = {}): KubernetesObject {
  return object('DestinationRule', 'rule', {
    host: HOST,
    trafficPolicy,
    subsets: [{ name: 'v1', labels: { version: 'v1' }, ...subset }],
  });
}

const tls = (mode: string, more: Spec = {}): Spec => ({ tls: { mode, ...more } });

/** A Deployment behind the service; `null` of its pods: the Namespace alone says what they are given. */
function pods(
  annotations: Spec,
  labels: Spec = {},
  spec: Spec = {},
  name = 'pods',
): KubernetesObject {
  return object('Deployment', name, {
    selector: { matchLabels: { app: 's' } },
    template: {
      metadata: { labels: { app: 's', version: 'v1', ...labels }, annotations },
      spec: {
        containers: [{ name: 'app', ports: [{ name: 'main', containerPort: 9090 }] }],
        ...spec,
      },
    },
  });
}

const INJECTED = object('Namespace', 'shop', {}, { labels: { 'istio-injection': 'enabled' } });
const PLAIN = object('Namespace', 'shop', {}, { labels: {} });
const SIDECARS = [pods({}), INJECTED];
const PROXYLESS = [pods(AGENT), INJECTED];
const LABELLED = [pods(AGENT, LABEL), INJECTED];

const ROUTE = object('VirtualService', 'route', {
  hosts: [HOST],
  gateways: ['mesh', 'gw'],
  http: [{ route: [{ destination: { host: HOST, subset: 'v1' } }] }],
});
const SERVICE = object('Service', 's', {
  selector: { app: 's' },
  ports: [{ name: 'grpc', port: 80, targetPort: 'main' }],
});
const GATEWAY = object('Gateway', 'gw', {
  selector: { istio: 'ingressgateway' },
  servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
});

function findingsOf(
  objects: readonly KubernetesObject[],
  kind: 'gateway' | 'mesh' | 'proxyless',
): Finding[] {
  const via: Via = { kind };
  const given = objects.some(({ kind: own }) => own === 'DestinationRule')
    ? objects
    : [...objects, rule({ loadBalancer: { simple: 'ROUND_ROBIN' } })];
  const set = manifestsOf([ROUTE, SERVICE, GATEWAY, ...given]);
  const asked = { authority: `${HOST}:80`, targetPort: 80, via, namespace: 'shop' };
  return resolveRoute(set, request(asked)).findings;
}

/** What is said of TLS, each with its severity. */
function saidOf(
  objects: readonly KubernetesObject[],
  kind: 'gateway' | 'mesh' | 'proxyless' = 'proxyless',
): string[] {
  return findingsOf(objects, kind)
    .filter(({ code }) => code.startsWith('mtls-'))
    .map(({ code, severity }) => `${code} ${severity}`);
}

const NOTHING: string[] = [];
const FAILS = ['mtls-mismatch error'];

describe('pods that get nothing of Istio’s', () => {
  const missing = (objects: readonly KubernetesObject[], kind: 'mesh' | 'proxyless') =>
    findingsOf(objects, kind).filter(({ code }) => code === 'grpc-agent-missing');

  it('are named to clients without a proxy', () => {
    const [found, ...more] = missing([pods({}), PLAIN], 'proxyless');
    assert.deepEqual(more, []);
    assert.equal(found?.severity, 'info');
    assert.match(
      found.summary,
      /^the pods of Deployment .*pods.*, behind v1, get neither a sidecar/,
    );
    assert.notEqual(found.place, null);
  });

  it('are named to nobody else, and no others are', () => {
    assert.deepEqual(missing([pods({}), PLAIN], 'mesh'), []);
    // Whether a Namespace that is not given has pods injected is not known.
    for (const objects of [SIDECARS, PROXYLESS, LABELLED, [pods({})], [pods(AGENT), PLAIN]]) {
      assert.deepEqual(missing(objects, 'proxyless'), []);
    }
  });
});

describe('what clients send, against what pods take', () => {
  const istio = rule(tls('ISTIO_MUTUAL'));
  const plain = rule(tls('DISABLE'));
  const cases: readonly [
    string,
    readonly KubernetesObject[],
    { proxyless: string[]; mesh: string[]; gateway?: string[] },
  ][] = [
    ['mTLS, no proxy and no mode', [istio, ...PROXYLESS], { proxyless: FAILS, mesh: FAILS }],
    ['mTLS, no proxy but the label', [istio, ...LABELLED], { proxyless: NOTHING, mesh: NOTHING }],
    ['mTLS, sidecars and no mode', [istio, ...SIDECARS], { proxyless: NOTHING, mesh: NOTHING }],
    [
      'mTLS, sidecars that are told DISABLE',
      [istio, peers('DISABLE'), ...SIDECARS],
      { proxyless: FAILS, mesh: FAILS },
    ],
    [
      'mTLS, a label that DISABLE makes empty',
      [istio, peers('DISABLE'), ...LABELLED],
      { proxyless: FAILS, mesh: FAILS },
    ],
    [
      'mTLS, no proxy and STRICT, without the label',
      [istio, peers('STRICT'), ...PROXYLESS],
      { proxyless: ['mtls-label-missing info'], mesh: NOTHING },
    ],
    [
      'mTLS, no proxy and STRICT',
      [istio, peers('STRICT'), ...LABELLED],
      { proxyless: NOTHING, mesh: NOTHING },
    ],
    [
      'mTLS, pods outside the mesh',
      [istio, peers('STRICT'), pods({}), PLAIN],
      { proxyless: FAILS, mesh: FAILS },
    ],
    [
      'no rule, no proxy and STRICT',
      [peers('STRICT'), ...PROXYLESS],
      { proxyless: FAILS, mesh: FAILS },
    ],
    [
      'no rule, no proxy, STRICT and the label: proxies see it, gRPC clients do not',
      [peers('STRICT'), ...LABELLED],
      { proxyless: FAILS, mesh: NOTHING },
    ],
    ['no rule, the label alone', LABELLED, { proxyless: FAILS, mesh: NOTHING }],
    ['no rule, no mode', PROXYLESS, { proxyless: NOTHING, mesh: NOTHING }],
    ['no rule, sidecars and no mode', SIDECARS, { proxyless: NOTHING, mesh: NOTHING }],
    [
      'no rule, sidecars and STRICT',
      [peers('STRICT'), ...SIDECARS],
      { proxyless: FAILS, mesh: NOTHING },
    ],
    ['DISABLE, STRICT', [plain, peers('STRICT'), ...SIDECARS], { proxyless: FAILS, mesh: FAILS }],
    ['DISABLE, PERMISSIVE', [plain, ...SIDECARS], { proxyless: NOTHING, mesh: NOTHING }],
    [
      'SIMPLE, STRICT',
      [rule(tls('SIMPLE')), peers('STRICT'), ...SIDECARS],
      { proxyless: FAILS, mesh: FAILS },
    ],
    [
      'certificates of its own, STRICT: who knows whether they are of the mesh',
      [
        rule(tls('MUTUAL', { clientCertificate: '/c', privateKey: '/k', caCertificates: '/ca' })),
        peers('STRICT'),
        ...SIDECARS,
      ],
      { proxyless: FAILS, mesh: NOTHING },
    ],
    [
      'no rule, the namespace DISABLE and the workload STRICT',
      [
        peers('DISABLE'),
        object('PeerAuthentication', 'strict', {
          selector: { matchLabels: { app: 's' } },
          mtls: { mode: 'STRICT' },
        }),
        ...SIDECARS,
      ],
      { proxyless: FAILS, mesh: FAILS },
    ],
    [
      'sidecars that say they speak no TLS, STRICT',
      [peers('STRICT'), pods({}, { 'security.istio.io/tlsMode': 'disabled' }), INJECTED],
      { proxyless: FAILS, mesh: FAILS },
    ],
  ];
  for (const [what, objects, { proxyless, mesh, gateway = mesh }] of cases) {
    it(what, () => {
      assert.deepEqual(saidOf(objects, 'proxyless'), proxyless, 'proxyless');
      assert.deepEqual(saidOf(objects, 'mesh'), mesh, 'mesh');
      assert.deepEqual(saidOf(objects, 'gateway'), gateway, 'gateway');
    });
  }

  it('names both objects by place, and what to do', () => {
    const [finding] = findingsOf([peers('STRICT'), plain, ...PROXYLESS], 'mesh').filter(
      ({ code }) => code === 'mtls-mismatch',
    );
    assert.match(
      finding?.summary ?? '',
      /^DestinationRule shop\/rule \(test\.yaml:\d+\) has clients send plaintext to v1 \(tls of mode DISABLE\), and its pods take mutual TLS alone \(PeerAuthentication shop\/peers \(test\.yaml:\d+\) has the mode STRICT\): every call fails; give DestinationRule rule the mode ISTIO_MUTUAL$/,
    );
    assert.equal(finding?.place?.path, 'spec.trafficPolicy.tls');
  });

  it('the ambient mesh is left alone', () => {
    const ambient = { labels: { 'istio.io/dataplane-mode': 'ambient' } };
    const objects = [pods({}), object('Namespace', 'shop', {}, ambient), peers('STRICT'), plain];
    assert.deepEqual(saidOf(objects, 'gateway'), NOTHING);
  });
});

describe('which setting of a DestinationRule holds', () => {
  const other = rule({ loadBalancer: { simple: 'ROUND_ROBIN' } });
  const ofPort = (port: number, settings: Spec): Spec => ({
    portLevelSettings: [{ port: { number: port }, ...settings }],
  });
  const pool = { connectionPool: { http: { http2MaxRequests: 5 } } };
  const istio = tls('ISTIO_MUTUAL');
  const cases: readonly [string, KubernetesObject, boolean][] = [
    ['the host’s', rule(istio), true],
    ['none', other, false],
    ['the subset’s before the host’s', rule(istio, { trafficPolicy: tls('DISABLE') }), false],
    ['the subset’s alone', rule(pool, { trafficPolicy: istio }), true],
    ['the host’s, where the subset has others', rule(istio, { trafficPolicy: pool }), true],
    ['that of the port', rule({ ...tls('DISABLE'), ...ofPort(80, istio) }), true],
    ['not that of another port', rule({ ...tls('DISABLE'), ...ofPort(81, istio) }), false],
    ['nothing inherited by a port', rule({ ...istio, ...ofPort(80, pool) }), false],
    [
      'nothing inherited by the port of a subset',
      rule(istio, { trafficPolicy: { ...istio, ...ofPort(80, pool) } }),
      false,
    ],
    ['the port of a subset', rule(tls('DISABLE'), { trafficPolicy: ofPort(80, istio) }), true],
  ];
  for (const [what, object, speaksTls] of cases) {
    it(what, () => {
      const strict = [peers('STRICT'), ...LABELLED];
      assert.deepEqual(saidOf([object, ...strict]), speaksTls ? NOTHING : FAILS);
      assert.deepEqual(saidOf([object, ...PROXYLESS]), speaksTls ? FAILS : NOTHING);
    });
  }
});

describe('which PeerAuthentication holds', () => {
  const root = { namespace: 'istio-system' };
  const day = (number: number): Spec => ({ creationTimestamp: `2026-01-0${number}T00:00:00Z` });
  const app = { selector: { matchLabels: { app: 's' } } };
  const named = (name: string, spec: Spec, more: Spec = {}): KubernetesObject =>
    object('PeerAuthentication', name, spec, more);
  const mode = (value: string): Spec => ({ mtls: { mode: value } });
  const cases: readonly [string, readonly KubernetesObject[], boolean][] = [
    ['none: plaintext without a proxy', [], false],
    ['that of the mesh', [peers('STRICT', {}, root)], true],
    ['the namespace’s before the mesh’s', [peers('STRICT', {}, root), peers('DISABLE')], false],
    ['the mesh’s where the namespace’s is unset', [peers('STRICT', {}, root), peers(null)], true],
    [
      'the workload’s before both',
      [peers('DISABLE'), named('w', { ...app, ...mode('STRICT') })],
      true,
    ],
    [
      'not one for others',
      [named('w', { selector: { matchLabels: { app: 'x' } }, ...mode('STRICT') })],
      false,
    ],
    ['not one of another namespace', [peers('STRICT', {}, { namespace: 'other' })], false],
    ['not one with a selector in the root namespace', [peers('STRICT', app, root)], false],
    [
      'the oldest of two',
      [named('a', mode('STRICT'), day(2)), named('b', mode('DISABLE'), day(1))],
      false,
    ],
    [
      'the oldest of two for the workload',
      [
        named('a', { ...app, ...mode('DISABLE') }, day(2)),
        named('b', { ...app, ...mode('STRICT') }, day(1)),
      ],
      true,
    ],
    [
      'the port of the pods',
      [named('w', { ...app, ...mode('DISABLE'), portLevelMtls: { 9090: mode('STRICT').mtls } })],
      true,
    ],
    [
      'not the port of the service',
      [named('w', { ...app, ...mode('DISABLE'), portLevelMtls: { 80: mode('STRICT').mtls } })],
      false,
    ],
    [
      'the workload’s where its port’s is unset',
      [named('w', { ...app, ...mode('STRICT'), portLevelMtls: { 9090: { mode: 'UNSET' } } })],
      true,
    ],
  ];
  for (const [what, objects, isStrict] of cases) {
    it(what, () => {
      const istio = rule(tls('ISTIO_MUTUAL'));
      assert.deepEqual(
        saidOf([...objects, istio, ...PROXYLESS]),
        isStrict ? ['mtls-label-missing info'] : FAILS,
      );
      assert.deepEqual(saidOf([...objects, ...PROXYLESS]), isStrict ? FAILS : NOTHING);
    });
  }

  it('is told by what is known of pods that are not given', () => {
    const workload = named('w', { ...app, ...mode('STRICT') });
    assert.deepEqual(saidOf([workload]), FAILS);
    // Whether they have that label, nothing says.
    const other = named('w', { selector: { matchLabels: { tier: 'x' } }, ...mode('STRICT') });
    assert.deepEqual(saidOf([other]), NOTHING);
  });

  it('is one that API servers let in', () => {
    const without = named('w', { ...mode('STRICT'), portLevelMtls: { 9090: { mode: 'STRICT' } } });
    assert.throws(() => saidOf([without]), /refuses it: portLevelMtls requires selector/);
    const wild = named('w', { selector: { matchLabels: { app: '*' } } });
    assert.throws(() => saidOf([wild]), InputError);
  });
});

describe('pods of which nothing is known', () => {
  it('are taken to have what the client has, and it is said', () => {
    const istio = rule(tls('ISTIO_MUTUAL'));
    assert.deepEqual(saidOf([istio], 'proxyless'), ['mtls-mismatch warning']);
    assert.deepEqual(saidOf([istio], 'mesh'), NOTHING);
    assert.deepEqual(saidOf([istio, peers('DISABLE')], 'mesh'), FAILS);
    const [finding] = findingsOf([istio], 'proxyless').filter(({ code }) =>
      code.startsWith('mtls'),
    );
    assert.match(finding?.summary ?? '', /unless the pods have a sidecar: give their workloads/);
  });
});

describe('names of certificates', () => {
  const names = (...subjectAltNames: string[]): KubernetesObject =>
    rule(tls('ISTIO_MUTUAL', { subjectAltNames }));
  const own = [pods({}, {}, { serviceAccountName: 'shop-sa' }), INJECTED];
  const wrong = ['mtls-san-mismatch error'];

  it('are those of the service account of the pods', () => {
    assert.deepEqual(
      saidOf([names('spiffe://cluster.local/ns/shop/sa/shop-sa'), ...own], 'mesh'),
      NOTHING,
    );
    assert.deepEqual(saidOf([names('spiffe://other/ns/shop/sa/shop-sa'), ...own], 'mesh'), NOTHING);
    assert.deepEqual(
      saidOf(
        [names('spiffe://cluster.local/ns/shop/sa/x', 'spiffe://t/ns/shop/sa/shop-sa'), ...own],
        'mesh',
      ),
      NOTHING,
    );
    assert.deepEqual(
      saidOf([names('spiffe://cluster.local/ns/shop/sa/default'), ...own], 'mesh'),
      wrong,
    );
    assert.deepEqual(
      saidOf([names('spiffe://cluster.local/ns/web/sa/shop-sa'), ...own], 'gateway'),
      wrong,
    );
    assert.deepEqual(saidOf([names(HOST), ...own], 'mesh'), wrong);
    assert.deepEqual(
      saidOf([names('spiffe://cluster.local/ns/shop/sa/default'), ...SIDECARS], 'mesh'),
      NOTHING,
    );
  });

  it('are not given to gRPC clients', () => {
    const found = findingsOf(
      [names('spiffe://cluster.local/ns/shop/sa/x'), ...LABELLED],
      'proxyless',
    );
    assert.deepEqual(
      found.map(({ code }) => code),
      ['proxyless-unsupported'],
    );
  });
});

describe('mTLS of the echo sample, broken and mended', () => {
  const folder = path.resolve(import.meta.dirname, '../../../../scenarios/echo');
  const read = (...names: string[]) =>
    mergeManifests(
      names.map((name) =>
        parseManifests(readFileSync(path.join(folder, `${name}.yaml`), 'utf8'), `${name}.yaml`),
      ),
    );
  const echo = { authority: 'echo.echo-grpc.svc.cluster.local:7070', targetPort: 7070 };
  const proxyless: Via = { kind: 'proxyless' };
  const asked = request({ ...echo, via: proxyless, namespace: 'echo-grpc' });
  const routed = ['virtual-service', 'destination-rule'];

  it('breaks by the client’s half alone', () => {
    const { findings } = resolveRoute(read(...routed, 'destination-rule-mtls'), asked);
    const found = findings.filter(({ code }) => code === 'mtls-mismatch');
    assert.equal(found.length, 1);
    assert.match(
      found[0]?.summary ?? '',
      /^DestinationRule echo-grpc\/echo-mtls \(destination-rule-mtls\.yaml:1\) has clients send mutual TLS to v1 and v2 .*no PeerAuthentication holds/,
    );
  });

  it('is mended by the server’s', () => {
    const set = read(...routed, 'destination-rule-mtls', 'peer-authentication');
    assert.deepEqual(
      resolveRoute(set, asked).findings.map(({ code }) => code),
      [],
    );
  });

  it('breaks by the server’s half alone', () => {
    const { findings } = resolveRoute(read(...routed, 'peer-authentication'), asked);
    const found = findings.filter(({ code }) => code === 'mtls-mismatch');
    assert.deepEqual(
      found.map(({ severity }) => severity),
      ['error'],
    );
    assert.match(found[0]?.summary ?? '', /echo-strict \(peer-authentication\.yaml:1\)/);
  });
});
