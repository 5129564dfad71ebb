import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { loadManifests } from '../../src/inputs/manifests.js';
import { forwardedOrRefused } from '../../src/routing/forwarded-or-refused.js';
import type { ManifestSet } from '../../src/routing/manifest-set.js';
import type { RouteRequest } from '../../src/routing/request.js';
import type { Resolution } from '../../src/routing/resolution.js';
import { resolveServiceBehind } from '../../src/routing/service-behind.js';
import { expectedService } from '../../src/scenario/expected-service.js';
import {
  apiGateway,
  backends,
  deployment,
  gateway,
  http,
  httpRoute,
  type KubernetesObject,
  listener,
  manifestsOf,
  service,
  split,
  to,
  virtualService,
} from './objects.js';
import { forwardedBy, request, sharesOf } from './request.js';

const BOOKINFO = path.resolve(import.meta.dirname, '../../../scenarios/bookinfo');

const PAGE: Partial<RouteRequest> = {
  method: 'GET',
  path: '/productpage',
  headers: new Map(),
};

/** The route to a service behind `GET /productpage`. */
function behind(
  manifests: ManifestSet,
  text: string,
  headers: Readonly<Record<string, string>> = {},
  changes: Partial<RouteRequest> = {},
): Resolution {
  const asked = request({ ...PAGE, ...changes });
  const expected = expectedService({ expect: { service: text, headers } });
  const front = forwardedBy(manifests, asked);
  return resolveServiceBehind(manifests, asked, front, expected!).resolution;
}

function shares(resolution: Resolution): Record<string, number> {
  return sharesOf(forwardedOrRefused(resolution));
}

/** A gateway that sends everything to `front`, and what is added. */
function behindFront(...more: readonly KubernetesObject[]): ManifestSet {
  return manifestsOf([gateway([http(80)]), virtualService([to('front')]), ...more]);
}

const FOR_MESH = { name: 'mesh-vs', gateways: null, hosts: ['s'] };
const PODS = [
  service('s', { app: 's' }),
  deployment('s-a', { app: 's', version: 'a' }, { replicas: 1 }),
  deployment('s-b', { app: 's', version: 'b' }, { replicas: 1 }),
  deployment('s-c', { app: 's', version: 'c' }, { replicas: 1 }),
];

describe('the route of a service behind the one that is called', () => {
  it('is that of Bookinfo’s reviews for their callers, and its pods are known by its Deployments', async () => {
    const manifests = await loadManifests([BOOKINFO]);
    for (const name of ['reviews', 'reviews.default', 'reviews.default.svc.cluster.local:9080']) {
      const resolution = behind(manifests, name);
      assert.deepEqual(shares(resolution), { v1: 10, v2: 40, v3: 50 });
      assert.equal(resolution.route?.source, 'VirtualService default/reviews');
      assert.deepEqual(resolution.notes, []);
      assert.deepEqual(
        forwardedOrRefused(resolution)
          .workloads.filter(({ destination }) => destination !== null)
          .map(({ name: pod, destination }) => [pod, destination]),
        [
          ['reviews-v1', 0],
          ['reviews-v2', 1],
          ['reviews-v3', 2],
        ],
      );
    }
  });

  it('is by replicas where there is none', () => {
    const resolution = behind(behindFront(...PODS), 's');
    assert.deepEqual(shares(resolution), {
      's-a': 33.333333,
      's-b': 33.333333,
      's-c': 33.333333,
    });
    assert.match(resolution.notes.join(), /the split is by replicas/);
  });

  it('is not that of a VirtualService which only a gateway has', () => {
    const other = virtualService([split({ a: 1, b: 9 })], { name: 'x', hosts: ['s'] });
    const resolution = behind(behindFront(other, ...PODS), 's');
    assert.deepEqual(Object.keys(shares(resolution)), ['s-a', 's-b', 's-c']);
  });

  it('is a Gateway API route of the Service, whatever routes the request itself', () => {
    const front = [apiGateway([listener()]), httpRoute([backends({ front: 1 })])];
    const istioFront = [gateway([http(80)]), virtualService([to('front')])];
    const attached = httpRoute([backends({ a: 1, b: 4 })], {
      name: 'of-s',
      parentRefs: [{ group: '', kind: 'Service', name: 's', port: 80 }],
    });
    const services = ['a', 'b'].map((name) => service(name, { app: name }));
    for (const objects of [front, istioFront]) {
      const manifests = manifestsOf([...objects, attached, ...services, ...PODS]);
      assert.deepEqual(shares(behind(manifests, 's.default')), { a: 20, b: 80 });
      // Without it, its pods share the requests.
      const without = manifestsOf([...objects, ...services, ...PODS]);
      assert.deepEqual(Object.keys(shares(behind(without, 's'))), ['s-a', 's-b', 's-c']);
    }
  });

  it('is not by replicas where a route is attached that does not take the request', () => {
    const attached = httpRoute(
      [backends({ a: 1 }, { matches: [{ path: { type: 'PathPrefix', value: '/x' } }] })],
      { name: 'of-s', parentRefs: [{ group: '', kind: 'Service', name: 's' }] },
    );
    const manifests = manifestsOf([
      apiGateway([listener()]),
      httpRoute([backends({ front: 1 })]),
      attached,
      ...PODS,
    ]);
    assert.equal(behind(manifests, 's').kind, 'none');
    assert.deepEqual(shares(behind(manifests, 's/x')), { a: 100 });
  });

  const TESTERS = behindFront(
    virtualService(
      [
        { ...to('b', [{ headers: { 'end-user': { exact: 'jason' } } }]), name: 'testers' },
        { ...split({ a: 75, c: 25 }), name: 'all' },
      ],
      FOR_MESH,
    ),
  );

  it('with several rules is the one for a request without headers, and a note says which', () => {
    const resolution = behind(TESTERS, 's');
    assert.deepEqual(shares(resolution), { a: 75, c: 25 });
    const [note = ''] = resolution.notes;
    assert.match(note, /of the 2 rules for s, all \(any request\) takes a request/);
    assert.match(note, /without headers of its own; testers \(.*end-user.*\) not met/);
  });

  it('is the one for the headers that its callers are said to send', () => {
    const resolution = behind(TESTERS, 's', { 'End-User': 'jason' });
    assert.deepEqual(shares(resolution), { b: 100 });
    assert.match(resolution.notes.join(), /testers \(.*\) takes a request .* with end-user/);
    // Those of the request itself are not its own.
    const own = { headers: new Map([['end-user', 'jason']]) };
    assert.deepEqual(shares(behind(TESTERS, 's', {}, own)), { a: 75, c: 25 });
  });

  it('by path asks for the path', () => {
    const manifests = behindFront(
      virtualService([to('a', [{ uri: { prefix: '/reviews' } }])], FOR_MESH),
    );
    assert.throws(
      () => forwardedOrRefused(behind(manifests, 's')),
      /what path the callers of s ask for is not known here: name it, as in s\/PATH/,
    );
    assert.deepEqual(shares(behind(manifests, 's/reviews/0')), { a: 100 });
  });

  it('is that for clients where the request leads', () => {
    const manifests = manifestsOf([
      gateway([http(80)]),
      virtualService([to('front.team.svc.cluster.local')]),
      virtualService([to('a.team.svc.cluster.local')], {
        ...FOR_MESH,
        hosts: ['s.team.svc.cluster.local'],
        namespace: 'team',
        exportTo: ['.'],
      }),
      ...PODS,
    ]);
    assert.deepEqual(shares(behind(manifests, 's')), { 'a.team.svc.cluster.local': 100 });
    // Objects without a namespace stay where -N has them.
    assert.deepEqual(Object.keys(shares(behind(manifests, 's.default'))), ['s-a', 's-b', 's-c']);
  });

  it('needs a service in between', () => {
    const manifests = manifestsOf([
      gateway([http(80)]),
      virtualService([to('s')]),
      virtualService([split({ a: 1, b: 1 })], FOR_MESH),
      ...PODS,
    ]);
    for (const name of ['s', 's.default', 's.default.svc.cluster.local']) {
      assert.throws(
        () => behind(manifests, name),
        (error: unknown) =>
          error instanceof InputError &&
          error.place.path === '--expect-service' &&
          /leads to .* itself/.test(error.problem),
      );
    }
  });

  it('needs a service that is known', () => {
    const resolution = behind(behindFront(...PODS), 't');
    assert.ok(resolution.kind === 'none');
    assert.match(
      resolution.problem.summary,
      /t among the manifests.*name one with --expect-service/,
    );
  });

  it('says that errors which the route injects are for its callers to answer', () => {
    const fault = { abort: { httpStatus: 503, percentage: { value: 10 } } };
    const manifests = behindFront(virtualService([{ ...split({ a: 1, b: 1 }), fault }], FOR_MESH));
    assert.match(behind(manifests, 's').notes.join(), /10 % .*for its callers to say/);
  });
});
