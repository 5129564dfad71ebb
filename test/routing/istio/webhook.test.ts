import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  destinationRule,
  gateway,
  http,
  type KubernetesObject,
  manifestsOf,
  split,
  to,
  virtualService,
} from '../objects.js';

// Rules of istio/istio pkg/config/validation, each with an object that breaks it alone.

/** What is refused, where, and why. */
type Row = readonly [rule: string, object: KubernetesObject, path: string, why: RegExp];

const HTTP = 'spec.http[0]';
const rule = (fields: KubernetesObject): KubernetesObject =>
  virtualService([{ ...to('a'), ...fields }]);
const without = (fields: KubernetesObject): KubernetesObject => virtualService([fields]);
const match = (fields: KubernetesObject): KubernetesObject => rule({ match: [fields] });
const delegateOf = (fields: KubernetesObject): KubernetesObject =>
  virtualService([{ ...to('a'), ...fields }], { hosts: [], gateways: null });
const spec = (object: KubernetesObject, fields: KubernetesObject): KubernetesObject => ({
  ...object,
  spec: { ...(object.spec as KubernetesObject), ...fields },
});
const istio = (kind: string, fields: KubernetesObject, name = 'one'): KubernetesObject => ({
  apiVersion: 'networking.istio.io/v1',
  kind,
  metadata: { name, namespace: 'ns' },
  spec: fields,
});

const VIRTUAL_SERVICES: readonly Row[] = [
  [
    'a delegate has no gateways',
    virtualService([to('a')], { hosts: [] }),
    'spec.gateways',
    /delegate/,
  ],
  [
    'a delegate has no tcp rules',
    spec(delegateOf({}), { tcp: [{ route: [{ destination: { host: 'a' } }] }] }),
    'spec.tcp',
    /no tcp rules/,
  ],
  [
    'a delegate does not delegate',
    virtualService([{ delegate: { name: 'x' } }], { hosts: [], gateways: null }),
    `${HTTP}.delegate`,
    /no further/,
  ],
  [
    'a host has no port',
    virtualService([to('a')], { hosts: ['a.com:80'] }),
    'spec.hosts[0]',
    /port/,
  ],
  ['a host has no _', virtualService([to('a')], { hosts: ['a_b.com'] }), 'spec.hosts[0]', /domain/],
  [
    'a host’s last label is no number',
    virtualService([to('a')], { hosts: ['a.b.7'] }),
    'spec.hosts[0]',
    /domain/,
  ],
  [
    'a wildcard is in the first label',
    virtualService([to('a')], { hosts: ['a.*.com'] }),
    'spec.hosts[0]',
    /domain/,
  ],
  [
    'the mesh has no host *',
    virtualService([to('a')], { gateways: ['mesh', 'gw'] }),
    'spec.hosts[0]',
    /cannot have the host \*/,
  ],
  [
    'a host twice',
    virtualService([to('a')], { hosts: ['a.com', 'a.com'] }),
    'spec.hosts[1]',
    /same/,
  ],
  [
    'a host within another',
    virtualService([to('a')], { hosts: ['*.com', 'a.com'] }),
    'spec.hosts[1]',
    /overlap/,
  ],
  ['no rules at all', virtualService([]), 'spec', /no rules/],
  [
    'a gateway’s name of two slashes',
    virtualService([to('a')], { gateways: ['a/b/c'] }),
    'spec.gateways[0]',
    /namespace\/name/,
  ],
  [
    'the namespace of a match’s gateway',
    match({ gateways: ['a_b/gw'] }),
    `${HTTP}.match[0].gateways[0]`,
    /namespace\/name/,
  ],
  [
    'exportTo * with another',
    virtualService([to('a')], { exportTo: ['*', 'x'] }),
    'spec.exportTo',
    /alone/,
  ],
  [
    'exportTo twice',
    virtualService([to('a')], { exportTo: ['x', 'x'] }),
    'spec.exportTo[1]',
    /twice/,
  ],
  [
    'claims of tokens in the mesh',
    virtualService([to('a', [{ headers: { '@request.auth.claims.sub': { exact: 'x' } } }])], {
      hosts: ['a'],
      gateways: null,
    }),
    `${HTTP}.match[0].headers["@request.auth.claims.sub"]`,
    /gateways alone/,
  ],
  [
    'a header’s name',
    match({ headers: { 'x y': { exact: 'a' } } }),
    `${HTTP}.match[0].headers["x y"]`,
    /header/,
  ],
  [
    'an empty prefix',
    match({ headers: { a: { prefix: '' } } }),
    `${HTTP}.match[0].headers.a.prefix`,
    /empty/,
  ],
  [
    'an empty prefix of the method',
    match({ method: { prefix: '' } }),
    `${HTTP}.match[0].method.prefix`,
    /empty/,
  ],
  ['an empty expression', match({ uri: { regex: '' } }), `${HTTP}.match[0].uri.regex`, /empty/],
  [
    'a long expression',
    match({ uri: { regex: 'a'.repeat(1025) } }),
    `${HTTP}.match[0].uri.regex`,
    /1024/,
  ],
  [
    'a label of a client',
    match({ sourceLabels: { app: 'a b' } }),
    `${HTTP}.match[0].sourceLabels.app`,
    /value of a label/,
  ],
  [
    'the namespace of a client',
    match({ sourceNamespace: 'a.b' }),
    `${HTTP}.match[0].sourceNamespace`,
    /namespace/,
  ],
  [
    'a redirect with a fault',
    without({ redirect: { uri: '/' }, fault: { abort: { httpStatus: 500 } } }),
    `${HTTP}.fault`,
    /redirect/,
  ],
  [
    'a direct response with a rewrite',
    without({ directResponse: { status: 200 }, rewrite: { uri: '/' } }),
    `${HTTP}.rewrite`,
    /directResponse/,
  ],
  ['a redirect that changes nothing', without({ redirect: {} }), `${HTTP}.redirect`, /nothing/],
  [
    'the code of a redirect',
    without({ redirect: { uri: '/', redirectCode: 200 } }),
    `${HTTP}.redirect.redirectCode`,
    /3xx/,
  ],
  [
    'the scheme of a redirect',
    without({ redirect: { scheme: 'ftp' } }),
    `${HTTP}.redirect.scheme`,
    /https/,
  ],
  [
    'a redirect of a prefix without one',
    without({ match: [{ uri: { exact: '/a' } }], redirect: { prefixRewrite: '/b' } }),
    `${HTTP}.redirect.prefixRewrite`,
    /by prefix/,
  ],
  [
    'the status of a direct response',
    without({ directResponse: { status: 100 } }),
    `${HTTP}.directResponse.status`,
    /between 200/,
  ],
  [
    'mirror and mirrors',
    rule({ mirror: { host: 'b' }, mirrors: [{ destination: { host: 'c' } }] }),
    `${HTTP}.mirrors`,
    /one of/,
  ],
  ['a mirror to *', rule({ mirror: { host: '*' } }), `${HTTP}.mirror.host`, /no host/],
  ['a fault that is none', rule({ fault: {} }), `${HTTP}.fault`, /abort or delay/],
  [
    'the status of an abort',
    rule({ fault: { abort: { httpStatus: 99 } } }),
    `${HTTP}.fault.abort.httpStatus`,
    /between/,
  ],
  [
    'the gRPC status of an abort',
    rule({ fault: { abort: { grpcStatus: '14' } } }),
    `${HTTP}.fault.abort.grpcStatus`,
    /no status/,
  ],
  [
    'a share too small',
    rule({ fault: { delay: { fixedDelay: '1s', percentage: { value: 0.00001 } } } }),
    `${HTTP}.fault.delay.percentage.value`,
    /0\.0001/,
  ],
  [
    'retries without attempts',
    rule({ retries: { retryOn: '5xx' } }),
    `${HTTP}.retries`,
    /attempts/,
  ],
  [
    'what is retried on',
    rule({ retries: { attempts: 2, retryOn: '5xx,sometimes' } }),
    `${HTTP}.retries.retryOn`,
    /"sometimes"/,
  ],
  ['parts of a millisecond', rule({ timeout: '1.5ms' }), `${HTTP}.timeout`, /whole milliseconds/],
  ['a rewrite that changes nothing', rule({ rewrite: {} }), `${HTTP}.rewrite`, /nothing/],
  [
    'the authority twice',
    rule({ rewrite: { authority: 'a' }, headers: { request: { set: { Host: 'b' } } } }),
    `${HTTP}.headers`,
    /twice/,
  ],
  [
    'a pseudo header',
    rule({ headers: { request: { add: { ':path': '/' } } } }),
    `${HTTP}.headers.request.add[":path"]`,
    /no header/,
  ],
  [
    'host in an answer',
    rule({ headers: { response: { set: { host: 'a' } } } }),
    `${HTTP}.headers.response.set.host`,
    /no header/,
  ],
  [
    'a lone %',
    rule({ headers: { request: { set: { a: '50%' } } } }),
    `${HTTP}.headers.request.set.a`,
    /%%/,
  ],
  [
    'a method of CORS',
    rule({ corsPolicy: { allowMethods: ['get'] } }),
    `${HTTP}.corsPolicy.allowMethods[0]`,
    /no method/,
  ],
  [
    'parts of a second in CORS',
    rule({ corsPolicy: { maxAge: '1.5s' } }),
    `${HTTP}.corsPolicy.maxAge`,
    /whole seconds/,
  ],
  [
    'an empty origin',
    rule({ corsPolicy: { allowOrigins: [{ exact: '' }] } }),
    `${HTTP}.corsPolicy.allowOrigins[0]`,
    /origin/,
  ],
  ['a destination’s host', without(to('a b')), `${HTTP}.route[0].destination.host`, /no host/],
  [
    'a destination’s subset',
    without(split({ 'a/v_1': 1 })),
    `${HTTP}.route[0].destination.subset`,
    /subset/,
  ],
  [
    'a destination’s port',
    without({ route: [{ destination: { host: 'a', port: {} } }] }),
    `${HTTP}.route[0].destination.port`,
    /between 1/,
  ],
  [
    'a name of SNI out of the hosts',
    spec(virtualService([], { hosts: ['a.com'] }), {
      tls: [{ match: [{ sniHosts: ['b.com'] }], route: [{ destination: { host: 'a' } }] }],
    }),
    'spec.tls[0].match[0].sniHosts[0]',
    /not within/,
  ],
  [
    'a subnet',
    spec(virtualService([]), {
      tcp: [
        {
          match: [{ destinationSubnets: ['10.0.0.0/33'] }],
          route: [{ destination: { host: 'a' } }],
        },
      ],
    }),
    'spec.tcp[0].match[0].destinationSubnets[0]',
    /range/,
  ],
];

const SERVER = http(80);
const CERTIFIED = { mode: 'SIMPLE', credentialName: 'c' };
const server = (fields: KubernetesObject): KubernetesObject => gateway([{ ...SERVER, ...fields }]);

const OTHERS: readonly Row[] = [
  ['the host of a DestinationRule', destinationRule('a b', {}), 'spec.host', /domain/],
  ['the name of a subset', destinationRule('a', { v_1: {} }), 'spec.subsets[0].name', /subset/],
  [
    'an empty policy',
    spec(destinationRule('a', {}), { trafficPolicy: {} }),
    'spec.trafficPolicy',
    /at least one/,
  ],
  [
    'a cookie without a name',
    spec(destinationRule('a', {}), {
      trafficPolicy: { loadBalancer: { consistentHash: { maglev: { tableSize: 100 } } } },
    }),
    'spec.trafficPolicy.loadBalancer.consistentHash.maglev.tableSize',
    /prime/,
  ],
  [
    'an exported rule of some pods',
    spec(destinationRule('a', {}, { exportTo: ['x'] }), {
      workloadSelector: { matchLabels: { a: 'b' } },
    }),
    'spec.exportTo',
    /own namespace/,
  ],
  ['a Gateway’s name', gateway([SERVER], { name: 'a.b' }), 'metadata.name', /no dots/],
  ['ports of one name', gateway([SERVER, SERVER]), 'spec.servers[1].port.name', /too/],
  ['a short name at a Gateway', gateway([http(80, 'a')]), 'spec.servers[0].hosts[0]', /short name/],
  [
    'half a label at a Gateway',
    gateway([http(80, '*a.com')]),
    'spec.servers[0].hosts[0]',
    /domain|whole labels/,
  ],
  [
    'the namespace of a Gateway’s host',
    gateway([http(80, 'a.b/*')]),
    'spec.servers[0].hosts[0]',
    /namespace/,
  ],
  ['TLS in plaintext', server({ tls: CERTIFIED }), 'spec.servers[0].tls', /no settings of TLS/],
  [
    'HTTPS without TLS',
    server({ port: { number: 443, name: 'h', protocol: 'HTTPS' } }),
    'spec.servers[0]',
    /must have tls/,
  ],
  [
    'TLS without a certificate',
    server({ port: { number: 443, name: 'h', protocol: 'HTTPS' }, tls: { mode: 'SIMPLE' } }),
    'spec.servers[0].tls',
    /certificate/,
  ],
  ['where a server listens', server({ bind: 'here' }), 'spec.servers[0].bind', /no address/],
  ['a Sidecar that says nothing', istio('Sidecar', {}), 'spec', /nothing/],
  [
    'the order of a Sidecar’s listeners',
    istio('Sidecar', {
      egress: [{ hosts: ['./*'] }, { port: { number: 80, protocol: 'HTTP' }, hosts: ['./*'] }],
    }),
    'spec.egress[0]',
    /last/,
  ],
  [
    'a short name in a Sidecar',
    istio('Sidecar', { egress: [{ hosts: ['ns/a'] }] }),
    'spec.egress[0].hosts[0]',
    /short name/,
  ],
  [
    'two hosts at a port of TCP',
    istio('ServiceEntry', {
      hosts: ['a.com', 'b.com'],
      resolution: 'DNS',
      ports: [{ number: 1, name: 'a', protocol: 'TCP' }],
    }),
    'spec.ports[0]',
    /told apart/,
  ],
  [
    'a wildcard that is resolved',
    istio('ServiceEntry', {
      hosts: ['*.com'],
      resolution: 'DNS',
      ports: [{ number: 1, name: 'a' }],
    }),
    'spec.hosts[0]',
    /wildcard/,
  ],
  [
    'a port that is not there',
    istio('ServiceEntry', {
      hosts: ['a.com'],
      resolution: 'STATIC',
      ports: [{ number: 1, name: 'a' }],
      endpoints: [{ address: '10.0.0.1', ports: { b: 1 } }],
    }),
    'spec.endpoints[0].ports.b',
    /no port b/,
  ],
  [
    'an address that is none',
    istio('ServiceEntry', {
      hosts: ['a.com'],
      resolution: 'STATIC',
      ports: [{ number: 1, name: 'a' }],
      endpoints: [{ address: 'b.com' }],
    }),
    'spec.endpoints[0].address',
    /no address/,
  ],
];

/** Objects that come close and are let in. */
const LET_IN: readonly (readonly [string, KubernetesObject])[] = [
  ['a delegate', delegateOf({})],
  [
    'hosts of all forms',
    virtualService([to('a')], { hosts: ['*.a.com', '*-b.com', '10.0.0.1', 'c.', 'short'] }),
  ],
  [
    'gateways of all forms',
    virtualService([to('a')], {
      gateways: ['ns/gw', 'mesh', 'gw.ns.svc.cluster.local'],
      hosts: ['a'],
    }),
  ],
  ['exportTo', virtualService([to('a')], { exportTo: ['.', 'x'] })],
  ['an empty prefix of the path', match({ uri: { prefix: '' } })],
  ['presence', match({ headers: { a: {} }, withoutHeaders: { b: { regex: '*' } } })],
  ['pseudo headers', match({ headers: { ':path': { exact: '/' } } })],
  ['claims at a gateway', match({ headers: { '@request.auth.claims.sub': { exact: 'x' } } })],
  [
    'values of headers',
    rule({ headers: { request: { set: { a: '%REQ(x?y)% 100%% %START_TIME%' } } } }),
  ],
  ['retries of none', rule({ retries: { attempts: 0 } })],
  [
    'retries on',
    rule({ retries: { attempts: 2, perTryTimeout: '1.5s', retryOn: '5xx,reset,503' } }),
  ],
  ['CORS', rule({ corsPolicy: { allowMethods: ['GET', '*'], allowHeaders: ['*'], maxAge: '1m' } })],
  [
    'a redirect of a prefix',
    without({ match: [{ uri: { prefix: '/a' } }], redirect: { prefixRewrite: '/b' } }),
  ],
  ['a redirect for TLS', gateway([{ ...SERVER, tls: { httpsRedirect: true } }])],
  ['hosts of a Gateway', gateway([http(80, '*/a.com', './*', '*.b.com', 'ns/c.com')])],
  [
    'a Sidecar',
    istio('Sidecar', { egress: [{ hosts: ['./*', '~/*', '~ns/*', '*/a.b', 'istio-system/*'] }] }),
  ],
  [
    'a ServiceEntry',
    istio('ServiceEntry', {
      hosts: ['a.com', 'b.com'],
      resolution: 'DNS',
      ports: [{ number: 443, name: 'tls', protocol: 'TLS' }],
      endpoints: [{ address: 'c.com', ports: { tls: 8443 } }],
      exportTo: ['~'],
    }),
  ],
];

function pathOf({ place }: { place?: { path?: string } }): string {
  return place?.path ?? '';
}

describe('what Istio’s webhook refuses', () => {
  for (const [name, object, path, why] of [...VIRTUAL_SERVICES, ...OTHERS])
    it(name, () => {
      assert.throws(
        () => manifestsOf([object]),
        (error: Error & { place?: { path?: string }; problem?: string }) => {
          assert.equal(error.name, 'InputError');
          assert.equal(pathOf(error), path);
          assert.match(error.problem ?? '', /^Istio refuses it: /);
          assert.match(error.problem ?? '', why);
          return true;
        },
      );
    });

  for (const [name, object] of LET_IN)
    it(`not: ${name}`, () => {
      assert.deepEqual(manifestsOf([object]).findings, []);
    });

  it('what a server has let in is warned of', () => {
    const object = rule({ retries: { retryOn: '5xx' } });
    const { findings } = manifestsOf([{ ...object, metadata: { name: 'vs', uid: 'a' } }]);
    assert.deepEqual(
      findings.map(({ code, severity, place }) => [code, severity, place?.path]),
      [['refused-object', 'warning', `${HTTP}.retries`]],
    );
  });

  it('what Istio resolves without its webhook is warned of, too', () => {
    const { findings } = manifestsOf([
      virtualService([to('a')], { gateways: ['./gw'], exportTo: ['~'] }),
    ]);
    assert.deepEqual(
      findings.map(({ code, severity, place }) => [code, severity, place?.path]),
      [
        ['refused-object', 'warning', 'spec.gateways[0]'],
        ['refused-object', 'warning', 'spec.exportTo[0]'],
      ],
    );
  });

  it('an unknown field that is the cause is told with it', () => {
    const object = spec(destinationRule('a', {}), { trafficPolicy: { loadbalancer: {} } });
    assert.throws(() => manifestsOf([object]), {
      message:
        /at least one field; the API has no field loadbalancer .*did you mean loadBalancer\?/,
    });
    const misspelt = istio('DestinationRule', { hosts: 'a' });
    assert.throws(() => manifestsOf([misspelt]), {
      message: /spec\.host: must be a string, and is missing; the API has no field hosts /,
    });
    assert.throws(() => manifestsOf([without({ routes: [] })]), {
      message: /says nothing to do.*; the API has no field routes here .*did you mean route\?/,
    });
  });
});
