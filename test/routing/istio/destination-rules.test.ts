import { runCases, type Case } from '../case-table.js';
import { destinationRule, gateway, http, split, virtualService } from '../objects.js';

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
