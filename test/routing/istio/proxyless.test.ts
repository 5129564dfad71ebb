import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { resolveRoute } from '../../../src/routing/resolve.js';
import type { Via } from '../../../src/routing/request.js';
import {
  backends,
  destinationRule,
  httpRoute,
  type KubernetesObject,
  manifestsOf,
  service,
  to,
  virtualService,
} from '../objects.js';
import { request } from '../request.js';

/** What is said of a rule's part for gRPC clients, with the path it is said of. */
function saidOf(
  rule: KubernetesObject,
  kind: 'mesh' | 'proxyless' = 'proxyless',
  others: readonly KubernetesObject[] = [],
): [string, string][] {
  const via: Via = { kind };
  const set = manifestsOf([virtualService([rule], { gateways: null, hosts: ['s'] }), ...others]);
  const asked = { authority: 's', via };
  const { findings } = resolveRoute(set, request(asked));
  return findings
    .filter(({ code }) => code === 'proxyless-unsupported')
    .map(({ summary, place }) => [place?.path ?? '', summary]);
}

describe('what gRPC clients without a proxy leave out', () => {
  const cases: readonly [string, KubernetesObject, string, RegExp][] = [
    ['a redirect', { redirect: { uri: '/x' } }, 'spec.http[0]', /fails as UNAVAILABLE/],
    [
      'a direct response',
      { directResponse: { status: 503 } },
      'spec.http[0]',
      /fails as UNAVAILABLE/,
    ],
    ['a mirror', { ...to('a'), mirror: { host: 'b' } }, 'spec.http[0].mirror', /copy no request/],
    [
      'mirrors',
      { ...to('a'), mirrors: [{ destination: { host: 'b' } }] },
      'spec.http[0].mirrors',
      /copy no request/,
    ],
    [
      'a rewrite and headers',
      { ...to('a'), rewrite: { uri: '/x' }, headers: { request: { set: { a: 'b' } } } },
      'spec.http[0]',
      /path rewritten to \/x, request headers changed$/,
    ],
    [
      'retries on something other than a gRPC status',
      { ...to('a'), retries: { attempts: 2, retryOn: 'unavailable,5xx,reset' } },
      'spec.http[0].retries',
      /not on 5xx, reset$/,
    ],
    [
      'a timeout of each attempt',
      { ...to('a'), retries: { attempts: 2, perTryTimeout: '1s', retryOn: 'unavailable' } },
      'spec.http[0].retries',
      /no perTryTimeout/,
    ],
    [
      'more than five attempts',
      { ...to('a'), retries: { attempts: 5, retryOn: 'cancelled' } },
      'spec.http[0].retries',
      /5 attempts at most/,
    ],
  ];
  for (const [what, rule, path, message] of cases) {
    it(`${what}; a sidecar does not`, () => {
      const said = saidOf(rule);
      assert.equal(said.length, 1, JSON.stringify(said));
      assert.equal(said[0]![0], path);
      assert.match(said[0]![1], message);
      assert.deepEqual(saidOf(rule, 'mesh'), []);
    });
  }

  it('not weights, faults, timeouts, paths, metadata and retries on gRPC statuses', () => {
    const rule = {
      ...to('a', [
        { uri: { prefix: '/helloworld.' }, headers: { 'content-type': { prefix: 'a' } } },
      ]),
      fault: { abort: { percentage: { value: 10 }, grpcStatus: 'UNAVAILABLE' } },
      timeout: '3s',
      retries: { attempts: 3, retryOn: 'unavailable,resource-exhausted' },
    };
    assert.deepEqual(saidOf(rule), []);
  });

  it('load balancers but going round, and hashing by headers', () => {
    const balanced = (loadBalancer: KubernetesObject): [string, string][] => {
      const base = destinationRule('a', {});
      const spec = { ...(base.spec as object), trafficPolicy: { loadBalancer } };
      return saidOf(to('a'), 'proxyless', [{ ...base, spec }]);
    };
    assert.deepEqual(balanced({ simple: 'ROUND_ROBIN' }), []);
    assert.deepEqual(balanced({ consistentHash: { httpHeaderName: 'x' } }), []);
    assert.match(balanced({ simple: 'LEAST_REQUEST' })[0]![1], /refuse LEAST_REQUEST/);
    assert.match(balanced({ simple: 'RANDOM' })[0]![1], /no RANDOM: they go round/);
    assert.match(balanced({ consistentHash: { useSourceIp: true } })[0]![1], /headers alone/);
  });

  it('what Istio does not give them of a DestinationRule', () => {
    const base = destinationRule('a', {});
    const trafficPolicy = {
      tls: { mode: 'SIMPLE' },
      outlierDetection: { consecutive5xxErrors: 5 },
      connectionPool: { tcp: { maxConnections: 1 }, http: { http2MaxRequests: 5 } },
    };
    const spec = { ...(base.spec as object), trafficPolicy };
    const said = saidOf(to('a'), 'proxyless', [{ ...base, spec }]);
    assert.deepEqual(
      said.map(([path]) => path),
      ['connectionPool', 'outlierDetection', 'tls'].map((name) => `spec.trafficPolicy.${name}`),
    );
  });
});

/** What each library makes of a call to a host with these objects. */
function outcomesOf(
  objects: readonly KubernetesObject[],
  changes: Parameters<typeof request>[0] = {},
): string[] {
  const asked = { authority: 's:80', via: { kind: 'proxyless' } as const, targetPort: 80 };
  const { grpcClients } = resolveRoute(manifestsOf(objects), request({ ...asked, ...changes }));
  return (grpcClients ?? []).map(({ outcome, rule }) => `${outcome} ${rule ?? '-'}`);
}

describe('what gRPC libraries make of a call', () => {
  const inMesh = (...rules: KubernetesObject[]): KubernetesObject[] => [
    virtualService(rules, { gateways: null, hosts: ['s'] }),
    service('s', { app: 's' }),
    service('a', { app: 'a' }),
  ];
  const all = (outcome: string): string[] => [outcome, outcome, outcome];
  const redirect = { redirect: { uri: '/x' } };
  const only = (uri: string): KubernetesObject => ({ match: [{ uri: { exact: uri } }] });
  const cases: readonly [string, readonly KubernetesObject[], readonly string[]][] = [
    ['a route', inMesh(to('a')), all('follows http[0]')],
    [
      'no route of its own',
      [service('s', { app: 's' }), ...inMesh(to('a')).slice(2)],
      all('fails -'),
    ],
    ['a redirect that takes it', inMesh(redirect), ['refuses -', 'fails http[0]', 'fails http[0]']],
    [
      'a redirect that takes others',
      inMesh({ ...only('/x'), ...redirect }, to('a')),
      ['refuses -', 'follows http[1]', 'follows http[1]'],
    ],
    [
      'a redirect that is not programmed, behind a rule that takes everything',
      inMesh(to('a'), redirect),
      all('follows http[0]'),
    ],
    [
      'a rule with a query: grpc-js takes it without',
      inMesh(to('a', [{ queryParams: { v: { exact: '1' } } }]), to('a')),
      ['another-rule http[0]', 'follows http[1]', 'follows http[1]'],
    ],
    [
      'a header that is not there, and is not to have a value',
      inMesh(to('a', [{ withoutHeaders: { 'x-user': { exact: 'jack' } } }]), to('a')),
      ['another-rule http[0]', 'follows http[1]', 'follows http[1]'],
    ],
    [
      'a header that is not to be there',
      inMesh(to('a', [{ withoutHeaders: { 'x-user': {} } }]), to('a')),
      all('follows http[0]'),
    ],
    [
      'a method: nobody sees it',
      inMesh(to('a', [{ method: { exact: 'POST' } }]), to('a')),
      all('follows http[1]'),
    ],
    [
      'a subset without a cluster',
      [
        ...inMesh({ route: [{ destination: { host: 'a', subset: 'none' } }] }),
        destinationRule('a', { v1: { version: 'v1' } }),
      ],
      all('waits http[0]'),
    ],
    ['an authority alone', inMesh(to('a', [{ authority: { prefix: 's' } }])), all('fails -')],
    [
      'a path of segments, which all of them refuse',
      [
        httpRoute(
          [
            backends(
              { a: 1 },
              { matches: [{ path: { type: 'PathPrefix', value: '/helloworld.Greeter' } }] },
            ),
          ],
          { parentRefs: [{ group: '', kind: 'Service', name: 's' }] },
        ),
        ...inMesh().slice(1),
      ],
      all('refuses -'),
    ],
    [
      'a gRPC service without its method, which comes to the same',
      [
        httpRoute(
          [backends({ a: 1 }, { matches: [{ method: { service: 'helloworld.Greeter' } }] })],
          { kind: 'GRPCRoute', parentRefs: [{ group: '', kind: 'Service', name: 's' }] },
        ),
        ...inMesh().slice(1),
      ],
      all('refuses -'),
    ],
    [
      'a gRPC method',
      [
        httpRoute(
          [
            backends(
              { a: 1 },
              { matches: [{ method: { service: 'helloworld.Greeter', method: 'SayHello' } }] },
            ),
          ],
          { kind: 'GRPCRoute', parentRefs: [{ group: '', kind: 'Service', name: 's' }] },
        ),
        ...inMesh().slice(1),
      ],
      all('follows rules[0]'),
    ],
    [
      'the path / of the Gateway API',
      [
        httpRoute(
          [backends({ a: 1 }, { matches: [{ path: { type: 'PathPrefix', value: '/' } }] })],
          {
            parentRefs: [{ group: '', kind: 'Service', name: 's' }],
          },
        ),
        ...inMesh().slice(1),
      ],
      all('follows rules[0]'),
    ],
    [
      'a port for no HTTP',
      [
        virtualService([to('a')], { gateways: null, hosts: ['s'] }),
        service('s', { app: 's' }, { ports: [{ port: 80, name: 'tcp-main' }] }),
      ],
      ['waits -', 'fails -', 'fails -'],
    ],
  ];
  for (const [what, objects, expected] of cases)
    it(what, () => {
      assert.deepEqual(outcomesOf(objects), expected);
    });

  it('LEAST_REQUEST, by library', () => {
    const base = destinationRule('a', {});
    const trafficPolicy = { loadBalancer: { simple: 'LEAST_REQUEST' } };
    const rule = { ...base, spec: { ...(base.spec as object), trafficPolicy } };
    assert.deepEqual(outcomesOf([...inMesh(to('a')), rule]), [
      'fails http[0]',
      'follows http[0]',
      'fails http[0]',
    ]);
  });

  it('of a subset without a cluster, what comes of it, by client', () => {
    const objects = [
      ...inMesh({ route: [{ destination: { host: 'a', subset: 'none' } }] }),
      destinationRule('a', { v1: { version: 'v1' } }),
    ];
    const problemTo = (kind: 'mesh' | 'proxyless'): string => {
      const asked = { authority: 's:80', via: { kind } as const, targetPort: 80 };
      return resolveRoute(manifestsOf(objects), request(asked)).findings[0]?.summary ?? '';
    };
    assert.match(problemTo('mesh'), /there is v1; requests fail with 503$/);
    assert.match(problemTo('proxyless'), /; gRPC clients without a proxy wait .* 15 s at most$/);
  });

  it('names of services, short ones in their own namespace alone', () => {
    const objects = inMesh(to('a'));
    const named = (authority: string, namespace = 'default'): string[] =>
      outcomesOf(objects, { authority, namespace, objectNamespace: 'default' });
    assert.deepEqual(named('s.default.svc.cluster.local:80'), all('follows http[0]'));
    assert.deepEqual(named('s.default:80'), all('follows http[0]'));
    assert.deepEqual(named('s.default:80', 'web'), all('waits -'));
    assert.deepEqual(named('s.default.svc.cluster.local:80', 'web'), all('follows http[0]'));
  });

  it('nothing of calls that pass a proxy', () => {
    assert.deepEqual(outcomesOf(inMesh(to('a')), { via: { kind: 'mesh' } }), []);
  });
});
