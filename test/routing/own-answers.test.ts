import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Resolution } from '../../src/routing/resolution.js';
import type { RouteRequest } from '../../src/routing/request.js';
import { resolveRoute } from '../../src/routing/resolve.js';
import {
  apiGateway,
  backends,
  gateway,
  http,
  httpRoute,
  type KubernetesObject,
  listener,
  manifestsOf,
  service,
  split,
  to,
  virtualService,
} from './objects.js';
import { headers, request } from './request.js';

/** A plain HTTP request, changed as a test needs. */
function get(changes: Partial<RouteRequest> = {}): RouteRequest {
  const plain = { method: 'GET', path: '/', headers: headers({}), targetPort: 80 };
  return request({ ...plain, ...changes });
}

function preflight(origin: string, changes: Readonly<Record<string, string>> = {}): RouteRequest {
  const asked = { origin, 'access-control-request-method': 'PUT', ...changes };
  return get({ method: 'OPTIONS', headers: headers(asked) });
}

/** `forward`, or what the proxy answers itself. */
function outcomeOf(resolution: Resolution): string {
  if (resolution.kind === 'respond') return resolution.answer;
  return resolution.kind === 'redirect' ? resolution.to : resolution.kind;
}

function outcome(objects: readonly KubernetesObject[], asked: RouteRequest): string {
  return outcomeOf(resolveRoute(manifestsOf(objects), asked));
}

describe('preflight requests by the corsPolicy of a VirtualService', () => {
  const withPolicy = (corsPolicy: KubernetesObject): KubernetesObject[] => [
    gateway([http(80)]),
    virtualService([{ ...split({ a: 60, b: 40 }), corsPolicy }]),
  ];
  const cases: readonly [string, KubernetesObject, RouteRequest, string][] = [
    [
      'an exact origin',
      { allowOrigins: [{ exact: 'https://a' }] },
      preflight('https://a'),
      'HTTP 200',
    ],
    [
      'another origin',
      { allowOrigins: [{ exact: 'https://a' }] },
      preflight('https://b'),
      'forward',
    ],
    ['a prefix', { allowOrigins: [{ prefix: 'https://' }] }, preflight('https://b'), 'HTTP 200'],
    ['a regex', { allowOrigins: [{ regex: 'https://.' }] }, preflight('https://b'), 'HTTP 200'],
    [
      'half of a regex',
      { allowOrigins: [{ regex: 'https://' }] },
      preflight('https://b'),
      'forward',
    ],
    ['any by an asterisk', { allowOrigins: [{ exact: '*' }] }, preflight('https://b'), 'HTTP 200'],
    ['the older field', { allowOrigin: ['https://a'] }, preflight('https://a'), 'HTTP 200'],
    [
      'the older field beside the newer',
      { allowOrigin: ['https://a'], allowOrigins: [{ exact: 'https://b' }] },
      preflight('https://a'),
      'forward',
    ],
    ['nobody', { allowMethods: ['PUT'] }, preflight('https://a'), 'forward'],
    [
      'others that are to be ignored',
      { allowOrigins: [{ exact: 'https://a' }], unmatchedPreflights: 'IGNORE' },
      preflight('https://b'),
      'HTTP 200',
    ],
    [
      'others that are to be forwarded',
      { allowOrigins: [{ exact: 'https://a' }], unmatchedPreflights: 'FORWARD' },
      preflight('https://b'),
      'forward',
    ],
    [
      'a request that is none: no method asked for',
      { allowOrigins: [{ exact: '*' }] },
      preflight('https://a', { 'access-control-request-method': '' }),
      'forward',
    ],
    [
      'a request that is none: GET',
      { allowOrigins: [{ exact: '*' }] },
      { ...preflight('https://a'), method: 'GET' },
      'forward',
    ],
  ];
  for (const [what, policy, asked, expected] of cases) {
    it(what, () => {
      assert.equal(outcome(withPolicy(policy), asked), expected);
    });
  }

  it('are told in words, and refused where a split is to be tested', () => {
    const set = manifestsOf(withPolicy({ allowOrigins: [{ exact: 'https://a' }] }));
    const answered = resolveRoute(set, preflight('https://a'));
    assert.deepEqual(answered.action, {
      kind: 'preflight',
      description: 'answers the CORS preflight request itself (200)',
    });
    assert.equal(answered.route?.rule, 'http[0]');
    assert.match(answered.effects?.changes.join() ?? '', /^CORS policy: .*preflight requests/);
    assert.equal(resolveRoute(set, get()).kind, 'forward');
  });

  it('reach no policy on a rule that redirects: Envoy asks it only before it forwards', () => {
    const rule = { redirect: { uri: '/x' }, corsPolicy: { allowOrigins: [{ exact: '*' }] } };
    const objects = [gateway([http(80)]), virtualService([rule])];
    assert.equal(outcome(objects, preflight('https://a')), '/x (301)');
  });

  it('take the delegate’s policy, or the root’s where it has none', () => {
    const delegated = (own: KubernetesObject): string => {
      const root = {
        delegate: { name: 'leaf', namespace: 'default' },
        corsPolicy: { allowOrigins: [{ exact: 'https://a' }] },
      };
      const leaf = virtualService([{ ...to('a'), ...own }], {
        ...{ name: 'leaf', hosts: [], gateways: null },
      });
      return outcome([gateway([http(80)]), virtualService([root]), leaf], preflight('https://a'));
    };
    assert.equal(delegated({}), 'HTTP 200');
    assert.equal(delegated({ corsPolicy: { allowOrigins: [{ exact: 'https://b' }] } }), 'forward');
  });
});

describe('filters of an HTTPRoute', () => {
  const withFilters = (...filters: KubernetesObject[]): KubernetesObject[] => [
    apiGateway([listener(80)]),
    httpRoute([backends({ a: 1, b: 1 }, { filters })]),
    service('a', null),
    service('b', null),
  ];

  it('a CORS filter answers every preflight request, with or without leave', () => {
    const objects = withFilters({ type: 'CORS', cors: { allowOrigins: ['https://a'] } });
    assert.equal(outcome(objects, preflight('https://a')), 'HTTP 200');
    assert.equal(outcome(objects, preflight('https://b')), 'HTTP 200');
    assert.equal(outcome(objects, get({ method: 'OPTIONS' })), 'forward');
  });

  it('say what they rewrite', () => {
    const changes = (urlRewrite: KubernetesObject): unknown => {
      const objects = withFilters({ type: 'URLRewrite', urlRewrite });
      return resolveRoute(manifestsOf(objects), get()).effects?.changes;
    };
    const path = { type: 'ReplacePrefixMatch', replacePrefixMatch: '/new' };
    assert.deepEqual(changes({ hostname: 'x.com', path }), [
      'prefix of the path rewritten to /new',
      'authority rewritten to x.com',
    ]);
    const whole = { type: 'ReplaceFullPath', replaceFullPath: '/all' };
    assert.deepEqual(changes({ path: whole }), ['path rewritten to /all']);
  });
});

describe('what ingress-nginx answers itself', () => {
  const ingress = (
    annotations: Readonly<Record<string, string>>,
    tls: readonly KubernetesObject[] = [],
    host = 'shop.com',
  ): KubernetesObject => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: `of-${host}`,
      annotations: Object.fromEntries(
        Object.entries(annotations).map(([name, value]) => [
          `nginx.ingress.kubernetes.io/${name}`,
          value,
        ]),
      ),
    },
    spec: {
      ingressClassName: 'nginx',
      tls,
      rules: [
        {
          host,
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: 'a', port: { number: 80 } } },
              },
            ],
          },
        },
      ],
    },
  });
  const shop = (changes: Partial<RouteRequest> = {}): RouteRequest =>
    get({ authority: 'shop.com', path: '/cart', ...changes });
  const options = (own: Readonly<Record<string, string>> = {}): RouteRequest =>
    shop({ method: 'OPTIONS', headers: headers(own) });
  const TLS = [{ hosts: ['Shop.com'], secretName: 'cert' }];
  const cors = { 'enable-cors': 'true' };
  const HTTPS = 'the same address over https (308)';
  const cases: readonly [string, KubernetesObject, RouteRequest, string][] = [
    ['nothing', ingress({}), shop(), 'forward'],
    ['plaintext to a host with a certificate', ingress({}, TLS), shop(), HTTPS],
    ['TLS to it', ingress({}, TLS), shop({ scheme: 'https' }), 'forward'],
    ['ssl-redirect: off', ingress({ 'ssl-redirect': 'false' }, TLS), shop(), 'forward'],
    [
      'another host’s certificate: the default one',
      ingress({}, [{ hosts: ['b.com'] }]),
      shop(),
      HTTPS,
    ],
    ['TLS without a host', ingress({}, TLS, ''), shop(), 'forward'],
    ['ssl-redirect: off as Go reads it', ingress({ 'ssl-redirect': 'F' }, TLS), shop(), 'forward'],
    ['a certificate for whom it names', ingress({}, [{ secretName: 'cert' }]), shop(), HTTPS],
    ['force-ssl-redirect', ingress({ 'force-ssl-redirect': 'true' }), shop(), HTTPS],
    [
      'permanent-redirect',
      ingress({ 'permanent-redirect': 'https://b.com' }),
      shop(),
      'https://b.com (301)',
    ],
    [
      'permanent-redirect-code',
      ingress({ 'permanent-redirect': 'https://b.com', 'permanent-redirect-code': '308' }),
      shop(),
      'https://b.com (308)',
    ],
    [
      'temporal-redirect before it, and before HTTPS',
      ingress({ 'permanent-redirect': 'https://b.com', 'temporal-redirect': 'https://c.com' }, TLS),
      shop(),
      'https://c.com (302)',
    ],
    [
      'a code that is none',
      ingress({ 'temporal-redirect': 'https://c.com', 'temporal-redirect-code': '308' }),
      shop(),
      'https://c.com (302)',
    ],
    ['app-root', ingress({ 'app-root': '/app' }), shop({ path: '/?q=1' }), '/app (302)'],
    ['app-root elsewhere', ingress({ 'app-root': '/app' }), shop(), 'forward'],
    ['enable-cors: any OPTIONS request', ingress(cors), options(), 'HTTP 204'],
    ['enable-cors: not GET', ingress(cors), shop(), 'forward'],
    ['no enable-cors', ingress({}), options(), 'forward'],
    [
      'an origin of the list',
      ingress({ ...cors, 'cors-allow-origin': 'https://a.com, https://*.b.com' }),
      options({ origin: 'https://x.b.com' }),
      'HTTP 204',
    ],
    [
      'an origin two labels below',
      ingress({ ...cors, 'cors-allow-origin': 'https://*.b.com' }),
      options({ origin: 'https://y.x.b.com' }),
      'forward',
    ],
    [
      'a dot is a dot',
      ingress({ ...cors, 'cors-allow-origin': 'https://a.com' }),
      options({ origin: 'https://a-com' }),
      'forward',
    ],
    [
      'from-to-www-redirect to the bare host',
      ingress({ 'from-to-www-redirect': 'true' }),
      shop({ authority: 'www.shop.com:8080' }),
      'shop.com (308)',
    ],
    [
      'from-to-www-redirect to www',
      ingress({ 'from-to-www-redirect': 'true' }, [], 'www.shop.com'),
      shop(),
      'www.shop.com (308)',
    ],
    [
      'the host itself',
      ingress({ 'from-to-www-redirect': 'true' }, [], 'www.shop.com'),
      shop({ authority: 'www.shop.com' }),
      'forward',
    ],
  ];
  for (const [what, object, asked, expected] of cases) {
    it(what, () => {
      assert.equal(outcome([object], asked), expected);
    });
  }

  it('a host that is there itself is not redirected to its other name', () => {
    const objects = [ingress({ 'from-to-www-redirect': 'true' }), ingress({}, [], 'www.shop.com')];
    assert.equal(outcome(objects, shop({ authority: 'www.shop.com' })), 'forward');
  });

  it('a certificate of any Ingress of the host counts for all of its paths', () => {
    const { metadata, ...rest } = ingress({}, TLS);
    const other = { ...rest, metadata: { ...(metadata as object), name: 'with-tls' } };
    assert.equal(outcome([ingress({}), other], shop()), HTTPS);
  });

  it('says what it rewrites', () => {
    const rewrites = {
      'rewrite-target': '/$2',
      'upstream-vhost': 'in.local',
      'enable-cors': 'true',
    };
    const { effects } = resolveRoute(manifestsOf([ingress(rewrites)]), shop());
    const [path, authority, policy] = effects?.changes ?? [];
    assert.deepEqual(
      [path, authority],
      ['path rewritten to /$2', 'authority rewritten to in.local'],
    );
    assert.match(policy ?? '', /^CORS policy/);
  });
});

describe('a fault that aborts', () => {
  const withAbort = (abort: KubernetesObject): KubernetesObject[] => [
    gateway([http(80)]),
    virtualService([{ ...to('a'), fault: { abort: { percentage: { value: 20 }, ...abort } } }]),
  ];
  const seen = (abort: KubernetesObject, asked: RouteRequest): unknown => {
    const { effects } = resolveRoute(manifestsOf(withAbort(abort)), asked);
    return [effects?.abort?.httpStatus, effects?.abort?.description];
  };
  const grpc = request({ targetPort: 80 });

  it('an HTTP request with an HTTP status is that status', () => {
    assert.deepEqual(seen({ httpStatus: 503 }, get()), [503, 'HTTP 503']);
  });

  it('an HTTP request with a gRPC status is 200 and a text: the status is for gRPC alone', () => {
    const [status, description] = seen({ grpcStatus: 'UNAVAILABLE' }, get()) as [number, string];
    assert.equal(status, 200);
    assert.match(description, /^HTTP 200 and a text \(gRPC UNAVAILABLE is for gRPC/);
  });

  it('a gRPC call with either is a gRPC status', () => {
    assert.deepEqual(seen({ grpcStatus: 'UNAVAILABLE' }, grpc), [null, 'gRPC UNAVAILABLE']);
    assert.deepEqual(seen({ httpStatus: 503 }, grpc), [null, 'HTTP 503']);
  });
});
