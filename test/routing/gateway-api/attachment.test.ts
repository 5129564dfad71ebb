import { runCases, type Case } from '../case-table.js';
import { apiGateway, backends, httpRoute, listener } from '../objects.js';

const SPEC = 'https://gateway-api.sigs.k8s.io/reference/spec/';
const ROUTE = `${SPEC}#httproutespec`;
const PARENT = `${SPEC}#parentreference`;

const GATEWAY = apiGateway([listener()]);
const HTTPS = listener(443, { protocol: 'HTTPS', tls: { mode: 'Terminate' } });

const HOSTS: readonly Case[] = [
  {
    rule: 'an exact hostname before a wildcard',
    source: ROUTE,
    objects: [
      GATEWAY,
      httpRoute([backends({ w: null })], { name: 'w', hostnames: ['*.a.com'] }),
      httpRoute([backends({ e: null })], { name: 'e', hostnames: ['x.a.com'] }),
    ],
    request: { authority: 'x.a.com' },
    takes: 'e',
  },
  {
    rule: 'the longer wildcard',
    source: ROUTE,
    objects: [
      GATEWAY,
      httpRoute([backends({ s: null })], { name: 's', hostnames: ['*.com'] }),
      httpRoute([backends({ l: null })], { name: 'l', hostnames: ['*.a.com'] }),
    ],
    request: { authority: 'x.a.com' },
    takes: 'l',
  },
  {
    rule: 'a wildcard stands for several labels',
    source: ROUTE,
    objects: [GATEWAY, httpRoute([backends({ w: null })], { hostnames: ['*.a.com'] })],
    request: { authority: 'x.y.a.com' },
    takes: 'w',
  },
  {
    rule: 'and not for none',
    source: ROUTE,
    objects: [GATEWAY, httpRoute([backends({ w: null })], { hostnames: ['*.a.com'] })],
    request: { authority: 'a.com' },
    takes: /has the host a\.com: there are \*\.a\.com/,
  },
  {
    rule: 'the port of the Host header does not count',
    source: ROUTE,
    objects: [GATEWAY, httpRoute([backends({ a: null })], { hostnames: ['a.com'] })],
    request: { authority: 'a.com:3000' },
    takes: 'a',
  },
  {
    rule: 'a hostname outside the listener’s is ignored',
    source: ROUTE,
    objects: [
      apiGateway([listener(80, { hostname: '*.a.com' })]),
      httpRoute([backends({ a: null })], { hostnames: ['x.a.com', 'x.b.com'] }),
    ],
    request: { authority: 'x.b.com' },
    takes: /no listener takes a plaintext request for the host x\.b\.com/,
  },
  {
    rule: 'a route without hostnames has the listener’s',
    source: ROUTE,
    objects: [
      apiGateway([listener(80, { hostname: '*.a.com' })]),
      httpRoute([backends({ a: null })]),
    ],
    request: { authority: 'x.a.com' },
    takes: 'a',
  },
  {
    rule: 'the narrower of listener and route counts',
    source: ROUTE,
    objects: [
      apiGateway([listener(80, { hostname: 'x.a.com' })]),
      httpRoute([backends({ a: null })], { hostnames: ['*.a.com'] }),
    ],
    request: { authority: 'x.a.com' },
    takes: 'a',
  },
];

const ATTACHMENT: readonly Case[] = [
  {
    rule: 'sectionName names a listener',
    source: PARENT,
    objects: [
      apiGateway([listener(80), listener(8080)]),
      httpRoute([backends({ a: null })], { parentRefs: [{ name: 'gw', sectionName: 'l8080' }] }),
    ],
    request: { targetPort: 8080 },
    takes: 'a',
  },
  {
    rule: 'and keeps off the others',
    source: PARENT,
    objects: [
      apiGateway([listener(80), listener(8080)]),
      httpRoute([backends({ a: null })], { parentRefs: [{ name: 'gw', sectionName: 'l8080' }] }),
    ],
    takes: /no route is attached/,
  },
  {
    rule: 'port does the same',
    source: PARENT,
    objects: [
      apiGateway([listener(80), listener(8080)]),
      httpRoute([backends({ a: null })], { name: 'a', parentRefs: [{ name: 'gw', port: 80 }] }),
      httpRoute([backends({ b: null })], { name: 'b', parentRefs: [{ name: 'gw', port: 8080 }] }),
    ],
    request: { targetPort: 8080 },
    takes: 'b',
  },
  {
    rule: 'a Gateway of another namespace is named with it',
    source: PARENT,
    objects: [
      apiGateway([listener(80, { allowedRoutes: { namespaces: { from: 'All' } } })], {
        namespace: 'infra',
      }),
      httpRoute([backends({ a: null })], { parentRefs: [{ name: 'gw', namespace: 'infra' }] }),
    ],
    takes: 'a',
  },
  {
    rule: 'by default only routes of its namespace attach',
    source: `${SPEC}#routenamespaces`,
    objects: [
      apiGateway([listener(80)], { namespace: 'infra' }),
      httpRoute([backends({ a: null })], { parentRefs: [{ name: 'gw', namespace: 'infra' }] }),
    ],
    takes: /no route is attached/,
  },
  {
    rule: 'kinds a listener does not allow',
    source: `${SPEC}#allowedroutes`,
    objects: [
      apiGateway([listener(80, { allowedRoutes: { kinds: [{ kind: 'GRPCRoute' }] } })]),
      httpRoute([backends({ a: null })]),
    ],
    takes: /no route is attached/,
  },
  {
    rule: 'the only listener the request fits',
    source: `${SPEC}#listener`,
    objects: [apiGateway([listener(80), HTTPS]), httpRoute([backends({ a: null })])],
    request: { targetPort: 3000, scheme: 'https' },
    takes: 'a',
  },
  {
    rule: 'several fit: choose',
    source: `${SPEC}#listener`,
    objects: [apiGateway([listener(80), listener(8080)]), httpRoute([backends({ a: null })])],
    request: { targetPort: 3000 },
    takes: /port 80 of default\/gw and port 8080 .*--gateway-port/,
  },
  {
    rule: 'over TLS the server name chooses the listener',
    source: `${SPEC}#gatewaytlsconfig`,
    objects: [
      apiGateway([
        { ...HTTPS, name: 'w', hostname: '*.a.com' },
        { ...HTTPS, name: 'e', hostname: 'x.a.com' },
      ]),
      httpRoute([backends({ w: null })], {
        name: 'w',
        parentRefs: [{ name: 'gw', sectionName: 'w' }],
      }),
      httpRoute([backends({ e: null })], {
        name: 'e',
        parentRefs: [{ name: 'gw', sectionName: 'e' }],
      }),
    ],
    request: { scheme: 'https', targetPort: 443, authority: 'x.a.com' },
    takes: 'e',
  },
  {
    rule: 'a Gateway that is not at hand is assumed',
    source: PARENT,
    objects: [httpRoute([backends({ a: 1, b: 1 })])],
    takes: { a: 50, b: 50 },
  },
];

const SERVICE_PARENT = [{ group: '', kind: 'Service', name: 's', port: 80 }];

const MESH: readonly Case[] = [
  {
    rule: 'a route of a Service in the mesh',
    source: 'https://gateway-api.sigs.k8s.io/mesh/',
    objects: [httpRoute([backends({ a: 1, b: 3 })], { parentRefs: SERVICE_PARENT })],
    request: { via: { kind: 'mesh' }, authority: 's:80' },
    takes: { a: 25, b: 75 },
  },
  {
    rule: 'the client’s namespace’s route comes first',
    source: 'https://gateway-api.sigs.k8s.io/geps/gep-1294/',
    objects: [
      httpRoute([backends({ producer: null })], { name: 'p', parentRefs: SERVICE_PARENT }),
      httpRoute([backends({ consumer: null })], {
        name: 'c',
        namespace: 'client',
        parentRefs: [{ ...SERVICE_PARENT[0], namespace: 'default' }],
      }),
    ],
    request: { via: { kind: 'mesh' }, authority: 's.default:80', namespace: 'client' },
    takes: 'consumer',
  },
];

runCases('Gateway API: hosts', HOSTS);
runCases('Gateway API: attachment', ATTACHMENT);
runCases('Gateway API: the mesh', MESH);
