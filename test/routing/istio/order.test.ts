import { runCases, type Case } from '../case-table.js';
import { gateway, http, to, virtualService } from '../objects.js';

const DOCS = 'https://istio.io/latest/docs/reference/config/networking';
const VS = `${DOCS}/virtual-service/`;
const CODE = 'istio/istio pilot/pkg/networking/core';
const ENVOY =
  'https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto';
const GATEWAY = gateway([http(80)]);

const ORDER: readonly Case[] = [
  {
    rule: 'the first matching rule wins',
    source: `${VS}#VirtualService (http)`,
    objects: [
      GATEWAY,
      virtualService([
        to('one', [{ uri: { prefix: '/' } }]),
        to('two', [{ uri: { exact: '/a' } }]),
      ]),
    ],
    request: { path: '/a' },
    takes: 'one',
  },
  {
    rule: 'a rule without match takes everything',
    source: `${VS}#HTTPRoute`,
    objects: [GATEWAY, virtualService([to('one'), to('two')])],
    takes: 'one',
  },
  {
    rule: 'nothing matches: 404',
    source: `${VS}#HTTPRoute`,
    objects: [GATEWAY, virtualService([to('one', [{ uri: { exact: '/a' } }])])],
    takes: /no rule takes POST/,
  },
  {
    rule: 'the exact host wins over a wildcard',
    source: `${ENVOY}#config-route-v3-virtualhost`,
    objects: [
      GATEWAY,
      virtualService([to('wild')], { name: 'w', hosts: ['*.a.com'] }),
      virtualService([to('exact')], { name: 'e', hosts: ['x.a.com'] }),
    ],
    request: { authority: 'x.a.com' },
    takes: 'exact',
  },
  {
    rule: 'the longer wildcard wins',
    source: `${ENVOY}#config-route-v3-virtualhost`,
    objects: [
      GATEWAY,
      virtualService([to('short')], { name: 's', hosts: ['*.com'] }),
      virtualService([to('long')], { name: 'l', hosts: ['*.a.com'] }),
    ],
    request: { authority: 'x.a.com' },
    takes: 'long',
  },
  {
    rule: '* is the last resort',
    source: `${ENVOY}#config-route-v3-virtualhost`,
    objects: [
      GATEWAY,
      virtualService([to('any')], { name: 'a' }),
      virtualService([to('wild')], { name: 'w', hosts: ['*.com'] }),
    ],
    request: { authority: 'x.org' },
    takes: 'any',
  },
  {
    rule: 'a wildcard does not stand for the bare domain',
    source: `${ENVOY}#config-route-v3-virtualhost`,
    objects: [GATEWAY, virtualService([to('wild')], { hosts: ['*.a.com'] })],
    request: { authority: 'a.com' },
    takes: /has the host a\.com: there are \*\.a\.com/,
  },
  {
    rule: 'no falling back to a wider host',
    source: `${ENVOY}#config-route-v3-virtualhost`,
    objects: [
      GATEWAY,
      virtualService([to('wild')], { name: 'w', hosts: ['*'] }),
      virtualService([to('exact', [{ uri: { exact: '/b' } }])], { name: 'e', hosts: ['a.com'] }),
    ],
    request: { authority: 'a.com', path: '/a' },
    takes: /no rule takes POST \/a/,
  },
  {
    rule: 'the port of the authority does not count',
    source: `${CODE}/gateway.go (IgnorePortInHostMatching)`,
    objects: [GATEWAY, virtualService([to('a')], { hosts: ['a.com'] })],
    request: { authority: 'a.com:1234' },
    takes: 'a',
  },
  {
    rule: 'hosts fold case',
    source: `${CODE}/gateway.go buildGatewayHTTPRouteConfig`,
    objects: [GATEWAY, virtualService([to('a')], { hosts: ['A.com'] })],
    request: { authority: 'a.COM' },
    takes: 'a',
  },
];

runCases('Istio: order and hosts', ORDER);
