import assert from 'node:assert/strict';
import { reasonsOf } from '../../fixtures/command.js';
import { after, before, describe, it } from 'node:test';
import type { RunRecord } from '../../../src/record/run-record.js';
import { dealConnections } from '../../fixtures/connection-dealer.js';
import { startEnvoy } from '../../fixtures/envoy.js';
import type { EnvoyListener } from '../../fixtures/envoy-config.js';
import { type Pods, startPods } from '../../fixtures/greeters.js';
import { startHaproxy } from '../../fixtures/haproxy.js';
import { startNginx } from '../../fixtures/nginx.js';
import { codesOf, MANIFESTS_60_40, only, verify, WEIGHTS_60_40, withMesh } from './greeter-runs.js';

describe('findings on connections', () => {
  let pods: Pods;
  before(async () => {
    pods = await startPods('greeter', ['v1', 'v2']);
  });
  after(() => pods.close());

  function clusters(weights: Record<string, number>): EnvoyListener & { kind: 'http' } {
    return {
      kind: 'http',
      clusters: Object.entries(weights).map(([name, weight]) => ({
        name,
        weight,
        ports: [pods.ports[name]!],
      })),
    };
  }

  it('pinned-connections: a TCP listener of the real Envoy', async () => {
    const envoy = await startEnvoy({
      listeners: [{ ...clusters({ v1: 60, v2: 40 }), kind: 'tcp' }],
    });
    try {
      const { record, finding } = await only('pinned-connections', () =>
        verify(envoy.address, [...WEIGHTS_60_40, '-n', '3200']),
      );
      assert.equal(finding.severity, 'error');
      assert.match(finding.evidence, /^32 connections/);
      assert.match(finding.advice, /TCP/);
      assert.equal(record.verdict, 'inconclusive', reasonsOf(record));
    } finally {
      await envoy.stop();
    }
  });

  it('pinned-connections: a mesh that splits connections', async () => {
    await withMesh(
      { v1: 60, v2: 40 },
      async (mesh) => {
        await only('pinned-connections', () => verify(mesh.address, WEIGHTS_60_40));
      },
      { balance: 'per-connection' },
    );
  });

  it('gateways-disagree: two Envoys with different weights behind one address', async () => {
    const envoy = await startEnvoy({
      listeners: [clusters({ v1: 85, v2: 15 }), clusters({ v1: 35, v2: 65 })],
    });
    const dealer = await dealConnections(envoy.addresses);
    try {
      // 60/40 taken together: only the connections show it.
      const { finding } = await only('gateways-disagree', () =>
        verify(dealer.address, [...WEIGHTS_60_40, '-n', '6400']),
      );
      assert.equal(finding.severity, 'error');
      assert.match(finding.evidence, /^16 connections v1 3\d.* %, v2 6\d.* %; 16 connections v1 8/);
    } finally {
      await dealer.close();
      await envoy.stop();
    }
  });

  it('overdispersed: eight gateways that all have weights of their own', async () => {
    const shares = [25, 35, 45, 55, 65, 75, 85, 95];
    const envoy = await startEnvoy({
      listeners: shares.map((share) => clusters({ v1: share, v2: 100 - share })),
    });
    const dealer = await dealConnections(envoy.addresses);
    try {
      await only('overdispersed', () => verify(dealer.address, [...WEIGHTS_60_40, '-n', '6400']));
    } finally {
      await dealer.close();
      await envoy.stop();
    }
  });

  it('deterministic-balancing: HAProxy takes its servers in turn', async () => {
    const backends = [
      { name: 'v1', port: pods.ports.v1!, weight: 60 },
      { name: 'v2', port: pods.ports.v2!, weight: 40 },
    ];
    const haproxy = await startHaproxy({ backends });
    try {
      const { record, finding } = await only('deterministic-balancing', () =>
        verify(haproxy.address, [...WEIGHTS_60_40, '-c', '2']),
      );
      assert.equal(finding.severity, 'info');
      assert.equal(record.verdict, 'pass');
    } finally {
      await haproxy.stop();
    }
  });

  it('deterministic-balancing, and no pinning, where the turns and the connections keep step', async () => {
    const backends = ['v1', 'v2'].map((name) => ({ name, port: pods.ports[name]!, weight: 1 }));
    const haproxy = await startHaproxy({ backends });
    try {
      const { record } = await only('deterministic-balancing', () =>
        verify(haproxy.address, ['--weights', 'v1=1,v2=1', '-c', '1']),
      );
      assert.equal(record.verdict, 'pass', reasonsOf(record));
    } finally {
      await haproxy.stop();
    }
  });

  it('healthy gateways show nothing, at most once in a thousand runs', async () => {
    const backends = [
      { name: 'v1', port: pods.ports.v1!, weight: 60 },
      { name: 'v2', port: pods.ports.v2!, weight: 40 },
    ];
    const nginx = await startNginx({ backends });
    const envoy = await startEnvoy({
      listeners: [clusters({ v1: 60, v2: 40 }), clusters({ v1: 90, v2: 10 })],
    });
    const same = await dealConnections([envoy.address, envoy.address]);
    try {
      const found: string[][] = [];
      const note = (record: RunRecord): void => {
        assert.notEqual(record.verdict, 'fail', reasonsOf(record));
        found.push(codesOf(record));
      };
      note(await verify(envoy.address, WEIGHTS_60_40));
      note(await verify(envoy.address, [...MANIFESTS_60_40, '-c', '4']));
      note(await verify(envoy.addresses[1]!, ['--weights', 'v1=90,v2=10']));
      note(await verify(same.address, WEIGHTS_60_40));
      note(await verify(nginx.address, WEIGHTS_60_40));
      await withMesh({ v1: 60, v2: 40 }, async (mesh) => {
        note(await verify(mesh.address, [...WEIGHTS_60_40, '--warmup', '200']));
      });
      // Three or more of six happen less than once in ten million at 1e-3 a run.
      assert.ok(found.filter((codes) => codes.length > 0).length <= 2, JSON.stringify(found));
    } finally {
      await same.close();
      await envoy.stop();
      await nginx.stop();
    }
  });
});
