import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { GatewayReplicas } from '../../src/routing/gateway-replicas.js';
import { overReplicas, replicasNote, sharedReplicas } from '../../src/run/replicas.js';
import { NO_LIMITS } from '../../src/scenario/run-limits.js';
import { scenarioOf } from '../../src/scenario/scenario.js';
import { settingsSchema } from '../../src/scenario/schema.js';

const BASE = { target: 'gateway:443', call: 'a.B/C', kube: true, 'each-replica': true };

const over = (replicas: number, changes: object = {}, limits = NO_LIMITS) =>
  overReplicas(
    scenarioOf(settingsSchema.parse({ ...BASE, ...changes }), 'verify', limits),
    replicas,
  ).load;

const behind = (service: string): GatewayReplicas => ({
  service,
  replicas: [
    { pod: 'gw-a', namespace: 'edge', address: '10.0.0.1', port: 8443 },
    { pod: 'gw-b', namespace: 'edge', address: '10.0.0.2', port: 8443 },
  ],
  left: ['gw-c'],
});

describe('connections over replicas', () => {
  it('are as many to each, and one at least', () => {
    assert.equal(over(3).connections, 30);
    assert.equal(over(3).exclusiveConnections, 63);
    assert.equal(over(3, { connections: 2 }).connections, 3);
    assert.equal(over(40).connections, 40);
  });

  it('are no more than are allowed, and no fewer requests than replicas', () => {
    const limits = { ...NO_LIMITS, connections: 8 };
    assert.equal(over(8, { connections: 8 }, limits).connections, 8);
    assert.throws(() => over(9, { connections: 8 }, limits), /9 replicas take as many connections/);
    assert.throws(() => over(3, { requests: 2 }), /there are 3 replicas/);
  });
});

describe('the replicas of a run', () => {
  it('are those that all calls share', () => {
    assert.equal(sharedReplicas([undefined]), null);
    assert.equal(sharedReplicas([behind('edge/a'), behind('edge/a')])?.service, 'edge/a');
    assert.throws(
      () => sharedReplicas([behind('edge/a'), behind('edge/b')]),
      /different gateways \(edge\/a and edge\/b\)/,
    );
  });

  it('are named, and those that are left out', () => {
    assert.equal(
      replicasNote(behind('edge/a')),
      'each replica behind the Service edge/a is loaded: gw-a, gw-b; not ready, and left out as by the Service: gw-c',
    );
  });
});
