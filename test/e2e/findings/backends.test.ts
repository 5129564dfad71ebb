import assert from 'node:assert/strict';
import { reasonsOf } from '../../fixtures/command.js';
import { describe, it } from 'node:test';
import { startBackend } from '../../../src/mesh/backend.js';
import { podNames } from '../../../src/mesh/pod-names.js';
import { startEnvoy } from '../../fixtures/envoy.js';
import { startPods } from '../../fixtures/greeters.js';
import {
  MANIFESTS_60_40,
  WEIGHTS_60_40,
  codesOf,
  ofTarget,
  only,
  readable,
  showing,
  verify,
  withMesh,
} from './greeter-runs.js';

describe('findings on backends', () => {
  it('unknown-backend: pods that belong to no workload', async () => {
    await withMesh(
      { v1: 58, v2: 38, other: 4 },
      async (mesh) => {
        const { record, finding } = await only('unknown-backend', () =>
          verify(mesh.address, MANIFESTS_60_40),
        );
        assert.match(finding.evidence, /such as mystery-6b6c94d7f4-x2x7q/);
        assert.notEqual(record.verdict, 'pass');
      },
      { pods: { other: ['mystery-6b6c94d7f4-x2x7q'] } },
    );
  });

  it('unknown-backend: answers that do not say who gave them', async () => {
    await withMesh({ v1: 60, v2: 40 }, async (mesh) => {
      const record = await verify(mesh.address, [
        ...WEIGHTS_60_40,
        ...['--identity', 'header:x-pod-name'],
      ]);
      assert.deepEqual(codesOf(record), ['unknown-backend', 'no-countable-answer']);
      for (const finding of ofTarget(record).slice(0, 2)) {
        assert.match(readable(finding).advice, /--identity/);
      }
      assert.equal(record.verdict, 'inconclusive');
      assert.equal(record.calls[0]!.split!.unattributed, record.load.sent);
    });
  });

  it('pod-skew: one pod of v1 gets three turns of four', async () => {
    const [usual = '', favourite = ''] = podNames('greeter', 'v1', 2);
    await withMesh(
      { v1: 60, v2: 40 },
      async (mesh) => {
        const { record, finding } = await only('pod-skew', () =>
          verify(mesh.address, [...MANIFESTS_60_40, '-n', '6200']),
        );
        assert.equal(finding.severity, 'info');
        const shares = /from ([\d.]+) % to ([\d.]+) %/.exec(finding.evidence);
        assert.ok(Math.abs(Number(shares?.[1]) - 25) < 0.1, finding.evidence);
        assert.ok(Math.abs(Number(shares?.[2]) - 75) < 0.1, finding.evidence);
        assert.equal(record.verdict, 'pass', reasonsOf(record));
      },
      { pods: { v1: [favourite, usual, favourite, favourite] } },
    );
  });

  it('errors-concentrated: a part of the requests to one version fail without a name', async () => {
    // The faulty half of v2 is a version of its own to the mesh.
    await withMesh(
      { v1: 60, v2: 20, broken: 20 },
      async (mesh) => {
        mesh.setFault('broken', { kind: 'abort', grpcStatus: 13 });
        const record = await showing(['errors-concentrated', 'destination-failing'], () =>
          verify(mesh.address, [...WEIGHTS_60_40, '-n', '6200']),
        );
        for (const finding of ofTarget(record)) assert.match(readable(finding).summary, /'v2'/);
        assert.equal(record.verdict, 'fail');
      },
      { pods: { broken: podNames('greeter', 'v2') } },
    );
  });

  it('errors-concentrated: a version whose pods are gone, behind the real Envoy', async () => {
    const pod = await startBackend({
      service: 'greeter',
      version: 'v1',
      pod: podNames('greeter', 'v1')[0]!,
    });
    const gone = await startPods('greeter', ['v2']);
    await gone.close();
    const envoy = await startEnvoy({
      listeners: [
        {
          kind: 'http',
          clusters: [
            { name: 'v1', weight: 60, ports: [pod.port] },
            { name: 'v2', weight: 40, ports: [gone.ports.v2!] },
          ],
        },
      ],
    });
    try {
      const record = await showing(['upstream-unreachable', 'errors-concentrated'], () =>
        verify(envoy.address, WEIGHTS_60_40),
      );
      const finding = readable(ofTarget(record)[1]!);
      assert.match(finding.summary, /'v2'/);
      assert.equal(record.verdict, 'fail');
    } finally {
      await envoy.stop();
      await pod.close();
    }
  });
});
