import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Finding } from '../../../src/finding.js';
import type { RouteRequest } from '../../../src/routing/request.js';
import { resolveRoute } from '../../../src/routing/resolve.js';
import { runCases, type Case } from '../case-table.js';
import {
  deployment,
  destinationRule,
  gateway,
  http,
  manifestsOf,
  service,
  split,
  virtualService,
  type KubernetesObject,
} from '../objects.js';
import { request } from '../request.js';

const DOCS = 'https://istio.io/latest/docs/reference/config/networking';
const DR = `${DOCS}/destination-rule/`;
const GATEWAY = gateway([http(80)]);

const RULES: readonly Case[] = [
  {
    rule: 'DestinationRules of one host are merged',
    source: 'istio/istio pilot/pkg/model/destination_rule.go mergeDestinationRule',
    objects: [
      GATEWAY,
      virtualService([split({ 's/v1': 1, 's/v2': 1 })]),
      destinationRule('s', { v1: { version: 'v1' } }, { name: 'one' }),
      destinationRule('s', { v2: { version: 'v2' } }, { name: 'two' }),
    ],
    takes: { v1: 50, v2: 50 },
  },
  {
    rule: 'a short host is the rule’s own namespace’s',
    source: `${DR}#DestinationRule (host)`,
    objects: [
      GATEWAY,
      virtualService([split({ 's/v1': 1, 's/v2': 1 })]),
      destinationRule('s', { v1: {}, v2: { version: 'v2' } }, { namespace: 'other' }),
      destinationRule('s', { v1: { version: 'v1' } }),
    ],
    takes: /has no subset v2: there is v1/,
  },
  {
    rule: 'a host in full',
    source: `${DR}#DestinationRule (host)`,
    objects: [
      GATEWAY,
      virtualService([split({ 's/v1': 1, 's/v2': 1 })]),
      destinationRule('s.default.svc.cluster.local', {
        v1: { version: 'v1' },
        v2: { version: 'v2' },
      }),
    ],
    takes: { v1: 50, v2: 50 },
  },
  {
    rule: 'a wildcard host holds for every host below',
    source: `${DR}#DestinationRule (host)`,
    objects: [
      GATEWAY,
      virtualService([split({ 's/v1': 1, 's/v2': 1 })]),
      destinationRule('*.default.svc.cluster.local', { v1: { version: 'v1' } }),
    ],
    takes: /has no subset v2/,
  },
  {
    rule: 'the most specific host wins',
    source: 'istio/istio pilot/pkg/model/push_context.go MostSpecificHostMatch',
    objects: [
      GATEWAY,
      virtualService([split({ 's/v1': 1, 's/v2': 1 })]),
      destinationRule('*.default.svc.cluster.local', { v1: { version: 'v1' } }, { name: 'wild' }),
      destinationRule('s', { v1: { version: 'v1' }, v2: { version: 'v2' } }),
    ],
    takes: { v1: 50, v2: 50 },
  },
  {
    rule: 'the client’s namespace comes first',
    source: 'istio/istio pilot/pkg/model/push_context.go destinationRule',
    objects: [
      virtualService(
        [split({ 's.default.svc.cluster.local/v1': 1, 's.default.svc.cluster.local/v2': 1 })],
        { gateways: null, hosts: ['s.default.svc.cluster.local'] },
      ),
      destinationRule('s', { v1: { version: 'v1' }, v2: { version: 'v2' } }),
      destinationRule(
        's.default.svc.cluster.local',
        { v1: { version: 'v1' } },
        { namespace: 'client' },
      ),
    ],
    request: {
      via: { kind: 'mesh' },
      authority: 's.default.svc.cluster.local',
      namespace: 'client',
    },
    takes: /has no subset v2/,
  },
  {
    rule: 'exportTo . hides a rule from other namespaces',
    source: `${DR}#DestinationRule (exportTo)`,
    objects: [
      virtualService([split({ 's.a.svc.cluster.local/v1': 1, 's.a.svc.cluster.local/v2': 1 })], {
        gateways: null,
        hosts: ['s.a.svc.cluster.local'],
      }),
      destinationRule(
        's',
        { v1: { version: 'v1' } },
        { namespace: 'a', name: 'hidden', exportTo: ['.'] },
      ),
      destinationRule(
        's.a.svc.cluster.local',
        { v1: { version: 'v1' }, v2: { version: 'v2' } },
        { namespace: 'istio-system' },
      ),
    ],
    request: { via: { kind: 'mesh' }, authority: 's.a.svc.cluster.local' },
    takes: { v1: 50, v2: 50 },
  },
];

runCases('Istio: DestinationRules', RULES);

/** A mesh client of `default` that calls `c.prod`, by a route to the subset v1 of it. */
const CLIENT = { via: { kind: 'mesh' }, authority: 'c.prod:80', namespace: 'default' } as const;
const HOST = 'c.prod.svc.cluster.local';
const ROUTE = virtualService([split({ [`${HOST}/v1`]: 100 })], { gateways: null, hosts: [HOST] });
const SERVICE = service('c', { app: 'c' }, { namespace: 'prod' });
const V1 = { v1: { version: 'v1' } };
const V2 = { v2: { version: 'v2' } };
/** Two rules, of which the younger one is exported to `third`, too. */
const FEW_AND_MORE = [
  destinationRule(HOST, V1, {
    ...{ name: 'few', namespace: 'prod', day: 1, exportTo: ['default', 'other'] },
  }),
  destinationRule(HOST, V2, {
    ...{ name: 'more', namespace: 'prod', day: 2, exportTo: ['default', 'other', 'third'] },
  }),
];
const PUSH = 'istio/istio pilot/pkg/model/push_context.go';
const MERGE = 'istio/istio pilot/pkg/model/destination_rule.go mergeDestinationRule';

const IN_SIGHT: readonly Case[] = [
  {
    rule: 'the most specific host is chosen before it is asked whether it is exported',
    source: `${PUSH} getExportedDestinationRuleFromNamespace`,
    objects: [
      destinationRule(HOST, V2, { name: 'exact', namespace: 'prod', exportTo: ['other', 'third'] }),
      destinationRule('*.prod.svc.cluster.local', V1, { name: 'wild', namespace: 'prod' }),
      ...[ROUTE, SERVICE],
    ],
    request: CLIENT,
    takes: /DestinationRule prod\/wild .* defines it, but one with a more specific host hides it/,
  },
  {
    rule: 'one that is private to its namespace hides nothing from others',
    source: `${PUSH} setDestinationRules`,
    objects: [
      destinationRule(HOST, V2, { name: 'exact', namespace: 'prod', exportTo: ['prod'] }),
      destinationRule('*.prod.svc.cluster.local', V1, { name: 'wild', namespace: 'prod' }),
      ...[ROUTE, SERVICE],
    ],
    request: CLIENT,
    takes: 'v1',
  },
  {
    rule: 'where the service’s namespace has none in sight, the root namespace’s counts',
    source: `${PUSH} destinationRule`,
    objects: [
      destinationRule(HOST, V2, { name: 'exact', namespace: 'prod', exportTo: ['other', 'third'] }),
      destinationRule(HOST, V1, { name: 'root', namespace: 'istio-system' }),
      ...[ROUTE, SERVICE],
    ],
    request: CLIENT,
    takes: 'v1',
  },
  {
    rule: '[] and [*] are not merged, and the youngest counts',
    source: MERGE,
    objects: [
      destinationRule(HOST, V1, { name: 'one', namespace: 'prod', day: 1, exportTo: ['*'] }),
      destinationRule(HOST, {}, { name: 'two', namespace: 'prod', day: 2 }),
      ...[ROUTE, SERVICE],
    ],
    request: CLIENT,
    takes: /no subset v1: it has none; DestinationRule prod\/one .* the youngest counts alone/,
  },
  {
    rule: 'the older one of two that are not merged does not count',
    source: MERGE,
    objects: [
      destinationRule(HOST, V1, { name: 'one', namespace: 'prod', day: 2, exportTo: ['*'] }),
      destinationRule(HOST, {}, { name: 'two', namespace: 'prod', day: 1 }),
      ...[ROUTE, SERVICE],
    ],
    request: CLIENT,
    takes: 'v1',
  },
  {
    rule: 'one that is exported to more than an older one is added to it',
    source: MERGE,
    objects: [
      ...[...FEW_AND_MORE, SERVICE],
      virtualService([split({ [`${HOST}/v1`]: 90, [`${HOST}/v2`]: 10 })], {
        ...{ gateways: null, hosts: [HOST] },
      }),
    ],
    request: CLIENT,
    takes: { v1: 90, v2: 10 },
  },
  {
    rule: 'so that those to which it alone is exported see none of it',
    source: MERGE,
    objects: [...FEW_AND_MORE, SERVICE, { ...ROUTE, metadata: { name: 'c', namespace: 'third' } }],
    request: { ...CLIENT, namespace: 'third' },
    takes: /no DestinationRule that holds for this client defines the subset v1/,
  },
  {
    rule: 'and say why where it is the one with the subset',
    source: MERGE,
    objects: [
      destinationRule(HOST, V2, { name: 'few', namespace: 'prod', day: 1, exportTo: ['a', 'b'] }),
      destinationRule(HOST, V1, {
        ...{ name: 'more', namespace: 'prod', day: 2, exportTo: ['a', 'b', 'default'] },
      }),
      ...[ROUTE, SERVICE],
    ],
    request: CLIENT,
    takes:
      /prod\/more .* defines it, but it is merged into an older one that is not exported to default/,
  },
  {
    rule: 'of subsets with one name the older rule’s counts',
    source: MERGE,
    objects: [
      destinationRule(HOST, { v1: { version: 'v9' } }, { name: 'b', namespace: 'prod', day: 1 }),
      destinationRule(HOST, V1, { name: 'a', namespace: 'prod', day: 2 }),
      deployment('c-old', { app: 'c', version: 'v1' }, { namespace: 'prod' }),
      ...[ROUTE, SERVICE],
    ],
    request: CLIENT,
    takes: 'v1',
  },
  {
    rule: 'a rule with workloadSelector is private to its namespace',
    source: `${PUSH} setDestinationRules`,
    objects: [
      withSelector(destinationRule(HOST, V1, { name: 'sel', namespace: 'istio-system' })),
      ...[ROUTE, SERVICE],
    ],
    request: CLIENT,
    takes: /its workloadSelector makes it private to pods of istio-system/,
  },
  {
    rule: 'in the client’s namespace it is for the pods it selects, and hides all others’ rules',
    source: 'istio/istio pilot/pkg/model/sidecar.go SidecarScope.DestinationRule',
    objects: [
      withSelector(destinationRule(HOST, V1, { name: 'sel' })),
      destinationRule(HOST, V1, { name: 'far', namespace: 'prod' }),
      ...[ROUTE, SERVICE],
    ],
    request: CLIENT,
    takes: /DestinationRule default\/sel .* it is for pods with app=other alone/,
  },
  {
    rule: 'a gateway’s pods are selected by the labels that its Gateway names',
    source: 'istio/istio pilot/pkg/model/sidecar.go SidecarScope.DestinationRule',
    objects: [
      gateway([http(80)], { namespace: 'istio-system', selector: { app: 'other', istio: 'x' } }),
      virtualService([split({ [`${HOST}/v1`]: 100 })], { namespace: 'istio-system' }),
      withSelector(destinationRule(HOST, V1, { name: 'sel', namespace: 'istio-system' })),
      destinationRule(HOST, V2, { name: 'all', namespace: 'istio-system' }),
    ],
    takes: 'v1',
  },
  {
    rule: 'a mesh client sees none of a namespace that is neither its own, the service’s nor the root',
    source: `${PUSH} destinationRule`,
    objects: [destinationRule(HOST, V1, { namespace: 'elsewhere' }), ROUTE, SERVICE],
    request: CLIENT,
    takes: /Istio looks in the namespaces .* \(default, prod, istio-system\), not in elsewhere/,
  },
  {
    rule: 'a ServiceEntry’s namespace is that of its hosts',
    source: `${PUSH} destinationRule`,
    objects: [
      virtualService([split({ 'x.example.com/v1': 100 })], {
        ...{ gateways: null, hosts: ['x.example.com'] },
      }),
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'ServiceEntry',
        metadata: { name: 'x', namespace: 'egress' },
        spec: { hosts: ['x.example.com'], ports: [{ number: 80, name: 'http', protocol: 'HTTP' }] },
      },
      destinationRule('x.example.com', V1, { namespace: 'egress' }),
    ],
    request: { ...CLIENT, authority: 'x.example.com' },
    takes: 'v1',
  },
  {
    rule: 'for pods of the root namespace its private rules come before the service’s namespace',
    source: `${PUSH} destinationRule`,
    objects: [
      gateway([http(80)], { namespace: 'istio-system' }),
      virtualService([split({ [`${HOST}/v1`]: 100 })], { namespace: 'istio-system' }),
      destinationRule(HOST, V2, { name: 'own', namespace: 'prod' }),
      destinationRule(HOST, V1, { name: 'root', namespace: 'istio-system', exportTo: ['.'] }),
    ],
    takes: 'v1',
  },
  {
    rule: 'its public ones come after the service’s namespace',
    source: `${PUSH} destinationRule`,
    objects: [
      gateway([http(80)], { namespace: 'istio-system' }),
      virtualService([split({ [`${HOST}/v1`]: 100 })], { namespace: 'istio-system' }),
      destinationRule(HOST, V1, { name: 'own', namespace: 'prod' }),
      destinationRule(HOST, V2, { name: 'root', namespace: 'istio-system' }),
    ],
    takes: 'v1',
  },
];

runCases('Istio: DestinationRules in sight of a client', IN_SIGHT);

function withSelector(object: KubernetesObject): KubernetesObject {
  const spec = object.spec as KubernetesObject;
  return { ...object, spec: { ...spec, workloadSelector: { matchLabels: { app: 'other' } } } };
}

/** What is said of a client's request. */
function saidOf(objects: readonly KubernetesObject[], changes: Partial<RouteRequest>): Finding[] {
  return [...resolveRoute(manifestsOf(objects), request({ targetPort: 80, ...changes })).findings];
}

describe('Istio: what is said of DestinationRules', () => {
  it('every way to have no cluster for a subset is unknown-subset', () => {
    const rules = [
      destinationRule(HOST, V1, { namespace: 'elsewhere' }),
      destinationRule(HOST, V1, { namespace: 'prod', exportTo: ['other', 'third'] }),
      withSelector(destinationRule(HOST, V1)),
      destinationRule(HOST, V2, { namespace: 'prod' }),
    ];
    for (const rule of rules) {
      const [said] = saidOf([rule, ROUTE, SERVICE], CLIENT);
      assert.deepEqual([said?.code, said?.severity], ['unknown-subset', 'error']);
    }
  });

  it('where a gateway’s pods are is not known: a rule beyond is a warning', () => {
    const objects = [
      GATEWAY,
      virtualService([split({ [`${HOST}/v1`]: 100 })]),
      destinationRule(HOST, V1, { namespace: 'ingress' }),
    ];
    const [said] = saidOf(objects, {});
    assert.deepEqual([said?.code, said?.severity], ['destination-rule-out-of-sight', 'warning']);
    assert.match(said?.summary ?? '', /only where the gateway's pods are in ingress/);
  });

  it('rules at odds whose ages are not told', () => {
    const one = destinationRule(HOST, V1, { name: 'one', namespace: 'prod', exportTo: ['*'] });
    const two = destinationRule(HOST, V1, { name: 'two', namespace: 'prod' });
    const [said] = saidOf([one, two, ROUTE, SERVICE], CLIENT);
    assert.equal(said?.code, 'destination-rule-age-unknown');
    const told = [one, two].map((object, day) => ({
      ...object,
      metadata: {
        ...(object.metadata as KubernetesObject),
        creationTimestamp: `2026-01-0${day + 1}T00:00:00Z`,
      },
    }));
    assert.deepEqual(saidOf([...told, ROUTE, SERVICE], CLIENT), []);
    const same = destinationRule(HOST, V2, { name: 'two', namespace: 'prod', exportTo: ['*'] });
    assert.deepEqual(saidOf([one, same, ROUTE, SERVICE], CLIENT), []);
  });

  it('a rule for some pods of the client’s namespace is passed over, and it says so', () => {
    const objects = [
      withSelector(destinationRule(HOST, V2, { name: 'some' })),
      destinationRule(HOST, V1, { name: 'all' }),
    ];
    const said = saidOf([...objects, ROUTE, SERVICE], CLIENT);
    assert.deepEqual(
      said.map(({ code }) => code),
      ['client-labels-unknown'],
    );
  });
});
