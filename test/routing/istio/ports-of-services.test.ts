import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { resolveRoute } from '../../../src/routing/resolve.js';
import type { RouteRequest } from '../../../src/routing/request.js';
import {
  deployment,
  destinationRule,
  gateway,
  http,
  httpRoute,
  manifestsOf,
  service,
  to,
  virtualService,
  type KubernetesObject,
} from '../objects.js';
import { problemOf, request, sharesOf } from '../request.js';

// What a real Istiod gives to proxies for such objects: test/cluster/routes-against-istiod.test.ts.

const WEB = [service('web', { app: 'web' }), deployment('web-v1', { app: 'web' }, { replicas: 1 })];
const ALT = service('alt', { app: 'alt' }, { ports: [{ port: 8080, name: 'http' }] });
const NONE: Partial<RouteRequest> = { method: 'GET', path: '/', headers: new Map() };

/** Destinations with shares, the address of a redirect, or the code of the problem. */
function outcome(objects: readonly KubernetesObject[], asked: Partial<RouteRequest>): unknown {
  const resolution = resolveRoute(manifestsOf(objects), request({ ...NONE, ...asked }));
  if (resolution.kind === 'forward') return sharesOf(resolution);
  if (resolution.kind === 'redirect') return resolution.to;
  return problemOf(resolution)?.code ?? resolution.kind;
}

function inMesh(authority: string): Partial<RouteRequest> {
  return { authority, via: { kind: 'mesh' } };
}

describe('Istio: ports of services', () => {
  const named = virtualService([to('web')], { hosts: ['web'], gateways: null });

  it('a service has no route at a port that it does not have, whatever names it', () => {
    assert.deepEqual(outcome([...WEB, named], inMesh('web.default:80')), { web: 100 });
    assert.equal(outcome([...WEB, named], inMesh('web.default:8080')), 'no-route');
    assert.equal(outcome(WEB, inMesh('web.default:8080')), 'no-route');
    const ofGatewayApi = httpRoute([{ backendRefs: [{ name: 'web', port: 80 }] }], {
      parentRefs: [{ group: '', kind: 'Service', name: 'web' }],
    });
    assert.deepEqual(outcome([...WEB, ofGatewayApi], inMesh('web.default:80')), { web: 100 });
    assert.equal(outcome([...WEB, ofGatewayApi], inMesh('web.default:8080')), 'no-route');
  });

  it('a sidecar leads to the port that was asked for, where the route names none', () => {
    const elsewhere = virtualService([to('alt')], { hosts: ['web'], gateways: null });
    assert.equal(outcome([...WEB, ALT, elsewhere], inMesh('web.default:80')), 'unknown-port');
    const named8080 = virtualService(
      [{ route: [{ destination: { host: 'alt', port: { number: 8080 } } }] }],
      { hosts: ['web'], gateways: null },
    );
    assert.deepEqual(outcome([...WEB, ALT, named8080], inMesh('web.default:80')), { alt: 100 });
  });

  it('a gateway leads to the only port of the service', () => {
    const objects = [...WEB, ALT, gateway([http(80)]), virtualService([to('alt')])];
    assert.deepEqual(outcome(objects, { targetPort: 80, authority: 'a.com' }), { alt: 100 });
    const wrong = virtualService([
      { route: [{ destination: { host: 'alt', port: { number: 81 } } }] },
    ]);
    const given = [...WEB, ALT, gateway([http(80)]), wrong];
    assert.equal(outcome(given, { targetPort: 80, authority: 'a.com' }), 'unknown-port');
  });

  it('a name belongs to the ServiceEntry with a wildcard of it', () => {
    const entry = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: { name: 'wild' },
      spec: { hosts: ['*.example.net'], ports: [{ number: 80, name: 'http', protocol: 'HTTP' }] },
    };
    const ofWildcard = virtualService([to('web')], { hosts: ['*.example.net'], gateways: null });
    assert.deepEqual(outcome([...WEB, entry, ofWildcard], inMesh('x.example.net:80')), {
      web: 100,
    });
  });
});

describe('Istio: where a server sends plaintext to HTTPS', () => {
  const redirecting = (...hosts: string[]): KubernetesObject => ({
    ...http(80, ...hosts),
    tls: { httpsRedirect: true },
  });
  const asked = { targetPort: 80, authority: 'a.com' };

  it('without any VirtualService, too', () => {
    const objects = [gateway([redirecting('*.com')])];
    assert.equal(outcome(objects, asked), 'the same address over HTTPS (301)');
  });

  it('not for a narrower host of another server, nor for its hosts of a namespace', () => {
    const route = virtualService([to('web')], { hosts: ['a.com'], gateways: ['plain'] });
    const plain = gateway([http(80, 'a.com')], { name: 'plain' });
    const over = gateway([redirecting('*.com')], { name: 'over' });
    assert.deepEqual(outcome([...WEB, plain, over, route], asked), { web: 100 });
    const ofNamespace = gateway([redirecting('other/*.com')], { name: 'over' });
    assert.equal(outcome([...WEB, ofNamespace, route], asked), 'no-route');
  });
});

describe('Istio: conditions on clients and gateways of rules that delegate', () => {
  const root = (match: KubernetesObject): KubernetesObject =>
    virtualService([{ match: [match], delegate: { name: 'leaf' } }, to('web')], {
      hosts: ['web'],
      gateways: null,
    });
  const leaf = (match: KubernetesObject): KubernetesObject =>
    virtualService([to('alt', [match])], { name: 'leaf', hosts: [], gateways: null });
  const ports = service('alt', { app: 'alt' });
  const meets = (above: KubernetesObject, below: KubernetesObject): unknown =>
    outcome([...WEB, ports, root(above), leaf(below)], inMesh('web.default:80'));

  it('the delegate may not ask for another gateway or namespace', () => {
    assert.deepEqual(meets({ gateways: ['mesh'] }, { gateways: ['mesh'] }), { alt: 100 });
    assert.deepEqual(meets({ gateways: ['g0'] }, { gateways: ['mesh'] }), { web: 100 });
    const other = { sourceNamespace: 'default' };
    assert.deepEqual(meets(other, other), { alt: 100 });
    assert.deepEqual(meets(other, { uri: { prefix: '/' } }), { web: 100 });
  });
});

describe('Gateway API: routes with a Service as their parent, as Istio has them', () => {
  const parent = (more: KubernetesObject): KubernetesObject => ({
    group: '',
    kind: 'Service',
    name: 'web',
    ...more,
  });

  it('no ReferenceGrant is asked for in the mesh', () => {
    const route = httpRoute([{ backendRefs: [{ name: 'other', namespace: 'b', port: 80 }] }], {
      parentRefs: [parent({})],
    });
    const other = service('other', { app: 'other' }, { namespace: 'b' });
    const [name] = Object.keys(outcome([...WEB, other, route], inMesh('web.default:80')) as object);
    assert.match(name ?? '', /^other/);
  });

  it('routes with and without a port are not merged: the oldest has the host', () => {
    const rule = (path: string, name: string): KubernetesObject => ({
      matches: [{ path: { type: 'Exact', value: path } }],
      backendRefs: [{ name, port: 80 }],
    });
    const older = httpRoute([rule('/a', 'web')], {
      name: 'older',
      day: 1,
      parentRefs: [parent({ port: 80 })],
    });
    const younger = httpRoute([rule('/b', 'web')], {
      name: 'younger',
      day: 2,
      parentRefs: [parent({})],
    });
    const asked = inMesh('web.default:80');
    assert.deepEqual(outcome([...WEB, older, younger], { ...asked, path: '/a' }), { web: 100 });
    assert.equal(outcome([...WEB, older, younger], { ...asked, path: '/b' }), 'no-route');
  });
});

it('Istio: a subset at a port that the service has is not refused', () => {
  const subset = virtualService([{ route: [{ destination: { host: 'web', subset: 'v1' } }] }], {
    hosts: ['web'],
    gateways: null,
  });
  const rules = destinationRule('web', { v1: { version: 'v1' } });
  assert.deepEqual(outcome([...WEB, subset, rules], inMesh('web.default:80')), { v1: 100 });
});
