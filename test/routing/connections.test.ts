import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { listConnections } from '../../src/routing/connection-list.js';
import { describeRule } from '../../src/routing/first-match.js';
import { forwardedOrRefused } from '../../src/routing/forwarded-or-refused.js';
import { inNamespace, type ManifestSet } from '../../src/routing/manifest-set.js';
import { parseManifests } from '../../src/routing/parse-manifests.js';
import type { RouteRequest } from '../../src/routing/request.js';
import { resolveRoute } from '../../src/routing/resolve.js';
import { listRoutes } from '../../src/routing/route-list/list-routes.js';
import {
  apiGateway,
  backends,
  deployment,
  destinationRule,
  gateway,
  http,
  https,
  type KubernetesObject,
  listener,
  manifestsOf,
  service,
  split,
  to,
  virtualService,
} from './objects.js';
import { request, sharesOf } from './request.js';

const DATA = path.resolve(import.meta.dirname, '../../../test/data/routing/istio');
const TLS_GO = 'pilot/pkg/networking/core/tls.go';
const GATEWAY_GO = 'pilot/pkg/networking/core/gateway.go';
const CONVERSION_GO = 'pilot/pkg/config/kube/gateway/conversion.go';
const ROUTES_GO = 'pilot/pkg/config/kube/gateway/route_collections.go';

/** What becomes of the connection of a request: its shares, or why there are none. */
function fateOf(
  set: ManifestSet,
  changes: Partial<RouteRequest>,
): { fate: Record<string, number> | string; perConnection: boolean; codes: string[] } {
  const resolution = resolveRoute(set, request(changes));
  const { perConnection, findings } = resolution;
  const codes = findings.map(({ code }) => code);
  if (resolution.kind === 'forward') return { fate: sharesOf(resolution), perConnection, codes };
  return {
    fate: resolution.kind === 'none' ? resolution.problem.summary : resolution.action.description,
    perConnection,
    codes,
  };
}

function passthrough(port: number, hosts: readonly string[], protocol = 'TLS'): KubernetesObject {
  return {
    port: { number: port, name: `tls-${hosts.join('-')}`, protocol },
    hosts,
    tls: { mode: 'PASSTHROUGH' },
  };
}

function tcp(port: number, hosts: readonly string[] = ['*']): KubernetesObject {
  return { port: { number: port, name: `tcp-${port}`, protocol: 'TCP' }, hosts };
}

function textOf(fate: Record<string, number> | string): string {
  return typeof fate === 'string' ? fate : JSON.stringify(fate);
}

interface Rules {
  http?: readonly KubernetesObject[];
  tls?: readonly KubernetesObject[];
  tcp?: readonly KubernetesObject[];
}

/** A VirtualService with rules of any layer. */
function rulesFor(
  rules: Rules,
  changes: Parameters<typeof virtualService>[1] = {},
): KubernetesObject {
  const object = virtualService([], changes);
  return { ...object, spec: { ...(object.spec as KubernetesObject), http: [], ...rules } };
}

function sni(host: string, ...names: string[]): KubernetesObject {
  return to(host, [{ sniHosts: names }]);
}

function connectionRoute(
  kind: 'TLSRoute' | 'TCPRoute',
  rules: readonly KubernetesObject[],
  changes: {
    name?: string;
    day?: number;
    hostnames?: readonly string[];
    parentRefs?: readonly KubernetesObject[];
    version?: string;
  } = {},
): KubernetesObject {
  const { name = kind.toLowerCase(), day, hostnames, parentRefs = [{ name: 'gw' }] } = changes;
  return {
    apiVersion: `gateway.networking.k8s.io/${changes.version ?? (kind === 'TLSRoute' ? 'v1alpha3' : 'v1alpha2')}`,
    kind,
    metadata: {
      name,
      ...(day === undefined ? {} : { creationTimestamp: `2026-01-0${day}T00:00:00Z` }),
    },
    spec: { parentRefs, ...(hostnames === undefined ? {} : { hostnames }), rules },
  };
}

interface Case {
  rule: string;
  /** Where it stands in istio/istio at 86c9f01, or elsewhere. */
  source: string;
  objects: readonly KubernetesObject[];
  request: Partial<RouteRequest>;
  goes: string | Readonly<Record<string, number>> | RegExp;
  /** Of findings that it must have. */
  finds?: string;
}

const OVER_TLS = { scheme: 'https', via: { kind: 'gateway' }, targetPort: 443 } as const;
const PLAINTEXT = { scheme: 'http', via: { kind: 'gateway' } } as const;
const MESH = { via: { kind: 'mesh' } } as const;
const MESH_TLS = { scheme: 'https', ...MESH } as const;
const TLS_SERVICE = service('db', { app: 'db' }, { ports: [{ port: 443, name: 'tls' }] });
const TCP_SERVICE = service('db', { app: 'db' }, { ports: [{ port: 5432, name: 'tcp' }] });
const TLS_SERVICE_AT = {
  ...TLS_SERVICE,
  spec: { ...(TLS_SERVICE.spec as KubernetesObject), clusterIP: '10.96.3.4' },
};
const WILDCARD_ENTRY = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'ServiceEntry',
  metadata: { name: 'wild' },
  spec: {
    hosts: ['*.wild.com'],
    ports: [{ number: 443, name: 'tls', protocol: 'TLS' }],
    resolution: 'NONE',
  },
};
const DB = 'db.default.svc.cluster.local';
const IN_MESH = { hosts: [DB, 'a.com', 'b.com', 'c.com'], gateways: null };

const CASES: readonly Case[] = [
  {
    rule: 'PASSTHROUGH: a tls rule by its server name, weights included',
    source: `${GATEWAY_GO}, buildGatewayNetworkFiltersFromTLSRoutes`,
    objects: [
      gateway([passthrough(443, ['*'])]),
      rulesFor(
        { tls: [{ ...split({ a: 70, b: 30 }), match: [{ sniHosts: ['a.com'] }] }] },
        { hosts: ['a.com'] },
      ),
    ],
    request: { ...OVER_TLS, authority: 'a.com' },
    goes: { a: 70, b: 30 },
  },
  {
    rule: 'an exact server name comes before a wildcard, whichever stands first',
    source: 'envoyproxy/envoy FilterChainMatch (server_names)',
    objects: [
      gateway([passthrough(443, ['*'])]),
      rulesFor(
        { tls: [sni('wide', '*.com'), sni('wider', '*'), sni('exact', 'a.com')] },
        { hosts: ['*'] },
      ),
    ],
    request: { ...OVER_TLS, authority: 'a.com' },
    goes: 'exact',
  },
  {
    rule: 'the longer wildcard comes before the shorter one',
    source: 'envoyproxy/envoy FilterChainMatch (server_names)',
    objects: [
      gateway([passthrough(443, ['*'])]),
      rulesFor({ tls: [sni('wide', '*.com'), sni('narrow', '*.b.com')] }, { hosts: ['*.com'] }),
    ],
    request: { ...OVER_TLS, authority: 'a.b.com' },
    goes: 'narrow',
  },
  {
    rule: 'the server name decides, and not the authority',
    source: 'RFC 6066, section 3',
    objects: [
      gateway([passthrough(443, ['*'])]),
      rulesFor({ tls: [sni('a', 'a.com'), sni('b', 'b.com')] }, { hosts: ['a.com', 'b.com'] }),
    ],
    request: { ...OVER_TLS, authority: 'a.com', serverName: 'B.com' },
    goes: 'b',
  },
  {
    rule: 'a server name that no rule has: the connection is closed',
    source: `${GATEWAY_GO}, buildGatewayNetworkFiltersFromTLSRoutes`,
    objects: [
      gateway([passthrough(443, ['*'])]),
      rulesFor({ tls: [sni('a', 'a.com')] }, { hosts: ['a.com'] }),
    ],
    request: { ...OVER_TLS, authority: 'c.com' },
    goes: /no http rule is ever tried there, and no tls rule takes a connection for the server name c\.com: tls\[0\] does not, for the server name is c\.com, not a\.com/,
  },
  {
    rule: 'labels and namespace of the client are not looked at by gateways',
    source: `${GATEWAY_GO}, l4SingleMatch`,
    objects: [
      gateway([passthrough(443, ['*'])]),
      rulesFor(
        {
          tls: [
            to('a', [
              {
                sniHosts: ['a.com'],
                sourceLabels: { app: 'none' },
                sourceNamespace: 'none',
                destinationSubnets: ['10.0.0.0/8'],
              },
            ]),
          ],
        },
        { hosts: ['a.com'] },
      ),
    ],
    request: { ...OVER_TLS, authority: 'a.com' },
    goes: 'a',
  },
  {
    rule: 'a match for another port or Gateway is passed over',
    source: `${GATEWAY_GO}, l4SingleMatch`,
    objects: [
      gateway([passthrough(443, ['*'])]),
      rulesFor(
        {
          tls: [
            to('a', [{ sniHosts: ['a.com'], port: 8443 }]),
            to('b', [{ sniHosts: ['a.com'], gateways: ['other'] }]),
            to('c', [{ sniHosts: ['a.com'], port: 443, gateways: ['gw'] }]),
          ],
        },
        { hosts: ['a.com'] },
      ),
    ],
    request: { ...OVER_TLS, authority: 'a.com' },
    goes: 'c',
  },
  {
    rule: 'a match that repeats a server name of the port is left out with all of its names',
    source: `${GATEWAY_GO}, buildGatewayNetworkFiltersFromTLSRoutes (CheckDuplicates)`,
    objects: [
      gateway([passthrough(443, ['*'])]),
      rulesFor(
        { tls: [sni('first', 'a.com'), sni('second', 'a.com', 'b.com')] },
        { hosts: ['a.com', 'b.com'] },
      ),
    ],
    request: { ...OVER_TLS, authority: 'b.com' },
    goes: /no tls rule takes a connection for the server name b\.com/,
    finds: 'repeated-server-name',
  },
  {
    rule: 'beside a server that takes TLS off, the more specific server name decides: HTTP',
    source: `${GATEWAY_GO}, buildGatewayTCPBasedFilterChains`,
    objects: [
      gateway([https(443, 'a.com'), passthrough(443, ['*.com'])]),
      rulesFor({ http: [to('http')] }, { hosts: ['a.com'] }),
      rulesFor({ tls: [sni('passed', '*.com')] }, { name: 'tls', hosts: ['*.com'] }),
    ],
    request: { ...OVER_TLS, authority: 'a.com' },
    goes: 'http',
  },
  {
    rule: 'beside a server that takes TLS off, the more specific server name decides: passed through',
    source: `${GATEWAY_GO}, buildGatewayTCPBasedFilterChains`,
    objects: [
      gateway([https(443, '*.com'), passthrough(443, ['a.com'])]),
      rulesFor({ http: [to('http')] }, { hosts: ['*.com'] }),
      rulesFor({ tls: [sni('passed', 'a.com')] }, { name: 'tls', hosts: ['a.com'] }),
    ],
    request: { ...OVER_TLS, authority: 'a.com' },
    goes: 'passed',
  },
  {
    rule: 'the first of two VirtualServices is the older one',
    source: `${GATEWAY_GO}, buildGatewayNetworkFiltersFromTLSRoutes`,
    objects: [
      gateway([passthrough(443, ['*'])]),
      rulesFor({ tls: [sni('young', 'a.com')] }, { name: 'y', hosts: ['a.com'], day: 2 }),
      rulesFor({ tls: [sni('old', 'a.com')] }, { name: 'z', hosts: ['a.com'], day: 1 }),
    ],
    request: { ...OVER_TLS, authority: 'a.com' },
    goes: 'old',
  },
  {
    rule: 'of two VirtualServices without an age, it is not said which comes first',
    source: `${GATEWAY_GO}, buildGatewayNetworkFiltersFromTLSRoutes`,
    objects: [
      gateway([tcp(31400)]),
      rulesFor({ tcp: [to('a')] }, { name: 'a' }),
      rulesFor({ tcp: [to('b')] }, { name: 'b' }),
    ],
    request: { ...PLAINTEXT, targetPort: 31400 },
    goes: /could each take the request, and the manifests do not say which is older/,
  },
  {
    rule: 'AUTO_PASSTHROUGH has no routes of VirtualServices',
    source: `${GATEWAY_GO}, builtAutoPassthroughFilterChains`,
    objects: [
      gateway([{ ...passthrough(15443, ['*.local']), tls: { mode: 'AUTO_PASSTHROUGH' } }]),
      rulesFor({ tls: [sni('a', 'a.local')] }, { hosts: ['a.local'] }),
    ],
    request: { ...OVER_TLS, authority: 'a.local', targetPort: 15443 },
    goes: /AUTO_PASSTHROUGH/,
  },
  {
    rule: 'TCP: the first tcp rule for the port takes every connection',
    source: `${GATEWAY_GO}, buildGatewayNetworkFiltersFromTCPRoutes`,
    objects: [
      gateway([tcp(31400), tcp(31401)]),
      rulesFor({
        tcp: [
          to('other', [{ port: 31401 }]),
          { ...split({ a: 1, b: 3 }), match: [{ port: 31400 }] },
          to('later'),
        ],
      }),
    ],
    request: { ...PLAINTEXT, targetPort: 31400 },
    goes: { a: 25, b: 75 },
  },
  {
    rule: 'TCP: connections with TLS are passed on as well',
    source: `${GATEWAY_GO}, createGatewayTCPFilterChainOpts`,
    objects: [gateway([tcp(31400)]), rulesFor({ tcp: [to('a')] })],
    request: { ...OVER_TLS, targetPort: 31400 },
    goes: 'a',
  },
  {
    rule: 'TCP: http rules are never tried',
    source: `${GATEWAY_GO}, buildGatewayTCPBasedFilterChains`,
    objects: [gateway([tcp(31400)]), rulesFor({ http: [to('a')] })],
    request: { ...PLAINTEXT, targetPort: 31400 },
    goes: /speaks no HTTP \(protocol TCP\), so no http rule is ever tried there, and there are no tcp rules/,
  },
  {
    rule: 'MONGO: as TCP',
    source: `${GATEWAY_GO}, buildGatewayTCPBasedFilterChains`,
    objects: [
      gateway([{ ...tcp(27017), port: { number: 27017, name: 'mongo', protocol: 'MONGO' } }]),
      rulesFor({ tcp: [to('a')] }),
    ],
    request: { ...PLAINTEXT, targetPort: 27017 },
    goes: 'a',
  },
  {
    rule: 'TLS taken off without HTTP: tcp rules, by the hosts of the server',
    source: `${GATEWAY_GO}, createGatewayTCPFilterChainOpts`,
    objects: [
      gateway([
        {
          port: { number: 443, name: 'tls', protocol: 'TLS' },
          hosts: ['a.com'],
          tls: { mode: 'SIMPLE', credentialName: 'cert' },
        },
      ]),
      rulesFor({ tcp: [to('a')], tls: [sni('never', 'a.com')] }, { hosts: ['a.com'] }),
    ],
    request: { ...OVER_TLS, authority: 'a.com' },
    goes: 'a',
  },
  {
    rule: 'a namespace before the host of a server keeps VirtualServices of others out',
    source: `${GATEWAY_GO}, pickMatchingGatewayHosts`,
    objects: [gateway([tcp(31400, ['other/*'])]), rulesFor({ tcp: [to('a')] })],
    request: { ...PLAINTEXT, targetPort: 31400 },
    goes: /there are no tcp rules for its hosts/,
  },
  {
    rule: 'where no port is told, a request is for the port that speaks HTTP',
    source: 'the port rule of --gateway-port',
    objects: [gateway([http(80), tcp(31400)]), rulesFor({ http: [to('web')], tcp: [to('a')] })],
    request: { ...PLAINTEXT, targetPort: 12345 },
    goes: 'web',
  },
  {
    rule: 'no Gateway is given: a VirtualService with tcp rules alone is bound to one for TCP',
    source: GATEWAY_GO,
    objects: [rulesFor({ tcp: [to('a')] })],
    request: { ...PLAINTEXT, targetPort: 31400 },
    goes: 'a',
    finds: 'gateway-missing',
  },

  {
    rule: 'mesh, a port for TLS: the tls rules of all VirtualServices of the host',
    source: `${TLS_GO}, buildSidecarOutboundTLSFilterChainOpts`,
    objects: [
      TLS_SERVICE,
      rulesFor({ http: [to('http')], tls: [sni('a', 'a.com')] }, { ...IN_MESH, name: 'one' }),
      rulesFor(
        { tls: [{ ...split({ x: 10, y: 90 }), match: [{ sniHosts: ['b.com'], port: 443 }] }] },
        { ...IN_MESH, name: 'two' },
      ),
    ],
    request: { ...MESH_TLS, authority: 'db:443', serverName: 'b.com' },
    goes: { x: 10, y: 90 },
  },
  {
    rule: 'mesh, a port for TLS: tcp rules are not tried there',
    source: `${TLS_GO}, buildSidecarOutboundTCPFilterChainOpts`,
    objects: [
      TLS_SERVICE,
      deployment('db-v1', { app: 'db' }, { replicas: 2 }),
      rulesFor({ tcp: [to('a')] }, IN_MESH),
    ],
    request: { ...MESH_TLS, authority: 'db:443' },
    goes: 'db-v1',
  },
  {
    rule: 'mesh, a port for TLS: a server name that no rule has passes the proxy by',
    source: `${TLS_GO}, buildSidecarOutboundTLSFilterChainOpts (hasTLSMatch)`,
    objects: [
      TLS_SERVICE,
      deployment('db-v1', { app: 'db' }, { replicas: 2 }),
      rulesFor({ tls: [sni('a', 'a.com')] }, IN_MESH),
    ],
    request: { ...MESH_TLS, authority: 'db:443', serverName: 'c.com' },
    goes: /no tls rule of port 443 of db\.default\.svc\.cluster\.local takes a connection for the server name c\.com/,
  },
  {
    rule: 'mesh, a port for TLS: rules for other clients leave the service its own way',
    source: `${TLS_GO}, matchTLS`,
    objects: [
      TLS_SERVICE,
      deployment('db-v1', { app: 'db' }, { replicas: 2 }),
      rulesFor({ tls: [to('a', [{ sniHosts: ['c.com'], sourceNamespace: 'other' }])] }, IN_MESH),
    ],
    request: { ...MESH_TLS, authority: 'db:443', serverName: 'c.com' },
    goes: 'db-v1',
  },
  {
    rule: 'mesh, a port for TCP: the first tcp rule for the client',
    source: `${TLS_GO}, buildSidecarOutboundTCPFilterChainOpts`,
    objects: [
      TCP_SERVICE,
      rulesFor(
        {
          http: [to('http')],
          tls: [sni('tls', DB)],
          tcp: [
            to('a', [{ sourceNamespace: 'other' }]),
            to('b', [{ port: 3306 }]),
            split({ c: 40, d: 60 }),
          ],
        },
        IN_MESH,
      ),
    ],
    request: { ...MESH, authority: 'db:5432' },
    goes: { c: 40, d: 60 },
  },
  {
    rule: 'mesh, a port for TCP without a rule: by replicas, whatever the http rules say',
    source: `${TLS_GO}, buildSidecarOutboundTCPFilterChainOpts (defaultRouteAdded)`,
    objects: [
      TCP_SERVICE,
      deployment('db-v1', { app: 'db' }, { replicas: 3 }),
      deployment('db-v2', { app: 'db' }, { replicas: 1 }),
      rulesFor({ http: [split({ x: 50, y: 50 })] }, IN_MESH),
    ],
    request: { ...MESH, authority: 'db:5432' },
    goes: { 'db-v1': 75, 'db-v2': 25 },
  },
  {
    rule: 'mesh: the subnets of a match are held against the address of the service',
    source: `${TLS_GO}, buildSidecarOutboundTCPFilterChainOpts (destinationSubnets)`,
    objects: [
      {
        ...TCP_SERVICE,
        spec: { ...(TCP_SERVICE.spec as KubernetesObject), clusterIP: '10.96.3.4' },
      },
      rulesFor(
        {
          tcp: [
            to('a', [{ destinationSubnets: ['10.97.0.0/16', 'fd00::/8'] }]),
            to('b', [{ destinationSubnets: ['10.96.0.0/16'] }]),
            to('c'),
          ],
        },
        IN_MESH,
      ),
    ],
    request: { ...MESH, authority: 'db:5432' },
    goes: 'b',
  },
  {
    rule: 'mesh: subnets of a match hold for later ones, of other VirtualServices too',
    source: `${TLS_GO}, buildSidecarOutboundTLSFilterChainOpts (destinationCIDRs)`,
    objects: [
      TLS_SERVICE_AT,
      rulesFor(
        { tls: [to('a', [{ sniHosts: ['a.com'], destinationSubnets: ['10.97.0.0/16'] }])] },
        { ...IN_MESH, name: 'one', day: 1 },
      ),
      rulesFor({ tls: [sni('b', 'b.com')] }, { ...IN_MESH, name: 'two', day: 2 }),
    ],
    request: { ...MESH_TLS, authority: 'db:443', serverName: 'b.com' },
    goes: /no tls rule of port 443 .* the address is 10\.96\.3\.4, not in 10\.97\.0\.0\/16/,
  },
  {
    rule: 'mesh: the narrowest range of addresses counts, and server names of wider ones do not',
    source: 'envoyproxy/envoy FilterChainMatch (prefix_ranges)',
    objects: [
      TLS_SERVICE_AT,
      rulesFor(
        {
          tls: [
            sni('a', 'a.com'),
            to('b', [{ sniHosts: ['b.com'], destinationSubnets: ['10.96.0.0/16'] }]),
          ],
        },
        IN_MESH,
      ),
    ],
    request: { ...MESH_TLS, authority: 'db:443', serverName: 'a.com' },
    goes: /no tls rule of port 443 .* the server name is a\.com, not b\.com/,
  },
  {
    rule: 'mesh, a port for TCP: what follows a rule for every address is not programmed',
    source: `${TLS_GO}, buildSidecarOutboundTCPFilterChainOpts (TcpLoop)`,
    objects: [
      {
        ...TCP_SERVICE,
        spec: { ...(TCP_SERVICE.spec as KubernetesObject), clusterIP: '10.96.3.4' },
      },
      rulesFor({ tcp: [to('a'), to('b', [{ destinationSubnets: ['10.96.0.0/16'] }])] }, IN_MESH),
    ],
    request: { ...MESH, authority: 'db:5432' },
    goes: 'a',
  },
  {
    rule: 'mesh: a destination without a port has its only one, whichever the connection is for',
    source: 'pilot/pkg/networking/core/route/route.go, GetDestinationCluster',
    objects: [
      TCP_SERVICE,
      service('a', { app: 'a' }, { ports: [{ port: 80, name: 'http' }] }),
      rulesFor({ tcp: [to('a')] }, IN_MESH),
    ],
    request: { ...MESH, authority: 'db:5432' },
    goes: 'a',
  },
  {
    rule: 'mesh: a name within the wildcard of a ServiceEntry has its protocol',
    source: `${TLS_GO}, getConfigsForHost`,
    objects: [
      WILDCARD_ENTRY,
      rulesFor(
        { http: [to('http')], tls: [sni('a', 'x.wild.com')] },
        { hosts: ['*.wild.com'], gateways: null },
      ),
    ],
    request: { ...MESH_TLS, authority: 'x.wild.com:443' },
    goes: 'a',
  },
  {
    rule: 'mesh: a ServiceEntry without an address is known by its server name alone',
    source: `${TLS_GO}, buildSidecarOutboundTLSFilterChainOpts (hasTLSMatch)`,
    objects: [WILDCARD_ENTRY],
    request: { ...MESH_TLS, authority: 'x.wild.com:443', serverName: 'other.com' },
    goes: /the ServiceEntry of \*\.wild\.com has no address of its own, .* none for other\.com/,
  },
  {
    rule: 'a `*` among the server names of a match takes any, as the least specific',
    source: 'pilot/pkg/networking/core/listener.go, buildFilterChainMatch',
    objects: [
      gateway([passthrough(443, ['*'])]),
      rulesFor({ tls: [sni('any', '*', 'a.com'), sni('wide', '*.com')] }, { hosts: ['*'] }),
    ],
    request: { ...OVER_TLS, authority: 'a.com' },
    goes: 'wide',
  },
  {
    rule: 'mesh: appProtocol comes before the name of a port',
    source: 'pkg/config/kube/conversion.go, ConvertProtocol',
    objects: [
      service('db', { app: 'db' }, { ports: [{ port: 80, name: 'http-web', appProtocol: 'tcp' }] }),
      rulesFor({ http: [to('http')], tcp: [to('a')] }, IN_MESH),
    ],
    request: { ...MESH, authority: 'db:80' },
    goes: 'a',
  },
  {
    rule: 'mesh: a well-known port without a protocol is for TCP',
    source: 'pkg/config/kube/conversion.go, ConvertProtocol (wellKnownPorts)',
    objects: [
      service('db', { app: 'db' }, { ports: [{ port: 3306, name: 'sql' }] }),
      rulesFor({ http: [to('http')], tcp: [to('a')] }, IN_MESH),
    ],
    request: { ...MESH, authority: 'db:3306' },
    goes: 'a',
  },
  {
    rule: 'mesh: any other port without a protocol is for HTTP where the request is',
    source: 'pilot/pkg/networking/core/listener.go, buildSidecarOutboundListener',
    objects: [
      service('db', { app: 'db' }, { ports: [{ port: 9000, name: 'x' }] }),
      rulesFor({ http: [to('http')], tcp: [to('a')] }, IN_MESH),
    ],
    request: { ...MESH, authority: 'db:9000' },
    goes: 'http',
  },
  {
    rule: 'mesh: TLS at a port without a protocol is no HTTP',
    source: 'pilot/pkg/networking/core/listener.go, buildSidecarOutboundListener',
    objects: [
      service('db', { app: 'db' }, { ports: [{ port: 9000, name: 'x' }] }),
      rulesFor({ http: [to('http')], tcp: [to('a')] }, IN_MESH),
    ],
    request: { ...MESH_TLS, authority: 'db:9000' },
    goes: 'a',
  },
  {
    rule: 'a client without a proxy has no route for a port that is not for HTTP',
    source: 'pilot/pkg/networking/grpcgen',
    objects: [TCP_SERVICE, rulesFor({ tcp: [to('a')] }, IN_MESH)],
    request: { via: { kind: 'proxyless' }, authority: 'db:5432' },
    goes: /gRPC clients without a proxy get no route for it/,
  },

  {
    rule: 'TLSRoute: by its hostnames, with weights',
    source: `${CONVERSION_GO}, convertTLSRoute`,
    objects: [
      apiGateway([listener(443, { protocol: 'TLS', tls: { mode: 'Passthrough' } })]),
      connectionRoute('TLSRoute', [backends({ a: 3, b: 1 })], { hostnames: ['a.com'] }),
      connectionRoute('TLSRoute', [backends({ c: 1 })], { name: 'wide', hostnames: ['*.com'] }),
    ],
    request: { ...OVER_TLS, authority: 'a.com' },
    goes: { a: 75, b: 25 },
  },
  {
    rule: 'TLSRoute: no more of its hostnames than the listener has',
    source: `${CONVERSION_GO}, constrainTLSRoutesToListenerHost`,
    objects: [
      apiGateway([
        listener(443, { protocol: 'TLS', hostname: '*.b.com', tls: { mode: 'Passthrough' } }),
      ]),
      connectionRoute('TLSRoute', [backends({ a: 1 })], { hostnames: ['*.com'] }),
    ],
    request: { ...OVER_TLS, authority: 'a.com' },
    goes: /no TLSRoute or TCPRoute takes a connection for the server name a\.com at port 443.*there are routes for \*\.b\.com/,
  },
  {
    rule: 'TLSRoute: of two with one hostname the older',
    source: `${ROUTES_GO}, TLSRouteCollection`,
    objects: [
      apiGateway([listener(443, { protocol: 'TLS', tls: { mode: 'Passthrough' } })]),
      connectionRoute('TLSRoute', [backends({ young: 1 })], { day: 2, hostnames: ['a.com'] }),
      connectionRoute('TLSRoute', [backends({ old: 1 })], {
        name: 'z',
        day: 1,
        hostnames: ['a.com'],
      }),
    ],
    request: { ...OVER_TLS, authority: 'a.com' },
    goes: 'old',
  },
  {
    rule: 'an HTTPS listener with a more specific hostname takes the connection',
    source: 'https://gateway-api.sigs.k8s.io/reference/spec/#listener',
    objects: [
      apiGateway([
        listener(443, { name: 'tls', protocol: 'TLS', tls: { mode: 'Passthrough' } }),
        listener(443, { name: 'https', protocol: 'HTTPS', hostname: 'a.com' }),
      ]),
      connectionRoute('TLSRoute', [backends({ passed: 1 })]),
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: { name: 'http' },
        spec: { parentRefs: [{ name: 'gw' }], rules: [backends({ http: 1 })] },
      },
    ],
    request: { ...OVER_TLS, authority: 'a.com' },
    goes: 'http',
  },
  {
    rule: 'TCPRoute: every connection at the port of its listener',
    source: `${CONVERSION_GO}, convertTCPRoute`,
    objects: [
      apiGateway([
        listener(5432, { name: 'one', protocol: 'TCP' }),
        listener(5433, { name: 'two', protocol: 'TCP' }),
      ]),
      connectionRoute('TCPRoute', [backends({ a: 9, b: 1 })], {
        parentRefs: [{ name: 'gw', sectionName: 'one' }],
      }),
      connectionRoute('TCPRoute', [backends({ c: 1 })], {
        name: 'two',
        parentRefs: [{ name: 'gw', sectionName: 'two' }],
      }),
    ],
    request: { ...PLAINTEXT, targetPort: 5432 },
    goes: { a: 90, b: 10 },
  },
  {
    rule: 'TCPRoute: is not let in by a listener that passes TLS through',
    source: 'pilot/pkg/config/kube/gatewaycommon/conversion.go, GenerateGatewaySupportedKinds',
    objects: [
      apiGateway([listener(443, { protocol: 'TLS', tls: { mode: 'Passthrough' } })]),
      connectionRoute('TCPRoute', [backends({ a: 1 })]),
    ],
    request: { ...OVER_TLS, authority: 'a.com' },
    goes: /none is attached there/,
  },
  {
    rule: 'TCPRoute: is let in by one that takes TLS off',
    source: 'pilot/pkg/config/kube/gatewaycommon/conversion.go, GenerateGatewaySupportedKinds',
    objects: [
      apiGateway([
        listener(443, { protocol: 'TLS', hostname: 'a.com', tls: { mode: 'Terminate' } }),
      ]),
      connectionRoute('TCPRoute', [backends({ a: 1 })]),
    ],
    request: { ...OVER_TLS, authority: 'a.com' },
    goes: 'a',
  },
  {
    rule: 'TCPRoute: weights that are all zero close the connection',
    source: `${CONVERSION_GO}, convertTCPRoute (tcpWeightSum)`,
    objects: [
      apiGateway([listener(5432, { protocol: 'TCP' })]),
      connectionRoute('TCPRoute', [backends({ a: 0 })], { version: 'v1' }),
    ],
    request: { ...PLAINTEXT, targetPort: 5432 },
    goes: /fails with a closed connection/,
  },
  {
    rule: 'TCPRoute: with a Service as its parent, in the mesh',
    source: `${ROUTES_GO}, TCPRouteCollection`,
    objects: [
      TCP_SERVICE,
      connectionRoute('TCPRoute', [backends({ a: 1, b: 1 })], {
        parentRefs: [{ group: '', kind: 'Service', name: 'db', port: 5432 }],
      }),
    ],
    request: { authority: 'db:5432' },
    goes: { a: 50, b: 50 },
  },
  {
    rule: 'TLSRoute: with a Service as its parent and no hostnames, for its host as server name',
    source: `${CONVERSION_GO}, augmentTLSPortMatch`,
    objects: [
      TLS_SERVICE,
      connectionRoute('TLSRoute', [backends({ a: 1 })], {
        parentRefs: [{ group: '', kind: 'Service', name: 'db' }],
      }),
    ],
    request: { ...MESH_TLS, authority: 'db:443', serverName: DB },
    goes: 'a',
  },
];

describe('routes for connections', () => {
  for (const { rule, source, objects, request: changes, goes, finds } of CASES) {
    it(`${rule} [${source}]`, () => {
      const { fate, codes, perConnection } = fateOf(manifestsOf(objects), changes);
      if (goes instanceof RegExp) assert.match(textOf(fate), goes);
      else assert.deepEqual(fate, typeof goes === 'string' ? { [goes]: 100 } : goes);
      if (finds !== undefined) assert.ok(codes.includes(finds), codes.join());
      const isHttp = goes === 'http' || goes === 'web' || rule.includes('without an age');
      assert.equal(perConnection, !isHttp);
    });
  }

  const REPORTED = [
    {
      file: 'tls-weights',
      changes: { ...MESH_TLS, authority: 'ip.example:443', namespace: 'foo' },
      goes: { ip: 60, 'egress.gw.svc.cluster.local': 40 },
    },
    {
      file: 'tcp-weights',
      changes: { authority: 'localhost:31400', targetPort: 31400 },
      goes: { v1: 80, v2: 20 },
    },
  ] as const;
  for (const { file, changes, goes } of REPORTED) {
    it(`as reported: ${file}`, () => {
      const name = path.join(DATA, `${file}.yaml`);
      const set = parseManifests(readFileSync(name, 'utf8'), name);
      assert.deepEqual(fateOf(set, changes).fate, goes);
    });
  }

  it('a test of the weights is refused with the reason and what to do', () => {
    const set = manifestsOf([gateway([tcp(31400)]), rulesFor({ tcp: [split({ a: 1, b: 1 })] })]);
    const resolution = resolveRoute(set, request({ targetPort: 31400 }));
    assert.throws(() => forwardedOrRefused(resolution), {
      name: 'InputError',
      message:
        /tcp\[0\] of VirtualService default\/vs splits connections and not requests.*explain/,
    });
    assert.equal(forwardedOrRefused(resolution, 'plan for').destinations.length, 2);
  });

  it('retries, the protocol of backends and keys of requests are nothing to a connection', () => {
    const backend = service('a', { app: 'a' }, { ports: [{ port: 5432, name: 'tcp' }] });
    const rule = destinationRule('a', {});
    const hashed = {
      ...rule,
      spec: {
        host: 'a',
        trafficPolicy: { loadBalancer: { consistentHash: { httpHeaderName: 'x-user' } } },
      },
    };
    const set = manifestsOf([
      gateway([tcp(31400)]),
      rulesFor({ tcp: [{ route: [{ destination: { host: 'a', port: { number: 5432 } } }] }] }),
      backend,
      hashed,
    ]);
    const resolution = resolveRoute(set, request({ targetPort: 31400 }));
    assert.equal(resolution.effects?.retries, null);
    assert.deepEqual(
      resolution.findings.map(({ code }) => code),
      [],
    );
    assert.doesNotMatch(resolution.notes.join(), /x-user/);
  });

  it('a tls rule without server names is refused as by Istio', () => {
    const refused = (rule: KubernetesObject): (() => void) => {
      return () => manifestsOf([rulesFor({ tls: [rule] }, { hosts: ['a.com'] })]);
    };
    assert.throws(
      refused(to('a')),
      /Istio refuses it: a tls rule takes connections by their server/,
    );
    assert.throws(refused(to('a', [{ port: 443 }])), /a match of a tls rule needs sniHosts/);
  });

  it('subsets, weights and ports of rules for connections are checked as those for requests', () => {
    const set = manifestsOf([
      gateway([tcp(31400)]),
      rulesFor({
        tcp: [
          { ...split({ 'a/v1': 70, 'a/v9': 20 }), match: [{ port: 31400 }] },
          to('b', [{ port: 9999 }]),
          to('c'),
          to('d'),
        ],
      }),
      destinationRule('a', { v1: { version: 'v1' } }),
    ]);
    const { lint, findings } = resolveRoute(set, request({ targetPort: 31400 }));
    const codes = new Set([...lint, ...findings].map(({ code }) => code));
    for (const code of ['unknown-subset', 'weight-sum', 'unserved-port', 'shadowed-route'])
      assert.ok(codes.has(code), `${code} of ${[...codes].join()}`);
  });

  const UNTRIED: readonly [string, KubernetesObject, Rules, string[]][] = [
    [
      'http rules of a port that passes TLS through',
      passthrough(443, ['*']),
      { http: [to('a')] },
      ['http'],
    ],
    [
      'tls rules of a port that takes TLS off',
      https(443, '*'),
      { tls: [sni('a', 'a.com')] },
      ['tls'],
    ],
    [
      'tcp rules beside http rules of a port for HTTP',
      http(80),
      { http: [to('a')], tcp: [to('a')] },
      ['tcp'],
    ],
    ['tcp rules of a port for TCP', tcp(31400), { tcp: [to('a')] }, []],
  ];
  for (const [what, server, rules, untried] of UNTRIED) {
    it(`rules that no server tries: ${what}`, () => {
      const set = manifestsOf([gateway([server]), rulesFor(rules)]);
      const { lint } = resolveRoute(set, request({ targetPort: 1 }));
      const found = lint.filter(({ code }) => code === 'untried-rules');
      assert.deepEqual(
        found.map(({ place }) => place?.path),
        untried.map((layer) => `spec.${layer}`),
      );
    });
  }

  it('all of them can be listed, each with the place where it is tried', () => {
    const set = inNamespace(
      manifestsOf([
        gateway([passthrough(443, ['*']), tcp(31400), http(80)]),
        rulesFor(
          { tls: [sni('wide', '*.com'), sni('a', 'a.com')], tcp: [to('t', [{ port: 31400 }])] },
          { hosts: ['*.com'] },
        ),
        TLS_SERVICE,
        rulesFor({ tls: [sni('x', 'a.com')] }, { ...IN_MESH, name: 'mesh' }),
        apiGateway([listener(5432, { protocol: 'TCP' })], { name: 'api' }),
        connectionRoute('TCPRoute', [backends({ a: 1 })], { parentRefs: [{ name: 'api' }] }),
      ]),
      'default',
    );
    const listed = listConnections(set, request()).map(
      ({ via, port, layer, host, rules }): unknown[] => [
        via,
        port,
        layer,
        host,
        rules.map(({ rule }) => describeRule(rule)),
      ],
    );
    assert.deepEqual(listed, [
      ['gateway:default/gw', 443, 'tls', '*', ['server name a.com', 'server name *.com']],
      ['gateway:default/gw', 31400, 'tcp', '*', ['port 31400']],
      ['gateway:default/api', 5432, 'tcp', '*', ['any connection']],
      ['mesh', 443, 'tls', DB, ['server name a.com']],
    ]);
  });

  it('the list of all routes has them, without retries', () => {
    const set = manifestsOf([gateway([tcp(31400)]), rulesFor({ tcp: [split({ a: 3, b: 1 })] })]);
    const { tables } = listRoutes(set, { namespace: 'default' });
    assert.deepEqual(
      tables.map(({ via, entrances, routes }) => [
        via,
        entrances,
        routes.map(({ rule, match, destinations, effects }) => [
          rule,
          match,
          sharesOf({ destinations }),
          effects.retries,
        ]),
      ]),
      [
        [
          ['gateway:default/gw'],
          [{ protocol: 'tcp', port: 31400 }],
          [['tcp[0]', 'any connection', { a: 75, b: 25 }, null]],
        ],
      ],
    );
  });

  it('HTTPRoutes of a Service are not tried at a port that speaks no HTTP', () => {
    const set = manifestsOf([
      TCP_SERVICE,
      {
        apiVersion: 'gateway.networking.k8s.io/v1',
        kind: 'HTTPRoute',
        metadata: { name: 'http' },
        spec: {
          parentRefs: [{ group: '', kind: 'Service', name: 'db' }],
          rules: [backends({ a: 1 })],
        },
      },
    ]);
    const { fate } = fateOf(set, { authority: 'db:5432' });
    assert.match(textOf(fate), /no HTTPRoute or GRPCRoute is tried there, but TCPRoutes/);
  });

  it('TLS that is sent to a port of the mesh that is not for it: the refusal says so', () => {
    const set = manifestsOf([
      service('db', { app: 'db' }),
      rulesFor({ http: [split({ a: 1, b: 1 })] }, IN_MESH),
    ]);
    const { fate } = fateOf(set, { ...MESH_TLS, authority: 'db:80' });
    assert.match(
      textOf(fate),
      /is sent over TLS, and port 80 of db.*no http rule is tried \(--plaintext/,
    );
  });
});
