import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { expressionOf, ruleHolds } from '../../../src/routing/manifest/schema/cel.js';
import type { Shape } from '../../../src/routing/manifest/schema/shape.js';
import { KINDS, SHAPES } from '../../../src/routing/manifest/schema/generated.js';
import {
  apiGateway,
  backends,
  destinationRule,
  httpRoute,
  type KubernetesObject,
  listener,
  manifestsOf,
  to,
  virtualService,
} from '../objects.js';

const GENERATED = path.resolve(
  import.meta.dirname,
  '../../../../src/routing/manifest/schema/generated.ts',
);

describe('the table of what API servers know', () => {
  const text = readFileSync(GENERATED, 'utf8');

  it('is as it was written, by its hash', () => {
    const [, hash] = /sha256 of what they gave: (\w+)/.exec(text) ?? [];
    const given = createHash('sha256')
      .update(JSON.stringify([KINDS, SHAPES]))
      .digest('hex');
    assert.equal(hash, given);
  });

  it('names the versions that it is of', () => {
    const [head = ''] = text.split('\n');
    for (const module of [
      'istio.io/api v',
      'sigs.k8s.io/gateway-api v',
      'github.com/fluxcd/flagger v',
      'github.com/argoproj/argo-rollouts v',
      'k8s.io/client-go v',
    ])
      assert.ok(head.includes(module), module);
  });

  it('has every kind in every version that Istio and the Gateway API serve', () => {
    for (const kind of ['VirtualService', 'DestinationRule', 'Gateway', 'ServiceEntry', 'Sidecar'])
      for (const version of ['v1', 'v1beta1', 'v1alpha3'])
        assert.ok(`networking.istio.io/${version} ${kind}` in KINDS, `${version} ${kind}`);
    for (const kind of [
      'HTTPRoute',
      'GRPCRoute',
      'TLSRoute',
      'TCPRoute',
      'Gateway',
      'ReferenceGrant',
    ])
      assert.ok(`gateway.networking.k8s.io/v1 ${kind}` in KINDS, kind);
  });
});

describe('rules in CEL', () => {
  it('all those of the table are understood', () => {
    const rules = SHAPES.flatMap((line) => (JSON.parse(line) as Shape).rules ?? []);
    assert.ok(rules.length > 100);
    for (const [rule] of rules) assert.doesNotThrow(() => expressionOf(rule), rule);
  });

  const rows: readonly (readonly [string, unknown, boolean])[] = [
    ['self.a == 1 && has(self.b)', { a: 1, b: 'x' }, true],
    ['self.a == 1 && has(self.b)', { a: 1 }, false],
    ['(has(self.a) ? 1 : 0) + (has(self.b) ? 1 : 0) <= 1', { a: 1, b: 2 }, false],
    ["duration(self) >= duration('1ms')", '0s', false],
    ["duration(self) >= duration('1ms')", '1h2m', true],
    ["duration(self) >= duration('1ms')", 'soon', false],
    ['self.all(key, !key.contains("*"))', { 'a*': 1 }, false],
    ['self.all(l1, self.exists_one(l2, l1.n == l2.n))', [{ n: 1 }, { n: 1 }], false],
    ['self.all(l1, self.exists_one(l2, l1.n == l2.n))', [{ n: 1 }, { n: 2 }], true],
    ["self.filter(f, f.type == 'A').size() <= 1", [{ type: 'A' }, { type: 'A' }], false],
    ["!('*' in self && self.size() > 1)", ['*', 'a'], false],
    ['self.matches(r"""^[a-z]+$""")', 'a1', false],
    [
      "(self.type in ['A','B']) ? self.value.startsWith('/') : true",
      { type: 'C', value: 'x' },
      true,
    ],
    [
      "(self.type in ['A','B']) ? self.value.startsWith('/') : true",
      { type: 'B', value: 'x' },
      false,
    ],
    ['self[0].p.size() > 1 ? false : true', [{ p: [1, 2] }], false],
    ['self.__namespace__ == "a"', { namespace: 'b' }, false],
    ['((has(self.a) ? self.a : "N") == "N") ? !has(self.b) : true', { b: 1 }, false],
    // As for the server, what asks for a field that is not there does not hold, unless that decides nothing.
    ['self.a == 1', {}, false],
    ['self.a == 1 || self.b == 2', { b: 2 }, true],
    ['self.a == 1 && self.b == 2', { b: 1 }, false],
    ['self.all(h, !isIP(h))', ['10.0.0.1'], false],
    // What cannot be told holds.
    ['later(self)', {}, true],
    ['self.a ==', {}, true],
  ];
  for (const [rule, self, holds] of rows)
    it(`${rule} of ${JSON.stringify(self)}`, () => {
      assert.equal(ruleHolds(rule, self), holds);
    });
});

/** Changes at a place of an object; `undefined` takes the field away. */
function changed(
  object: KubernetesObject,
  steps: readonly string[],
  value: unknown,
): KubernetesObject {
  const copy = structuredClone(object) as Record<string, unknown>;
  let at = copy;
  for (const step of steps.slice(0, -1)) at = at[step] as Record<string, unknown>;
  at[steps.at(-1) ?? ''] = value;
  return copy;
}

describe('what the API server refuses', () => {
  const istio: readonly (readonly [string, KubernetesObject, string, RegExp])[] = [
    [
      'a type',
      virtualService([
        { ...to('a'), retries: { attempts: 1, retryIgnorePreviousHosts: 'no way' } },
      ]),
      'spec.http[0].retries.retryIgnorePreviousHosts',
      /must be true or false, not "no way"/,
    ],
    [
      'a word that is none of those',
      changed(destinationRule('a', {}), ['spec', 'trafficPolicy'], {
        loadBalancer: { simple: 'RANDOMLY' },
      }),
      'spec.trafficPolicy.loadBalancer.simple',
      /must be one of "UNSPECIFIED"/,
    ],
    [
      'fields that are not together',
      virtualService([
        { ...to('a'), fault: { delay: { fixedDelay: '1s', exponentialDelay: '1s' } } },
      ]),
      'spec.http[0].fault.delay',
      /one of fixedDelay, exponentialDelay/,
    ],
    [
      'a duration below a millisecond',
      virtualService([{ ...to('a'), timeout: '0s' }]),
      'spec.http[0].timeout',
      /greater than 1ms/,
    ],
    [
      'what a container of a Deployment has not',
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'a' },
        spec: { template: { spec: { containers: [{ env: [{ name: 'A', value: 1 }] }] } } },
      },
      'spec.template.spec.containers[0].env[0].value',
      /must be a string, not 1/,
    ],
  ];
  for (const [name, object, at, why] of istio)
    it(name, () => {
      assert.throws(
        () => manifestsOf([object]),
        (error: Error & { place?: { path?: string } }) => {
          assert.equal(error.place?.path, at);
          assert.match(error.message, /the API server refuses it: /);
          assert.match(error.message, why);
          return true;
        },
      );
    });

  const route = httpRoute([backends({ a: null })]);
  const gatewayApi: readonly (readonly [string, KubernetesObject, string, RegExp])[] = [
    [
      'a Service without a port',
      changed(route, ['spec', 'rules', '0', 'backendRefs', '0', 'port'], null),
      'spec.rules[0].backendRefs[0]',
      /port/,
    ],
    [
      'a filter without what its type says',
      changed(route, ['spec', 'rules', '0', 'filters'], [{ type: 'CORS' }]),
      'spec.rules[0].filters[0]',
      /cors must be specified/,
    ],
    [
      'a hostname with a port',
      changed(route, ['spec', 'hostnames'], ['a:80']),
      'spec.hostnames[0]',
      /does not match/,
    ],
    [
      'a path with two slashes',
      changed(route, ['spec', 'rules', '0', 'matches'], [{ path: { type: 'Exact', value: '//' } }]),
      'spec.rules[0].matches[0].path',
      /\/\//,
    ],
    [
      'listeners of one name',
      apiGateway([listener(80), { ...listener(81), name: 'l80' }]),
      'spec.listeners',
      /name/,
    ],
    [
      'TLS of a listener of HTTP',
      apiGateway([listener(80, { tls: { mode: 'Terminate', certificateRefs: [{ name: 'c' }] } })]),
      'spec.listeners',
      /tls must not be specified/,
    ],
    [
      'a Gateway without a class',
      changed(apiGateway([listener()]), ['spec', 'gatewayClassName'], null),
      'spec',
      /gatewayClassName is missing/,
    ],
  ];
  for (const [name, object, at, why] of gatewayApi)
    it(`${name}, which is an error among the findings`, () => {
      const [first] = manifestsOf([object]).findings;
      assert.equal(first?.code, 'refused-object');
      assert.equal(first.severity, 'error');
      assert.equal(first.place?.path, at);
      assert.match(first.summary, why);
    });

  it('defaults are filled in before rules are asked', () => {
    const rewrite = {
      type: 'URLRewrite',
      urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/b' } },
    };
    const rules = [backends({ a: null }, { filters: [rewrite] })];
    // The match that is not there is by the prefix /, and so is one without a type.
    assert.deepEqual(manifestsOf([httpRoute(rules)]).findings, []);
    const exact = { ...rules[0], matches: [{ path: { type: 'Exact', value: '/' } }] };
    assert.equal(manifestsOf([httpRoute([exact])]).findings[0]?.code, 'refused-object');
  });

  it('fields of the experimental channel are pointed at', () => {
    const rule = backends({ a: null }, { retry: { attempts: 2 } });
    const { findings } = manifestsOf([httpRoute([rule])]);
    assert.deepEqual(
      findings.map(({ code, severity, place }) => [code, severity, place?.path]),
      [['experimental-field', 'info', 'spec.rules[0].retry']],
    );
  });
});

describe('fields that only some kinds have', () => {
  const rows: readonly (readonly [KubernetesObject, Record<string, string>])[] = [
    [
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Rollout',
        metadata: { name: 'a' },
        spec: {
          selector: { matchLabels: { a: 'b' } },
          strategy: {
            canary: {
              stepz: [],
              trafficRouting: { istio: { virtualService: { name: 'x', route: [] } } },
            },
          },
          template: { spec: { containers: [{ imag: 'x' }] } },
        },
      },
      {
        'spec.strategy.canary.stepz': 'steps',
        'spec.strategy.canary.trafficRouting.istio.virtualService.route': 'routes',
        'spec.template.spec.containers[0].imag': 'image',
      },
    ],
    [
      {
        apiVersion: 'flagger.app/v1beta1',
        kind: 'Canary',
        metadata: { name: 'a' },
        spec: {
          targetRef: { kind: 'Deployment', name: 'a' },
          service: { port: 80, gateway: [] },
          analysis: { maxWeigth: 50 },
        },
      },
      { 'spec.service.gateway': 'gateways', 'spec.analysis.maxWeigth': 'maxWeight' },
    ],
    [
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'a', annotation: {} },
        spec: {
          ingressclassName: 'nginx',
          rules: [
            {
              http: {
                paths: [
                  {
                    path: '/',
                    pathTyp: 'Prefix',
                    pathType: 'Prefix',
                    backend: { service: { name: 'a', port: { number: 80 } } },
                  },
                ],
              },
            },
          ],
        },
      },
      {
        'metadata.annotation': 'annotations',
        'spec.ingressclassName': 'ingressClassName',
        'spec.rules[0].http.paths[0].pathTyp': 'pathType',
      },
    ],
    [
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'a', labels: { 'kubernetes.io/service-name': 'a' } },
        addressType: 'IPv4',
        endpoints: [{ addresses: ['10.0.0.1'], condition: { ready: true } }],
      },
      { 'endpoints[0].condition': 'conditions' },
    ],
    [
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'Sidecar',
        metadata: { name: 'a' },
        spec: {
          egress: [{ host: ['./*'], hosts: ['./*'] }],
          outboundTrafficPolicy: { mod: 'ALLOW_ANY' },
        },
      },
      { 'spec.egress[0].host': 'hosts', 'spec.outboundTrafficPolicy.mod': 'mode' },
    ],
    [
      httpRoute([
        {
          ...backends({ a: null }),
          filters: [
            {
              type: 'RequestMirror',
              requestMirror: { backendRef: { name: 'a', port: 80 }, percnt: 1 },
            },
          ],
        },
      ]),
      { 'spec.rules[0].filters[0].requestMirror.percnt': 'percent' },
    ],
  ];
  for (const [object, expected] of rows)
    it(String(object.kind), () => {
      const { findings } = manifestsOf([object]);
      const unknown = findings
        .filter(({ code }) => code === 'unknown-field')
        .map(({ place, summary }) => [place?.path, /did you mean (\w+)\?/.exec(summary)?.[1]]);
      assert.deepEqual(Object.fromEntries(unknown), expected);
    });
});
