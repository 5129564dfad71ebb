import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { parseManifests } from '../../../src/routing/parse-manifests.js';
import type { RouteRequest } from '../../../src/routing/request.js';
import { resolveRoute } from '../../../src/routing/resolve.js';
import { problemOf, request, sharesOf } from '../request.js';

const DATA = path.resolve(import.meta.dirname, '../../../../test/data/routing/istio');
const GATEWAY = { via: { kind: 'gateway' }, targetPort: 80 } as const;
const MESH = { via: { kind: 'mesh' } } as const;
const PROD = { ...MESH, authority: 'c.prod:80' } as const;
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
  {
    file: 'dr-exportto-after-host',
    what: 'a host’s DestinationRule that is not exported hides that of a wildcard',
    request: PROD,
    goes: /no DestinationRule that holds for this client defines the subset v1/,
  },
  {
    file: 'dr-merge-needs-equal-exportto',
    what: 'DestinationRules with unequal exportTo are not merged',
    request: PROD,
    goes: /DestinationRule prod\/two .* has no subset v1/,
  },
  {
    file: 'dr-workload-selector',
    what: 'a DestinationRule with workloadSelector is private to its namespace',
    request: PROD,
    goes: /its workloadSelector makes it private to pods of istio-system/,
  },
  {
    file: 'dr-out-of-sight',
    what: 'a DestinationRule of a third namespace is out of sight',
    request: PROD,
    goes: /Istio looks in the namespaces of the client and of the service and in istio-system/,
  },
  {
    file: 'root-namespace-private-dr',
    what: 'pods of the root namespace take its private DestinationRule first',
    request: { ...GATEWAY, authority: 'h.example.com' },
    goes: 'a.default.svc.cluster.local/v2',
  },
  {
    file: 'service-selects-nobody',
    what: 'the route is there, and no workload behind its Service',
    request: { ...GATEWAY, path: '/hello' },
    goes: 'hello-service.default.svc.cluster.local',
    finds: ['removed-api-version', 'service-without-pods'],
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
        'removed-api-version',
        'service-without-pods',
      ]);
      assert.deepEqual(codes.filter((code) => expected.has(code)).toSorted(), finds);
    });
  }

  it('a client whose Sidecar does not import the VirtualService shares by replicas', () => {
    const client = { ...MESH, authority: 'web.svc:80', namespace: 'client' } as const;
    const resolution = resolveRoute(read('sidecar-does-not-import'), request(client));
    assert.ok(resolution.kind === 'forward');
    assert.equal(resolution.route, null);
    assert.deepEqual(sharesOf(resolution), { v1: 50, v2: 50 });
    assert.deepEqual(
      resolution.findings.map(({ code }) => code),
      ['sidecar-does-not-import'],
    );
  });

  it('mirror_percent is a field of the API, and has an effect', () => {
    const client = { ...MESH, authority: 'recommendation:8080', namespace: 'tutorial' } as const;
    const resolution = resolveRoute(read('mirror-percent-alias'), request(client));
    assert.ok(resolution.kind === 'forward');
    assert.deepEqual(sharesOf(resolution), { 'version-v1': 100, 'version-v2': 0 });
    assert.match(resolution.notes.join(), /50 % of the requests are copied to recommendation/);
    // That the port is none for the gRPC call that is asked about, is another matter.
    const others = [...resolution.findings, ...resolution.lint].filter(
      ({ code }) => code !== 'protocol-mismatch',
    );
    assert.deepEqual(others, []);
  });

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
