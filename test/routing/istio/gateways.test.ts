import { runCases, type Case } from '../case-table.js';
import { gateway, http, https, to, virtualService } from '../objects.js';

const DOCS = 'https://istio.io/latest/docs/reference/config/networking';
const VS = `${DOCS}/virtual-service/`;
const GW = `${DOCS}/gateway/`;
const CODE = 'istio/istio pilot/pkg/networking/core';
const GATEWAY = gateway([http(80)]);

const GATEWAYS: readonly Case[] = [
  {
    rule: 'a VirtualService without gateways is for the mesh',
    source: `${VS}#VirtualService (gateways)`,
    objects: [GATEWAY, virtualService([to('a')], { gateways: null, hosts: ['a.com'] })],
    request: { via: { kind: 'gateway' }, authority: 'a.com' },
    takes: /no VirtualService is bound to the gateway/,
  },
  {
    rule: 'mesh beside a gateway counts for both',
    source: `${VS}#VirtualService (gateways)`,
    objects: [GATEWAY, virtualService([to('a')], { gateways: ['gw', 'mesh'], hosts: ['a.com'] })],
    request: { via: { kind: 'mesh' }, authority: 'a.com' },
    takes: 'a',
  },
  {
    rule: 'a gateway of another namespace is named with it',
    source: `${VS}#VirtualService (gateways)`,
    objects: [
      gateway([http(80)], { namespace: 'infra' }),
      virtualService([to('a')], { gateways: ['infra/gw'] }),
    ],
    takes: 'a',
  },
  {
    rule: 'a bare name is the own namespace’s',
    source: `${VS}#VirtualService (gateways)`,
    objects: [gateway([http(80)], { namespace: 'infra' }), virtualService([to('a')])],
    takes: /no VirtualService is bound to the gateway/,
  },
  {
    rule: 'the server’s hosts limit the VirtualService’s',
    source: `${GW}#Server (hosts)`,
    objects: [gateway([http(80, 'a.com')]), virtualService([to('a')])],
    request: { authority: 'a.com' },
    takes: 'a',
  },
  {
    rule: 'a host the server lacks is not served',
    source: `${GW}#Server (hosts)`,
    objects: [gateway([http(80, 'a.com')]), virtualService([to('a')])],
    request: { authority: 'b.com' },
    takes: /has the host b\.com: there are a\.com/,
  },
  {
    rule: 'ns/host takes only VirtualServices of ns',
    source: `${GW}#Server (hosts)`,
    objects: [gateway([http(80, 'team/*')]), virtualService([to('a')])],
    takes: /no VirtualService is bound/,
  },
  {
    rule: './host takes only its own namespace',
    source: `${GW}#Server (hosts)`,
    objects: [gateway([http(80, './*')]), virtualService([to('a')])],
    takes: 'a',
  },
  {
    rule: '*/host takes any namespace',
    source: `${GW}#Server (hosts)`,
    objects: [gateway([http(80, '*/*')]), virtualService([to('a')])],
    takes: 'a',
  },
  {
    rule: 'the target’s port chooses the server',
    source: `${GW}#Server`,
    objects: [
      gateway([http(80), http(8080)]),
      virtualService([to('a', [{ port: 80 }]), to('b', [{ port: 8080 }])]),
    ],
    request: { targetPort: 8080 },
    takes: 'b',
  },
  {
    rule: '--gateway-port decides',
    source: `${GW}#Server`,
    objects: [
      gateway([http(80), http(8080)]),
      virtualService([to('a', [{ port: 80 }]), to('b', [{ port: 8080 }])]),
    ],
    request: { targetPort: 3000, gatewayPort: 80 },
    takes: 'a',
  },
  {
    rule: 'several servers fit another target’s port',
    source: `${GW}#Server`,
    objects: [gateway([http(80), http(8080)]), virtualService([to('a')])],
    request: { targetPort: 3000 },
    takes: /port 80 of default\/gw .* and port 8080 .*choose with --gateway-port$/,
  },
  {
    rule: 'the only server with a route for it is taken',
    source: `${GW}#Server`,
    objects: [gateway([http(80), http(8080)]), virtualService([to('a', [{ port: 8080 }])])],
    request: { targetPort: 3000 },
    takes: 'a',
  },
  {
    rule: 'plaintext and TLS servers are told apart',
    source: `${GW}#ServerTLSSettings`,
    objects: [
      gateway([http(80), https(443, 'a.com')]),
      virtualService([to('a', [{ port: 80 }]), to('b')], { hosts: ['a.com'] }),
    ],
    request: { targetPort: 3000, scheme: 'https', authority: 'a.com' },
    takes: 'b',
  },
  {
    rule: 'the server name chooses the TLS server',
    source: `${CODE}/gateway.go (filter chains by SNI)`,
    objects: [
      gateway([https(443, '*.a.com')], { name: 'wild' }),
      gateway([https(443, 'x.a.com')], { name: 'exact' }),
      virtualService([to('w')], { name: 'w', gateways: ['wild'], hosts: ['*.a.com'] }),
      virtualService([to('e')], { name: 'e', gateways: ['exact'], hosts: ['x.a.com'] }),
    ],
    request: { targetPort: 443, scheme: 'https', authority: 'x.a.com' },
    takes: 'e',
  },
  {
    rule: 'Gateways with one selector are one proxy',
    source: `${GW}#Gateway (selector)`,
    objects: [
      gateway([http(80, 'a.com')], { name: 'one' }),
      gateway([http(80, 'b.com')], { name: 'two' }),
      virtualService([to('a')], { name: 'a', gateways: ['one'], hosts: ['a.com'] }),
      virtualService([to('b')], { name: 'b', gateways: ['two'], hosts: ['b.com'] }),
    ],
    request: { authority: 'b.com' },
    takes: 'b',
  },
  {
    rule: 'Gateways with other selectors are other proxies',
    source: `${GW}#Gateway (selector)`,
    objects: [
      gateway([http(80)], { name: 'one' }),
      gateway([http(80)], { name: 'two', selector: { istio: 'egress' } }),
      virtualService([to('a')], { name: 'a', gateways: ['one'] }),
      virtualService([to('b')], { name: 'b', gateways: ['two'] }),
    ],
    takes: /choose with --gateway-port or --via gateway:NS\/NAME$/,
  },
  {
    rule: '--via chooses the proxy',
    source: `${GW}#Gateway (selector)`,
    objects: [
      gateway([http(80)], { name: 'one' }),
      gateway([http(80)], { name: 'two', selector: { istio: 'egress' } }),
      virtualService([to('a')], { name: 'a', gateways: ['one'] }),
      virtualService([to('b')], { name: 'b', gateways: ['two'] }),
    ],
    request: { via: { kind: 'gateway', name: 'two' } },
    takes: 'b',
  },
  {
    rule: 'httpsRedirect leaves nothing to split',
    source: `${GW}#ServerTLSSettings (httpsRedirect)`,
    objects: [gateway([{ ...http(80), tls: { httpsRedirect: true } }]), virtualService([to('a')])],
    takes: /redirects to the same address over HTTPS/,
  },
  {
    rule: 'a Gateway that is not at hand is assumed on the target’s port',
    source: `${VS}#VirtualService (gateways)`,
    objects: [virtualService([to('a', [{ port: 80 }])])],
    takes: 'a',
  },
];

runCases('Istio: gateways', GATEWAYS);
