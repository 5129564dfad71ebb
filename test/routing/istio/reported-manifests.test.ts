import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { parseManifests } from '../../../src/routing/parse-manifests.js';
import type { RouteRequest } from '../../../src/routing/request.js';
import { resolveRoute } from '../../../src/routing/resolve.js';
import { problemOf, request } from '../request.js';

const DATA = path.resolve(import.meta.dirname, '../../../../test/data/routing/istio');
const GATEWAY = { via: { kind: 'gateway' }, targetPort: 80 } as const;
const MESH = { via: { kind: 'mesh' } } as const;
const TLS = { via: { kind: 'gateway' }, targetPort: 443, scheme: 'https' } as const;

interface Reported {
  file: string;
  what: string;
  request: Partial<RouteRequest>;
  /** Where it goes, or why it goes nowhere, as a real control plane and Envoy have it. */
  goes: string | RegExp;
  /** Codes of what is found beside. */
  finds?: readonly string[];
}

const REPORTED: readonly Reported[] = [
  {
    file: 'no-applicable-rule-no-vhost',
    what: 'a VirtualService without a rule for the port adds no host',
    request: { ...GATEWAY, authority: 'a.example.com' },
    goes: 'b.istio-system.svc.cluster.local',
  },
  {
    file: 'no-applicable-rule-no-vhost',
    what: 'where it has one, its host is the narrower one',
    request: { ...GATEWAY, authority: 'a.example.com', targetPort: 8080 },
    goes: 'a.istio-system.svc.cluster.local',
  },
  {
    file: 'mesh-no-applicable-rule-default-route',
    what: 'in the mesh the service keeps its own route',
    request: { ...MESH, authority: 'a:80' },
    goes: 'a.default.svc.cluster.local',
  },
  {
    file: 'mesh-no-applicable-rule-default-route',
    what: 'at the port of the rule it takes the request',
    request: { ...MESH, authority: 'a:7070' },
    goes: 'b.default.svc.cluster.local',
  },
  {
    file: 'mesh-host-not-a-service',
    what: 'a host that is no service is not there at other ports than 80',
    request: { ...MESH, authority: 'a.default:9080' },
    goes: 'a.default.svc.cluster.local',
  },
  {
    file: 'mesh-host-not-a-service',
    what: 'it is there at port 80',
    request: { ...MESH, authority: 'a.default:80' },
    goes: 'b.default.svc.cluster.local',
  },
  {
    file: 'gateway-pod-namespace',
    what: 'exportTo is judged by the namespace of the gateway’s pods',
    request: { ...GATEWAY, authority: 'a.example.com' },
    goes: /no VirtualService at the gateway has the host a\.example\.com/,
    finds: ['gateway-pods-unknown'],
  },
  {
    file: 'gateway-pod-namespace',
    what: 'so is sourceNamespace',
    request: { ...GATEWAY, authority: 'b.example.com' },
    goes: 'other.default.svc.cluster.local',
    finds: ['gateway-pods-unknown'],
  },
  ...['/x/../admin', '/./admin', '/x/%2e%2E/admin', '/x\\..\\admin', '/admin/y/..?z=/..'].map(
    (path_): Reported => ({
      file: 'path-normalization',
      what: `${path_} is under /admin`,
      request: { ...GATEWAY, authority: 'q.com', path: path_ },
      goes: 'a.istio-system.svc.cluster.local',
    }),
  ),
  ...['/admin/..', '/x//admin', '/x%2F..%2Fadmin', '/...admin'].map((path_): Reported => ({
    file: 'path-normalization',
    what: `${path_} is not`,
    request: { ...GATEWAY, authority: 'q.com', path: path_ },
    goes: 'b.istio-system.svc.cluster.local',
  })),
  {
    file: 'pseudo-headers',
    what: 'header matches see :method',
    request: { ...GATEWAY, authority: 'q.com', method: 'GET' },
    goes: 'a.istio-system.svc.cluster.local',
  },
  {
    file: 'pseudo-headers',
    what: 'and the authority as host',
    request: { ...GATEWAY, authority: 'y.com' },
    goes: 'c.istio-system.svc.cluster.local',
  },
  {
    file: 'exportto-before-age',
    what: 'a private VirtualService comes before an older public one',
    request: { ...MESH, authority: 'a:80' },
    goes: 'b.default.svc.cluster.local',
  },
  {
    file: 'exportto-before-age',
    what: 'and is not there for others',
    request: { ...MESH, authority: 'a.default:80', namespace: 'other' },
    goes: 'c.default.svc.cluster.local',
  },
  {
    file: 'exportto-lists-before-public',
    what: 'one that is exported by name comes before an older public one',
    request: {
      ...MESH,
      authority: 'assistant.www.example.com:80',
      path: '/old/x',
      namespace: 'gm',
    },
    goes: 'assistant.tr.svc.cluster.local',
  },
  {
    file: 'server-order-before-age',
    what: 'routes are appended server by server',
    request: { ...GATEWAY, authority: 'a.example.com', targetPort: 8080 },
    goes: 'c.istio-system.svc.cluster.local',
  },
  {
    file: 'one-vs-two-gateways-refused',
    what: 'one VirtualService at two Gateways is no rival to itself',
    request: { ...GATEWAY, authority: 'a.example.com' },
    goes: 'a.istio-system.svc.cluster.local',
  },
  {
    file: 'duplicate-tls-host-drops-server',
    what: 'a TLS server that repeats a host is left out',
    request: { ...TLS, authority: 'a.example.com' },
    goes: /no VirtualService is bound to the gateway's port/,
    finds: ['dropped-server'],
  },
  {
    file: 'plaintext-fallback-on-tls-port',
    what: 'a TLS port closes plaintext connections',
    request: { ...TLS, authority: 'a.example.com', scheme: 'http' },
    goes: /the request is plaintext, and port 443 of Gateway .* speaks HTTPS/,
  },
  {
    file: 'plaintext-fallback-on-tls-port',
    what: 'the server name chooses a Gateway without routes',
    request: { ...TLS, authority: 'a.example.com' },
    goes: /no VirtualService is bound to the gateway's port/,
  },
  {
    file: 'passthrough-gateway-with-http-routes',
    what: 'PASSTHROUGH never uses http rules',
    request: { ...TLS, authority: 'one.example.com' },
    goes: /passes TLS through \(PASSTHROUGH\), so no http rule is ever tried/,
  },
  {
    file: 'ineffective-match',
    what: 'the entries of match are alternatives',
    request: { ...MESH, authority: 'cartservice:7070', path: '/GetCart' },
    goes: 'cartservice.default.svc.cluster.local/v2',
    finds: ['ineffective-match', 'ineffective-match'],
  },
  {
    file: 'weights-on-a-mesh-only-virtual-service',
    what: 'weights for the mesh alone do not apply at a gateway',
    request: { ...GATEWAY, path: '/reviews' },
    goes: 'reviews.default.svc.cluster.local',
    finds: ['weights-not-applied'],
  },
];

describe('Istio: manifests that a control plane and an Envoy were asked about', () => {
  for (const { file, what, request: changes, goes, finds = [] } of REPORTED) {
    it(`${file}: ${what}`, () => {
      const resolution = resolveRoute(read(file), request(changes));
      if (goes instanceof RegExp) assert.match(problemOf(resolution)?.summary ?? 'no error', goes);
      else {
        assert.equal(problemOf(resolution)?.summary, undefined);
        assert.ok(resolution.kind === 'forward');
        const [only, ...others] = resolution.destinations;
        assert.deepEqual(others, []);
        assert.equal([only?.host, only?.subset].filter(Boolean).join('/'), goes);
      }
      const codes = [...resolution.findings, ...resolution.lint].map(({ code }) => code);
      const expected = new Set([
        'gateway-pods-unknown',
        'dropped-server',
        'ineffective-match',
        'weights-not-applied',
      ]);
      assert.deepEqual(
        codes.filter((code) => expected.has(code)),
        finds,
      );
    });
  }

  it('Istio’s webhook refuses hosts that repeat', () => {
    assert.throws(() => read('webhook-duplicate-hosts'), {
      name: 'InputError',
      message: /Istio refuses it: the hosts web and web of one VirtualService are the same/,
    });
  });

  it('and the host * in the mesh', () => {
    assert.throws(() => read('webhook-mesh-star'), {
      name: 'InputError',
      message: /Istio refuses it: a VirtualService of the mesh cannot have the host \*/,
    });
  });
});

function read(file: string): ReturnType<typeof parseManifests> {
  const name = `${file}.yaml`;
  return parseManifests(readFileSync(path.join(DATA, name), 'utf8'), name);
}
