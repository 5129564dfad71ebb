import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { resolveRoute } from '../../../src/routing/resolve.js';
import { runCases, type Case } from '../case-table.js';
import {
  apiGateway,
  backends,
  httpRoute,
  type KubernetesObject,
  listener,
  manifestsOf,
} from '../objects.js';
import { request } from '../request.js';

const SPEC = 'https://gateway-api.sigs.k8s.io/reference/spec/';
const SELECTOR = 'istio/istio pilot/pkg/config/kube/gateway/conversion.go, namespacesFromSelector';
const ISOLATION =
  'istio/istio pilot/pkg/config/kube/gateway/conversion.go, hostnameAllowedByIsolation';

const namespace = (name: string, labels: KubernetesObject): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});

/** A route of `apps` at a Gateway of `infra` that lets in the namespaces of a selector. */
const selected = (
  selector: KubernetesObject,
  ...others: KubernetesObject[]
): readonly KubernetesObject[] => [
  apiGateway([listener(80, { allowedRoutes: { namespaces: { from: 'Selector', selector } } })], {
    namespace: 'infra',
  }),
  httpRoute([backends({ a: null })], {
    namespace: 'apps',
    parentRefs: [{ name: 'gw', namespace: 'infra' }],
  }),
  ...others,
];

const expression = (operator: string, ...values: string[]): KubernetesObject => ({
  matchExpressions: [{ key: 'team', operator, ...(values.length === 0 ? {} : { values }) }],
});

const TEAM_X = namespace('apps', { team: 'x' });
const NO_TEAM = namespace('apps', {});
const OUT = /no route is attached/;

const NAMESPACES: readonly Case[] = [
  ['the label it has', { matchLabels: { team: 'x' } }, TEAM_X, 'a'],
  ['another value', { matchLabels: { team: 'y' } }, TEAM_X, OUT],
  ['a label it lacks', { matchLabels: { team: 'x' } }, NO_TEAM, OUT],
  ['one of several values', expression('In', 'w', 'x'), TEAM_X, 'a'],
  ['none of several values', expression('NotIn', 'w', 'x'), TEAM_X, OUT],
  ['none of several values, without the label', expression('NotIn', 'x'), NO_TEAM, 'a'],
  ['any value', expression('Exists'), TEAM_X, 'a'],
  ['any value, without the label', expression('Exists'), NO_TEAM, OUT],
  ['no such label', expression('DoesNotExist'), NO_TEAM, 'a'],
  ['no such label, with it', expression('DoesNotExist'), TEAM_X, OUT],
  ['nothing selects all', {}, NO_TEAM, 'a'],
].map(([rule, selector, object, takes]) => ({
  rule: `namespaces by labels: ${rule as string}`,
  source: SELECTOR,
  objects: selected(selector as KubernetesObject, object as KubernetesObject),
  request: { namespace: 'apps' },
  takes: takes as string | RegExp,
}));

const BY_NAME: readonly Case[] = [
  {
    rule: 'a namespace has its name for a label',
    source: 'istio/istio pilot/pkg/config/kube/gateway/conversion.go, toNamespaceSet',
    objects: selected({ matchLabels: { 'kubernetes.io/metadata.name': 'apps' } }),
    takes: 'a',
  },
  {
    rule: 'so another name is known to be kept out, whether or not the Namespace is given',
    source: 'istio/istio pilot/pkg/config/kube/gateway/conversion.go, toNamespaceSet',
    objects: selected({ matchLabels: { 'kubernetes.io/metadata.name': 'others' } }),
    takes: OUT,
  },
  {
    rule: 'an operator that does not exist is a mistake',
    source: SPEC,
    objects: selected(expression('Equals', 'x'), TEAM_X),
    takes: /operator: must be one of In, NotIn, Exists, DoesNotExist/,
  },
];

/** `any` lets everyone in, `own` only routes of its namespace; the route is elsewhere. */
const twoListeners = (
  own: string,
  any: string | null,
  hostnames: readonly string[],
): readonly KubernetesObject[] => [
  apiGateway(
    [
      { name: 'own', port: 80, protocol: 'HTTP', hostname: own },
      {
        name: 'any',
        port: 80,
        protocol: 'HTTP',
        ...(any === null ? {} : { hostname: any }),
        allowedRoutes: { namespaces: { from: 'All' } },
      },
    ],
    { namespace: 'infra' },
  ),
  httpRoute([backends({ a: null })], {
    ...(hostnames.length === 0 ? {} : { hostnames }),
    parentRefs: [{ name: 'gw', namespace: 'infra' }],
  }),
];

const LISTENERS: readonly Case[] = [
  {
    rule: 'Istio: a host that a longer hostname covers is not served by others of the port',
    source: ISOLATION,
    objects: twoListeners('*.a.com', null, ['x.a.com']),
    request: { authority: 'x.a.com' },
    takes: OUT,
  },
  {
    rule: 'Istio: nor by a shorter wildcard',
    source: ISOLATION,
    objects: twoListeners('*.b.a.com', '*.a.com', ['x.b.a.com']),
    request: { authority: 'x.b.a.com' },
    takes: OUT,
  },
  {
    rule: 'Istio: by a longer one it is',
    source: ISOLATION,
    objects: twoListeners('*.a.com', '*.b.a.com', ['x.b.a.com']),
    request: { authority: 'x.b.a.com' },
    takes: 'a',
  },
  {
    rule: 'Istio: a route without hostnames keeps what no route of the other listener takes',
    source: ISOLATION,
    objects: twoListeners('*.a.com', null, []),
    request: { authority: 'x.a.com' },
    takes: 'a',
  },
  {
    rule: 'the specification: the most specific listener takes the request, whoever is attached',
    source: `${SPEC}#gatewayspec (listeners)`,
    objects: twoListeners('*.a.com', null, []),
    request: { authority: 'x.a.com', gatewayClass: 'specification' },
    takes: OUT,
  },
  {
    rule: 'Envoy Gateway: only the very hostname is another’s',
    source: 'envoyproxy/gateway internal/gatewayapi/helpers.go, computeHosts',
    objects: twoListeners('*.a.com', null, ['x.a.com']),
    request: { authority: 'x.a.com', gatewayClass: 'envoy-gateway' },
    takes: 'a',
  },
  {
    rule: 'Envoy Gateway: the very hostname',
    source: 'envoyproxy/gateway internal/gatewayapi/helpers.go, computeHosts',
    objects: twoListeners('x.a.com', null, ['x.a.com']),
    request: { authority: 'x.a.com', gatewayClass: 'envoy-gateway' },
    takes: OUT,
  },
];

runCases('Gateway API: namespaces by labels', [...NAMESPACES, ...BY_NAME]);
runCases('Gateway API: listeners of one port', LISTENERS);

describe('Gateway API: a Namespace that is not given', () => {
  it('is taken to be let in, and that is said', () => {
    const set = manifestsOf(selected({ matchLabels: { team: 'x' } }));
    const { kind, findings } = resolveRoute(set, request({ targetPort: 80 }));
    assert.equal(kind, 'forward');
    assert.match(
      findings.find(({ code }) => code === 'not-modelled')?.summary ?? '',
      /the Namespace apps is not among the manifests/,
    );
  });

  it('nothing is said where it is given', () => {
    const set = manifestsOf(selected({ matchLabels: { team: 'x' } }, TEAM_X));
    const { findings } = resolveRoute(set, request({ targetPort: 80 }));
    assert.deepEqual(findings, []);
  });
});
