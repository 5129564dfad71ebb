import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { forwardedOrRefused } from '../../src/routing/forwarded-or-refused.js';
import { resolveRoute } from '../../src/routing/resolve.js';
import {
  apiGateway,
  destinationRule,
  gateway,
  http,
  httpRoute,
  https,
  type KubernetesObject,
  listener,
  manifestsOf,
  service,
  split,
  to,
  virtualService,
} from './objects.js';
import { forwardedBy, problemOf, request, sharesOf } from './request.js';

const GATEWAY = gateway([http(80)]);

describe('the resolution of a request', () => {
  it('says rule by rule why the others were not taken', () => {
    const set = manifestsOf([
      GATEWAY,
      virtualService([
        to('a', [{ uri: { exact: '/other' } }]),
        { ...split({ b: 60, c: 40 }), match: [{ uri: { prefix: '/helloworld.' } }] },
        to('rest'),
      ]),
    ]);
    const explanation = resolveRoute(set, request({ targetPort: 80 }));
    assert.deepEqual(
      explanation.traces.map(({ rule, outcome, reasons }) => ({ rule, outcome, reasons })),
      [
        {
          rule: 'http[0]',
          outcome: 'not-matched',
          reasons: ['the path is /helloworld.Greeter/SayHello, not /other'],
        },
        { rule: 'http[1]', outcome: 'taken', reasons: [] },
        { rule: 'http[2]', outcome: 'not-reached', reasons: [] },
      ],
    );
    assert.deepEqual(explanation.kind === 'forward' && sharesOf(explanation), { b: 60, c: 40 });
    assert.deepEqual(explanation.via, { kind: 'gateway', namespace: 'default', name: 'gw' });
    assert.equal(explanation.gatewayPort, 80);
    assert.equal(problemOf(explanation), null);
    assert.deepEqual(JSON.parse(JSON.stringify(explanation)), explanation);
  });

  it('a request without a route is explained, not thrown', () => {
    const set = manifestsOf([GATEWAY, virtualService([to('a', [{ uri: { exact: '/other' } }])])]);
    const explanation = resolveRoute(set, request({ targetPort: 80 }));
    assert.ok(explanation.kind === 'none');
    assert.equal(explanation.problem.code, 'no-route');
    assert.equal(explanation.findings[0], explanation.problem);
    assert.match(explanation.problem.summary, /^no rule takes POST/);
    assert.deepEqual(explanation.problem.place?.path, 'spec.http[0]');
    assert.equal(explanation.action, null);
    assert.equal(explanation.traces[0]?.outcome, 'not-matched');
    assert.equal(explanation.route, null);
  });

  const answered: readonly [string, object, object, string, string][] = [
    [
      'a redirect',
      { redirect: { uri: '/x' } },
      { kind: 'redirect', to: '/x (301)' },
      'redirect',
      'redirects to /x (301)',
    ],
    [
      'a direct response',
      { directResponse: { status: 503 } },
      { kind: 'respond', answer: 'HTTP 503' },
      'direct-response',
      'answers 503 itself',
    ],
  ];
  for (const [what, rule, outcome, kind, description] of answered) {
    it(`${what} is a route taken, and nothing is wrong with it`, () => {
      const set = manifestsOf([GATEWAY, virtualService([{ ...rule }])]);
      const explanation = resolveRoute(set, request({ targetPort: 80 }));
      assert.equal(problemOf(explanation), null);
      assert.deepEqual({ ...explanation, ...outcome }, explanation);
      assert.equal(explanation.route?.rule, 'http[0]');
      assert.deepEqual(explanation.action, { kind, description });
      assert.equal(explanation.traces[0]?.outcome, 'taken');
      // To be measured there would have to be a split.
      assert.throws(() => forwardedBy(set, request({ targetPort: 80 })), {
        name: 'InputError',
        message: new RegExp(
          `^test.yaml:\\d+ \\(document 2\\): spec.http.0.: the rule http.0. takes the request and ${description.replace(/[()]/g, '.')}, so there is no split to test: ask for`,
        ),
      });
      assert.throws(() => forwardedOrRefused(explanation, 'plan for'), {
        message: /no split to plan for: ask for/,
      });
    });
  }

  it('a delegate that delegates again leads nowhere that could be told', () => {
    const delegate = (name: string): KubernetesObject => ({ delegate: { name } });
    const set = manifestsOf([
      GATEWAY,
      virtualService([delegate('leaf')]),
      {
        ...virtualService([delegate('further')], { hosts: [], gateways: null }),
        // A server has let it in, as its webhook is not asked everywhere.
        metadata: { name: 'leaf', uid: 'e2a4' },
      },
    ]);
    const resolution = resolveRoute(set, request({ targetPort: 80 }));
    assert.ok(resolution.kind === 'none');
    assert.equal(resolution.problem.code, 'no-split');
    assert.equal(resolution.action?.kind, 'delegate');
    assert.match(resolution.problem.summary, /delegates to further, .* cannot be told/);
  });

  it('what is said about the call is told from what is said about the manifests', () => {
    const rules = [to('a', [{ sourceLabels: { app: 'front' } }]), to('b')];
    const unknown = { ...to('c'), wieght: 1 };
    const set = manifestsOf([
      virtualService([...rules, unknown], { gateways: null, hosts: ['s'] }),
    ]);
    const { findings, lint } = resolveRoute(set, request({ authority: 's' }));
    assert.deepEqual(
      findings.map(({ code, about, severity }) => [code, about, severity]),
      [['client-labels-unknown', 'call', 'warning']],
    );
    const [misspelt] = lint.filter(({ code }) => code === 'unknown-field');
    assert.equal(misspelt?.about, 'manifest');
    assert.equal(misspelt.place?.path, 'spec.http[2].wieght');
    assert.ok(misspelt.place.column !== null && misspelt.place.column > 1);
  });

  it('a server that sends plaintext to HTTPS comes before every route', () => {
    const server = { ...http(80), tls: { httpsRedirect: true } };
    const set = manifestsOf([gateway([server]), virtualService([to('a')])]);
    const explanation = resolveRoute(set, request({ targetPort: 80 }));
    assert.equal(problemOf(explanation), null);
    assert.match(explanation.action?.description ?? '', /over HTTPS/);
    assert.match(explanation.route?.source ?? '', /^Gateway default\/gw/);
    assert.deepEqual(
      explanation.traces.map(({ rule, outcome }) => [rule, outcome]),
      [
        ['servers[0].tls.httpsRedirect', 'taken'],
        ['http[0]', 'not-reached'],
      ],
    );
  });

  it('a rule whose backends cannot be used is an error; others in the set are lint', () => {
    const set = manifestsOf([
      apiGateway([listener()]),
      httpRoute([
        { matches: [{ path: { value: '/helloworld.Greeter' } }] },
        {
          matches: [{ path: { value: '/other' } }],
          backendRefs: [{ group: 'x.io', kind: 'Thing', name: 'a' }],
        },
      ]),
    ]);
    const explanation = resolveRoute(set, request({ targetPort: 80 }));
    assert.ok(explanation.kind === 'respond');
    assert.equal(explanation.action.kind, 'no-backend');
    assert.equal(explanation.answer, 'HTTP 500');
    assert.deepEqual(
      explanation.findings.map(({ code }) => code),
      ['no-usable-backend'],
    );
    assert.match(explanation.findings[0]!.summary, /every request fails with HTTP 500/);
    assert.deepEqual(
      explanation.lint.map(({ code, place }) => [code, place?.path]),
      [['invalid-backend', 'spec.rules[1].backendRefs[0]']],
    );
  });

  it('a part meant for a backend that cannot be used is not an injected fault', () => {
    const thing = { group: 'x.io', kind: 'Thing', name: 'a', weight: 1 };
    const set = manifestsOf([
      apiGateway([listener()]),
      httpRoute([{ backendRefs: [{ name: 's', port: 80, weight: 3 }, thing] }]),
    ]);
    const { effects, findings, lint } = resolveRoute(set, request({ targetPort: 80 }));
    assert.equal(effects?.abort, null);
    assert.deepEqual(effects.failing, { share: 0.25, description: 'HTTP 500' });
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['invalid-backend'],
    );
    assert.deepEqual(lint, []);
  });

  it('a route whose destinations share their pods is shown with its weights, and cannot be tested', () => {
    const set = manifestsOf([
      GATEWAY,
      virtualService([split({ 's/a': 1, 's/b': 1 })]),
      destinationRule('s', { a: { app: 's' }, b: { app: 's' } }),
    ]);
    const explanation = resolveRoute(set, request({ targetPort: 80 }));
    assert.equal(problemOf(explanation), null);
    assert.ok(explanation.kind === 'forward');
    assert.deepEqual(sharesOf(explanation), { a: 50, b: 50 });
    assert.deepEqual(
      explanation.findings.map(({ code }) => code),
      ['same-pods'],
    );
    assert.throws(() => forwardedOrRefused(explanation), /a and b select the same pods/);
    assert.equal(forwardedOrRefused(explanation, 'plan for'), explanation);
  });

  it('the timeouts, retries, faults and mirrors that apply', () => {
    const rule = {
      ...split({ a: 1, b: 1 }),
      timeout: '1m30s',
      retries: { attempts: 3, perTryTimeout: '20s', retryOn: 'unavailable', byDefault: false },
      fault: {
        abort: { percentage: { value: 10 }, grpcStatus: 'UNAVAILABLE' },
        delay: { percentage: { value: 0.5 }, fixedDelay: '2s' },
      },
      mirror: { host: 'shadow' },
      mirrorPercentage: { value: 25 },
      rewrite: { authority: 'x' },
    };
    const explanation = resolveRoute(
      manifestsOf([GATEWAY, virtualService([rule])]),
      request({ targetPort: 80 }),
    );
    assert.deepEqual(explanation.effects, {
      timeoutMs: 90_000,
      retries: { attempts: 3, perTryTimeoutMs: 20_000, retryOn: 'unavailable', byDefault: false },
      abort: { share: 0.1, description: 'gRPC UNAVAILABLE', httpStatus: null },
      delay: { share: 0.005, description: '2000 ms' },
      failing: null,
      mirrors: [{ host: 'shadow', share: 0.25 }],
      changes: ['authority rewritten to x'],
    });
    assert.deepEqual(
      explanation.findings.map(({ code }) => code),
      ['fault-injected', 'fault-injected'],
    );
    assert.match(explanation.notes.join('\n'), /25 % of the requests are copied to shadow/);
  });

  it('the older field for a mirror’s share, by both of its names', () => {
    for (const [field, share] of [
      ['mirrorPercent', 0.5],
      ['mirror_percent', 0.5],
      ['mirror-percent', 1],
    ] as const) {
      const rule = { ...to('a'), mirror: { host: 'shadow' }, [field]: 50 };
      const set = manifestsOf([GATEWAY, virtualService([rule])]);
      const { effects, lint } = resolveRoute(set, request({ targetPort: 80 }));
      assert.deepEqual(effects?.mirrors, [{ host: 'shadow', share }]);
      assert.equal(lint.length, share === 1 ? 1 : 0);
    }
  });

  it('Istio’s own retries where the route says nothing, or not on what', () => {
    const retriesOf = (rule: KubernetesObject): unknown => {
      const set = manifestsOf([GATEWAY, virtualService([rule])]);
      return resolveRoute(set, request({ targetPort: 80 })).effects?.retries;
    };
    const retryOn = 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes';
    const own = { attempts: 2, perTryTimeoutMs: null, retryOn };
    assert.deepEqual(retriesOf(to('a')), { ...own, byDefault: true });
    const three = { attempts: 3 };
    assert.deepEqual(retriesOf({ ...to('a'), retries: three }), {
      ...{ ...own, ...three, byDefault: false },
    });
    const off = { attempts: 0, perTryTimeoutMs: null, retryOn: null, byDefault: false };
    assert.deepEqual(retriesOf({ ...to('a'), retries: { attempts: 0 } }), off);
    assert.equal(retriesOf({ directResponse: { status: 503 } }), null);
  });

  it('a subset that does not exist is said once', () => {
    const set = manifestsOf([
      GATEWAY,
      virtualService([split({ 's/a': 1, 's/b': 1 })]),
      destinationRule('s', { a: { v: 'a' } }),
    ]);
    const resolution = resolveRoute(set, request({ targetPort: 80 }));
    const { lint } = resolution;
    assert.equal(problemOf(resolution)?.code, 'unknown-subset');
    assert.deepEqual(
      lint.filter(({ severity }) => severity === 'error'),
      [],
    );
  });

  it('ports that take TLS without HTTP, or pass it through', () => {
    const said = (server: KubernetesObject): string => {
      const vs = virtualService([to('a')], { hosts: ['a.com'] });
      const asked = request({ scheme: 'https', authority: 'a.com', targetPort: 443 });
      const { findings } = resolveRoute(manifestsOf([gateway([server]), vs]), asked);
      return findings.map(({ summary }) => summary).join();
    };
    const server = { ...https(443, 'a.com') };
    assert.equal(said(server), '');
    assert.match(said({ ...server, tls: { mode: 'PASSTHROUGH' } }), /passes TLS through/);
    const port = { number: 443, name: 'tls', protocol: 'TLS' };
    assert.match(said({ ...server, port }), /speaks no HTTP \(protocol TLS\)/);
  });

  it('a rule for clients with certain labels is passed over, and it says so', () => {
    const rules = [to('a', [{ sourceLabels: { app: 'front' } }]), to('b')];
    const set = manifestsOf([virtualService(rules, { gateways: null, hosts: ['s'] })]);
    const resolution = resolveRoute(set, request({ authority: 's' }));
    const { findings } = resolution;
    assert.deepEqual(resolution.kind === 'forward' && sharesOf(resolution), { b: 100 });
    assert.deepEqual(
      findings.map(({ code, place }) => [code, place?.path]),
      [['client-labels-unknown', 'spec.http[0].match']],
    );
  });

  it('a fault without a percentage hits no request', () => {
    const rule = { ...to('a'), fault: { abort: { httpStatus: 503 } } };
    const explanation = resolveRoute(
      manifestsOf([GATEWAY, virtualService([rule])]),
      request({ targetPort: 80 }),
    );
    assert.equal(explanation.effects?.abort, null);
  });

  it('a timeout on a streaming call', () => {
    const set = manifestsOf([GATEWAY, virtualService([{ ...to('a'), timeout: '60s' }])]);
    const codes = (streaming: boolean): string[] =>
      resolveRoute(set, request({ targetPort: 80 }), { streaming }).findings.map(
        ({ code }) => code,
      );
    assert.deepEqual(codes(true), ['stream-timeout']);
    assert.deepEqual(codes(false), []);
    const [finding] = resolveRoute(set, request({ targetPort: 80 }), { streaming: true }).findings;
    // What Istio's API server would refuse is no advice.
    assert.match(finding!.summary, /leave timeout out/);
    assert.equal(finding!.place?.path, 'spec.http[0].timeout');
  });

  it('a timeout of an older server that is 0s is none for a stream', () => {
    const route = virtualService([{ ...to('a'), timeout: '0s' }]);
    const metadata = { name: 'vs', uid: 'e2a4' };
    const set = manifestsOf([GATEWAY, { ...route, metadata }]);
    assert.deepEqual(
      resolveRoute(set, request({ targetPort: 80 }), { streaming: true }).findings,
      [],
    );
  });

  it('gRPC to a port that says HTTP/1.1', () => {
    const set = manifestsOf([
      GATEWAY,
      virtualService([to('s')]),
      service('s', { app: 's' }, { ports: [{ port: 80, name: 'http-api' }] }),
    ]);
    const warning = resolveRoute(set, request({ targetPort: 80 })).findings[0]!;
    assert.equal(warning.code, 'protocol-mismatch');
    assert.match(
      warning.summary,
      /port 80 of the Service s is named http-api, which is not HTTP\/2/,
    );
  });

  it('gRPC to a port that says HTTP/1.1, and a DestinationRule that says otherwise', () => {
    const codes = (trafficPolicy: object, subset: object = {}): string[] => {
      const rule = destinationRule('s', { v1: {} });
      const spec = { ...(rule.spec as object), trafficPolicy, subsets: [subset] };
      const set = manifestsOf([
        GATEWAY,
        virtualService([{ route: [{ destination: { host: 's', subset: 'v1' } }] }]),
        service('s', { app: 's' }, { ports: [{ port: 80, name: 'http-api' }] }),
        { ...rule, spec },
      ]);
      return resolveRoute(set, request({ targetPort: 80 })).findings.map(({ code }) => code);
    };
    const pool = (settings: object) => ({ connectionPool: { http: settings } });
    const v1 = (policy?: object) => ({
      ...{ name: 'v1', labels: { version: 'v1' } },
      ...(policy !== undefined && { trafficPolicy: policy }),
    });
    const mismatch = ['protocol-mismatch'];
    assert.deepEqual(codes(pool({ h2UpgradePolicy: 'UPGRADE' }), v1()), []);
    assert.deepEqual(codes(pool({ useClientProtocol: true }), v1()), []);
    assert.deepEqual(codes(pool({ h2UpgradePolicy: 'DO_NOT_UPGRADE' }), v1()), mismatch);
    const limit = pool({ http2MaxRequests: 5 });
    assert.deepEqual(codes(limit, v1(pool({ h2UpgradePolicy: 'UPGRADE' }))), []);
    // A subset's connection pool takes the place of the host's, and a port's that of both.
    assert.deepEqual(codes(pool({ h2UpgradePolicy: 'UPGRADE' }), v1(limit)), mismatch);
    const ofPort = [{ port: { number: 80 }, ...pool({ useClientProtocol: true }) }];
    assert.deepEqual(codes({ ...limit, portLevelSettings: ofPort }, v1()), []);
  });
});
