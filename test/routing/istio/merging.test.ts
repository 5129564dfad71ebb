import { runCases, type Case } from '../case-table.js';
import { gateway, http, to, virtualService } from '../objects.js';

const CODE = 'istio/istio pilot/pkg/networking/core';
const GATEWAY = gateway([http(80)]);

const MERGING: readonly Case[] = [
  {
    rule: 'one host of two VirtualServices at a gateway: their rules are merged',
    source:
      'https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services',
    objects: [
      GATEWAY,
      virtualService([to('a', [{ uri: { prefix: '/a' } }])], { name: 'a' }),
      virtualService([to('b', [{ uri: { prefix: '/b' } }])], { name: 'b' }),
    ],
    request: { path: '/b' },
    takes: 'b',
  },
  {
    rule: 'merged: a rule that takes everything comes last',
    source: `${CODE}/route/route.go SortVHostRoutes`,
    objects: [
      GATEWAY,
      virtualService([to('all')], { name: 'a', day: 1 }),
      virtualService([to('b', [{ uri: { prefix: '/b' } }])], { name: 'b', day: 2 }),
    ],
    request: { path: '/b' },
    takes: 'b',
  },
  {
    rule: 'merged: port alone still takes everything',
    source: `${CODE}/route/route.go IsCatchAllRoute`,
    objects: [
      GATEWAY,
      virtualService([to('all', [{ port: 80 }])], { name: 'a' }),
      virtualService([to('b', [{ uri: { prefix: '/b' } }])], { name: 'b' }),
    ],
    request: { path: '/b' },
    takes: 'b',
  },
  {
    rule: 'merged: one alternative of a rule may move to the end alone',
    source: `${CODE}/route/route.go BuildHTTPRoutesForVirtualService`,
    objects: [
      GATEWAY,
      virtualService([to('both', [{ uri: { prefix: '/x' } }, { uri: { prefix: '/' } }])], {
        name: 'a',
        day: 1,
      }),
      virtualService([to('b', [{ uri: { prefix: '/b' } }])], { name: 'b', day: 2 }),
    ],
    request: { path: '/b' },
    takes: 'b',
  },
  {
    rule: 'merged: the older one’s rules come first',
    source: 'istio/istio pilot/pkg/model/config.go sortByCreationComparator',
    objects: [
      GATEWAY,
      virtualService([to('young', [{ uri: { prefix: '/a' } }])], { name: 'a', day: 2 }),
      virtualService([to('old', [{ uri: { prefix: '/a' } }])], { name: 'b', day: 1 }),
    ],
    request: { path: '/a' },
    takes: 'old',
  },
  {
    rule: 'merged: of one age by name',
    source: 'istio/istio pilot/pkg/model/config.go sortByCreationComparator',
    objects: [
      GATEWAY,
      virtualService([to('b', [{ uri: { prefix: '/a' } }])], { name: 'b', day: 1 }),
      virtualService([to('a', [{ uri: { prefix: '/a' } }])], { name: 'a', day: 1 }),
    ],
    request: { path: '/a' },
    takes: 'a',
  },
  {
    rule: 'merged: without ages it cannot be told',
    source: 'istio/istio pilot/pkg/model/config.go sortByCreationComparator',
    objects: [
      GATEWAY,
      virtualService([to('a')], { name: 'a' }),
      virtualService([to('b')], { name: 'b' }),
    ],
    takes: /could each take the request.*--virtual-service/,
  },
  {
    rule: '--virtual-service chooses',
    source: 'istio/istio pilot/pkg/model/config.go sortByCreationComparator',
    objects: [
      GATEWAY,
      virtualService([to('a')], { name: 'a' }),
      virtualService([to('b')], { name: 'b' }),
    ],
    request: { virtualService: { namespace: 'default', name: 'b' } },
    takes: 'b',
  },
  {
    rule: 'the mesh does not merge: the oldest one has the host',
    source:
      'https://istio.io/latest/docs/ops/best-practices/traffic-management/#split-virtual-services',
    objects: [
      virtualService([to('a', [{ uri: { prefix: '/a' } }])], {
        name: 'a',
        gateways: null,
        hosts: ['s'],
        day: 1,
      }),
      virtualService([to('b', [{ uri: { prefix: '/b' } }])], {
        name: 'b',
        gateways: null,
        hosts: ['s'],
        day: 2,
      }),
    ],
    request: { authority: 's:80', path: '/b' },
    takes: /no rule takes POST \/b/,
  },
];

runCases('Istio: merging', MERGING);
