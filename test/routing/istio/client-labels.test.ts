import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { RouteRequest } from '../../../src/routing/request.js';
import { resolveRoute } from '../../../src/routing/resolve.js';
import { runCases, type Case } from '../case-table.js';
import {
  destinationRule,
  type KubernetesObject,
  manifestsOf,
  service,
  split,
  to,
  virtualService,
} from '../objects.js';
import { request } from '../request.js';

const ROUTE = 'istio/istio pilot/pkg/networking/core/route/route.go sourceMatchHTTP';
const SCOPE = 'istio/istio pilot/pkg/model/push_context.go doGetSidecarScope';
const RULE = 'istio/istio pilot/pkg/model/sidecar.go SidecarScope.DestinationRule';
const HOST = 'web.default.svc.cluster.local';

const FOR_SHOP = virtualService([to('a', [{ sourceLabels: { app: 'shop' } }]), to('b')], {
  ...{ gateways: null, hosts: [HOST] },
});

function client(labels: Record<string, string> | undefined): Partial<RouteRequest> {
  return {
    via: { kind: 'mesh' },
    authority: 'web:80',
    ...(labels === undefined ? {} : { clientLabels: labels }),
  };
}

function sidecar(
  name: string,
  selector: KubernetesObject | null,
  hosts: readonly string[],
  day = 1,
): KubernetesObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Sidecar',
    metadata: { name, creationTimestamp: `2026-01-0${day}T00:00:00Z` },
    spec: {
      ...(selector === null ? {} : { workloadSelector: { labels: selector } }),
      egress: [{ hosts }],
    },
  };
}

/** One VirtualService in each of two namespaces: which is imported shows the Sidecar that holds. */
const IN_TWO_NAMESPACES = [
  service('web', { app: 'web' }),
  virtualService([to('a')], { name: 'a', namespace: 'one', gateways: null, hosts: [HOST], day: 1 }),
  virtualService([to('b')], { name: 'b', namespace: 'two', gateways: null, hosts: [HOST], day: 2 }),
];

const SUBSETS = [
  service('web', { app: 'web' }),
  virtualService([split({ 'web/v1': 100 })], { gateways: null, hosts: [HOST] }),
];

function forPodsOf(app: string, object: KubernetesObject): KubernetesObject {
  const spec = object.spec as KubernetesObject;
  return { ...object, spec: { ...spec, workloadSelector: { matchLabels: { app } } } };
}

const CASES: readonly Case[] = [
  {
    rule: 'a rule with sourceLabels takes a client with all of them',
    source: ROUTE,
    objects: [FOR_SHOP],
    request: client({ app: 'shop', version: 'v1' }),
    takes: 'a',
  },
  {
    rule: 'and no client with other ones',
    source: ROUTE,
    objects: [FOR_SHOP],
    request: client({ app: 'other' }),
    takes: 'b',
  },
  {
    rule: 'nor one whose labels are not known',
    source: ROUTE,
    objects: [FOR_SHOP],
    request: client(undefined),
    takes: 'b',
  },
  {
    rule: 'a Sidecar that selects the client comes before one for all',
    source: SCOPE,
    objects: [
      sidecar('all', null, ['./*', 'two/*']),
      sidecar('some', { app: 'shop' }, ['./*', 'one/*'], 2),
      ...IN_TWO_NAMESPACES,
    ],
    request: client({ app: 'shop' }),
    takes: 'a',
  },
  {
    rule: 'it does not for a client that it does not select',
    source: SCOPE,
    objects: [
      sidecar('all', null, ['./*', 'two/*']),
      sidecar('some', { app: 'shop' }, ['./*', 'one/*'], 2),
      ...IN_TWO_NAMESPACES,
    ],
    request: client({ app: 'other' }),
    takes: 'b',
  },
  {
    rule: 'of several that select it, the oldest holds',
    source: SCOPE,
    objects: [
      sidecar('young', { app: 'shop' }, ['./*', 'one/*'], 3),
      sidecar('old', { version: 'v1' }, ['./*', 'two/*'], 2),
      ...IN_TWO_NAMESPACES,
    ],
    request: client({ app: 'shop', version: 'v1' }),
    takes: 'b',
  },
  {
    rule: 'a DestinationRule for the client’s pods comes before one for all',
    source: RULE,
    objects: [
      ...SUBSETS,
      destinationRule(HOST, { v2: { version: 'v2' } }, { name: 'all' }),
      forPodsOf('shop', destinationRule(HOST, { v1: { version: 'v1' } }, { name: 'some' })),
    ],
    request: client({ app: 'shop' }),
    takes: 'v1',
  },
  {
    rule: 'and counts for no other client',
    source: RULE,
    objects: [
      ...SUBSETS,
      destinationRule(HOST, { v2: { version: 'v2' } }, { name: 'all' }),
      forPodsOf('shop', destinationRule(HOST, { v1: { version: 'v1' } }, { name: 'some' })),
    ],
    request: client({ app: 'other' }),
    takes: /has no subset v1: there is v2; .* defines it, but it is for pods with app=shop alone/,
  },
];

runCases('Istio: the labels of the client', CASES);

describe('Istio: what is said of the labels of the client', () => {
  const sets: [string, KubernetesObject[]][] = [
    ['a rule with sourceLabels', [FOR_SHOP]],
    ['a Sidecar', [sidecar('some', { app: 'shop' }, ['./*']), ...IN_TWO_NAMESPACES]],
    [
      'a DestinationRule',
      [
        ...SUBSETS,
        destinationRule(HOST, { v1: { version: 'v1' } }, { name: 'all' }),
        forPodsOf('shop', destinationRule(HOST, { v2: { version: 'v2' } }, { name: 'some' })),
      ],
    ],
  ];
  for (const [what, objects] of sets) {
    it(`${what} that asks for some: nothing once they are known, else how to tell them`, () => {
      const said = (labels: Record<string, string> | undefined): string[] =>
        resolveRoute(manifestsOf(objects), request({ targetPort: 80, ...client(labels) }))
          .findings.filter(({ code }) => code === 'client-labels-unknown')
          .map(({ summary }) => summary);
      assert.deepEqual(said({ app: 'other' }), []);
      const [summary = ''] = said(undefined);
      assert.match(summary, /is not known|are not known/);
      assert.match(summary, /tell them with --client-labels$/);
    });
  }
});
