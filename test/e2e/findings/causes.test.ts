import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { podNames } from '../../../src/mesh/pod-names.js';
import { ROOT } from '../../fixtures/command.js';
import { MANIFESTS_60_40, only, ROUTES, verify, WEIGHTS_60_40, withMesh } from './greeter-runs.js';

describe('causes of a wrong split', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-findings-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** The manifests of 60/40 with another number of pods for v2. */
  async function withReplicas(replicas: number): Promise<string[]> {
    const app = await readFile(path.join(ROOT, 'scenarios/asm-greeter/app.yaml'), 'utf8');
    const last = app.lastIndexOf('replicas: 1');
    const file = path.join(folder, `app-${replicas}.yaml`);
    await writeFile(
      file,
      `${app.slice(0, last)}replicas: ${replicas}${app.slice(last + 'replicas: 1'.length)}`,
    );
    return [...ROUTES, '-f', file];
  }

  it('route-not-applied: everything is spread evenly', async () => {
    await withMesh({ v1: 50, v2: 50 }, async (mesh) => {
      const { record, finding } = await only('route-not-applied', () =>
        verify(mesh.address, MANIFESTS_60_40),
      );
      assert.equal(record.verdict, 'fail');
      assert.match(finding.advice, /looks the same when traffic follows the number of pods/);
    });
  });

  it('replica-ratio: traffic follows the pods', async () => {
    const manifests = await withReplicas(3);
    await withMesh(
      { v1: 25, v2: 75 },
      async (mesh) => {
        const { finding } = await only('replica-ratio', () => verify(mesh.address, manifests));
        assert.match(finding.evidence, /this cause gives: v1 25 %, v2 75 %/);
      },
      { pods: { v2: podNames('greeter', 'v2', 3) } },
    );
  });

  it('weight-times-replicas: every pod gets the weight of its version', async () => {
    const manifests = await withReplicas(3);
    await withMesh(
      { v1: 60, v2: 120 },
      async (mesh) => {
        await only('weight-times-replicas', () => verify(mesh.address, manifests));
      },
      { pods: { v2: podNames('greeter', 'v2', 3) } },
    );
  });

  it('weights-reversed: 40/60 for 60/40', async () => {
    await withMesh({ v1: 40, v2: 60 }, async (mesh) => {
      await only('weights-reversed', () => verify(mesh.address, WEIGHTS_60_40));
    });
  });

  it('stale-weights: the weights of an earlier run are still served', async () => {
    await withMesh({ v1: 90, v2: 10 }, async (mesh) => {
      const record = path.join(folder, 'before.json');
      await verify(mesh.address, ['--weights', 'v1=90,v2=10', '-o', record]);
      for (const previous of ['v1=90,v2=10', record]) {
        const args = [...MANIFESTS_60_40, '--previous', previous];
        const { finding } = await only('stale-weights', () => verify(mesh.address, args));
        assert.match(finding.evidence, /this cause gives: v1 90 %, v2 10 %/);
      }
    });
  });

  it('all-to-one: nothing reaches the canary', async () => {
    await withMesh({ v1: 1, v2: 0 }, async (mesh) => {
      const { finding } = await only('all-to-one', () => verify(mesh.address, WEIGHTS_60_40));
      assert.match(finding.summary, /'v1'/);
    });
  });

  it('leak-to-zero-weight: the destination of weight zero, and a workload without a route', async () => {
    const to100 = MANIFESTS_60_40.map((word) => word.replace('60-40', '100-0'));
    await withMesh({ v1: 99, v2: 1 }, async (mesh) => {
      const { record, finding } = await only('leak-to-zero-weight', () =>
        verify(mesh.address, to100),
      );
      assert.equal(record.verdict, 'fail');
      assert.match(finding.evidence, /^\d+ answers from 'v2', out of 688 requests$/);
    });
    const stray = path.join(folder, 'stray.yaml');
    const app = await readFile(path.join(ROOT, 'scenarios/asm-greeter/app.yaml'), 'utf8');
    const [, v2 = ''] = app.split('\n---\n');
    await writeFile(stray, v2.replaceAll('v2', 'v3'));
    await withMesh({ v1: 59, v2: 39, v3: 2 }, async (mesh) => {
      const { finding } = await only('leak-to-zero-weight', () =>
        verify(mesh.address, [...MANIFESTS_60_40, '-f', stray]),
      );
      assert.match(finding.evidence, /grpc-helloworld-py-v3/);
    });
  });
});
