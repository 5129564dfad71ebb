import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { parseManifests } from '../../src/routing/parse-manifests.js';
import type { Forwarded } from '../../src/routing/resolution.js';
import { mergeManifests } from '../../src/routing/manifest-set.js';
import {
  deployment,
  gateway,
  http,
  manifestsOf,
  service,
  type KubernetesObject,
} from './objects.js';
import { forwardedBy, request, sharesOf } from './request.js';

const THREE_TO_ONE = [
  service('greeter', { app: 'greeter' }, { ports: [{ port: 50051, name: 'grpc' }] }),
  deployment('greeter-v1', { app: 'greeter', version: 'v1' }, { replicas: 3 }),
  deployment('greeter-v2', { app: 'greeter', version: 'v2' }, { replicas: 1 }),
];

function expected(objects: readonly KubernetesObject[], authority: string): Forwarded {
  const targetPort = Number(authority.split(':')[1] ?? 80);
  return forwardedBy(manifestsOf(objects), request({ authority, targetPort }));
}

describe('the split by replicas, where nothing routes', () => {
  it('needs no --via, and says what was taken', () => {
    const expectation = expected(THREE_TO_ONE, 'localhost:8080');
    assert.deepEqual(sharesOf(expectation), { 'greeter-v1': 75, 'greeter-v2': 25 });
    assert.equal(expectation.route, null);
    const notes = expectation.notes.join('\n');
    assert.match(notes, /via mesh, inferred/);
    assert.match(notes, /the split is by replicas/);
  });

  it('of several Services takes the one with the target’s port', () => {
    const redis = service('redis', { app: 'redis' }, { ports: [{ port: 6379 }] });
    const expectation = expected([...THREE_TO_ONE, redis], 'localhost:50051');
    assert.deepEqual(sharesOf(expectation), { 'greeter-v1': 75, 'greeter-v2': 25 });
    assert.match(expectation.notes.join('\n'), /the only one with port 50051/);
    assert.throws(() => expected([...THREE_TO_ONE, redis], 'localhost:1'), {
      message: /have the services greeter\.default.*, redis\.default.*: choose with --authority/,
    });
  });

  it('is not assumed where a Gateway says that requests come in through it', () => {
    assert.throws(() => expected([...THREE_TO_ONE, gateway([http(80)])], 'localhost:80'), {
      message: /hold nothing that routes requests/,
    });
  });

  it('nor where there is nothing at all', () => {
    const nothing = mergeManifests([parseManifests('kind: ConfigMap\napiVersion: v1', 'a.yaml')]);
    assert.throws(() => forwardedBy(nothing, request()), {
      message: /hold nothing that routes requests/,
    });
  });

  it('names the Services there are when another is asked for', () => {
    assert.throws(() => expected(THREE_TO_ONE, 'other:80'), {
      message: /there is no Service other among the manifests: there are greeter\.default/,
    });
  });

  it('is none where no pod runs', () => {
    const idle = [
      service('greeter', { app: 'greeter' }),
      deployment('greeter-v1', { app: 'greeter' }, { replicas: 0 }),
    ];
    assert.throws(() => expected(idle, 'greeter'), {
      name: 'InputError',
      message: /Deployment greeter-v1 has no replicas: nothing answers/,
    });
  });
});
