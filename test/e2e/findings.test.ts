import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { RunRecord } from '../../src/report/run-record.js';
import { startBackend } from '../../src/mesh/backend.js';
import { type Mesh, type MeshOptions, startMesh } from '../../src/mesh/mesh.js';
import { podNames } from '../../src/mesh/pod-names.js';
import { recordOf, ROOT } from '../fixtures/command.js';
import { dealConnections } from '../fixtures/connection-dealer.js';
import { startEnvoy } from '../fixtures/envoy.js';
import type { EnvoyListener } from '../fixtures/envoy-config.js';
import { type Pods, startPods } from '../fixtures/greeters.js';
import { startHaproxy } from '../fixtures/haproxy.js';
import { startNginx } from '../fixtures/nginx.js';

const CALL = ['helloworld.Greeter/SayHello', '-d', '{"name":"Jack"}', '--plaintext'];
const WEIGHTS_60_40 = ['--weights', 'v1=60,v2=40'];
const ROUTES = ['gateway', 'destination-rule', 'virtual-service-60-40'].flatMap((name) => [
  '-f',
  `scenarios/asm-greeter/${name}.yaml`,
]);
const MANIFESTS_60_40 = [...ROUTES, '-f', 'scenarios/asm-greeter/app.yaml'];

/** Draws in the same order each time, so that a run against the mesh hardly differs from the last. */
const SEED = 20;

async function verify(address: string, args: readonly string[]): Promise<RunRecord> {
  return (await recordOf(['verify', address, ...CALL, ...args])).record;
}

/** A mesh of the Greeter with one pod for each version, or those given. */
async function withMesh(
  weights: Record<string, number>,
  use: (mesh: Mesh) => Promise<void>,
  options: Partial<MeshOptions> & { pods?: Record<string, string[]> } = {},
): Promise<void> {
  const { pods = {}, ...others } = options;
  const versions = Object.entries(weights).map(([name, weight]) => ({
    name,
    weight,
    pods: pods[name] ?? podNames('greeter', name),
  }));
  const mesh = await startMesh({ service: 'greeter', versions, seed: SEED, ...others });
  try {
    await use(mesh);
  } finally {
    await mesh.close();
  }
}

/** Calls `then` once the mesh has served so many requests. */
function afterServing(mesh: Mesh, requests: number, then: () => void): () => void {
  const timer = setInterval(() => {
    if (Object.values(mesh.served()).reduce((sum, served) => sum + served, 0) < requests) return;
    clearInterval(timer);
    then();
  }, 2);
  return () => {
    clearInterval(timer);
  };
}

function codesOf(record: RunRecord): string[] {
  return record.findings.map(({ code }) => code);
}

/** The one finding of a run, checked for what every text must be. */
function only(record: RunRecord, code: string): RunRecord['findings'][number] {
  assert.deepEqual(codesOf(record), [code], JSON.stringify(record.findings, null, 2));
  const [finding] = record.findings;
  assert.ok(finding);
  return readable(finding);
}

function readable(finding: RunRecord['findings'][number]): RunRecord['findings'][number] {
  const { summary, evidence, advice } = finding;
  const text = `${summary}\n${evidence}\n${advice}`;
  assert.doesNotMatch(text, /undefined|NaN|null|Infinity|\d\.\d{6}|for example *$|  |, *$/m);
  assert.match(summary, /^[A-Z'].*\.$/);
  assert.match(advice, /^[A-Z].*\.$/);
  assert.notEqual(evidence, '');
  return finding;
}

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
      const record = await verify(envoy.address, [...WEIGHTS_60_40, '-n', '3200']);
      const finding = only(record, 'pinned-connections');
      assert.equal(finding.severity, 'error');
      assert.match(finding.evidence, /^32 connections/);
      assert.match(finding.advice, /TCP/);
      assert.equal(record.verdict, 'inconclusive', record.reasons.join());
    } finally {
      await envoy.stop();
    }
  });

  it('pinned-connections: a mesh that splits connections', async () => {
    await withMesh(
      { v1: 60, v2: 40 },
      async (mesh) => {
        only(await verify(mesh.address, WEIGHTS_60_40), 'pinned-connections');
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
      const record = await verify(dealer.address, [...WEIGHTS_60_40, '-n', '6400']);
      const finding = only(record, 'gateways-disagree');
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
      only(await verify(dealer.address, [...WEIGHTS_60_40, '-n', '6400']), 'overdispersed');
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
      const record = await verify(haproxy.address, [...WEIGHTS_60_40, '-c', '2']);
      assert.equal(only(record, 'deterministic-balancing').severity, 'info');
      assert.equal(record.verdict, 'pass');
    } finally {
      await haproxy.stop();
    }
  });

  it('deterministic-balancing, and no pinning, where the turns and the connections keep step', async () => {
    const backends = ['v1', 'v2'].map((name) => ({ name, port: pods.ports[name]!, weight: 1 }));
    const haproxy = await startHaproxy({ backends });
    try {
      const record = await verify(haproxy.address, ['--weights', 'v1=1,v2=1', '-c', '1']);
      only(record, 'deterministic-balancing');
      assert.equal(record.verdict, 'pass', record.reasons.join());
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
        assert.notEqual(record.verdict, 'fail', record.reasons.join());
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
      // Two or more of six happen less than once in 60,000 at 1e-3 a run.
      assert.ok(found.filter((codes) => codes.length > 0).length <= 1, JSON.stringify(found));
    } finally {
      await same.close();
      await envoy.stop();
      await nginx.stop();
    }
  });
});

describe('findings on time', () => {
  it('weights-changed-during-run: the weights are changed while the run is on', async () => {
    await withMesh({ v1: 60, v2: 40 }, async (mesh) => {
      const cancel = afterServing(mesh, 6000, () => {
        mesh.setWeights({ v1: 35, v2: 65 });
      });
      const record = await verify(mesh.address, [...WEIGHTS_60_40, '-n', '12000']);
      cancel();
      const finding = only(record, 'weights-changed-during-run');
      assert.match(finding.evidence, /^before v1 (59|6\d).*; after v1 3\d/);
      assert.notEqual(record.verdict, 'pass');
    });
  });

  it('weights-changed-during-run: the previous weights were served at first', async () => {
    await withMesh({ v1: 60, v2: 40 }, async (mesh) => {
      const cancel = afterServing(mesh, 300, () => {
        mesh.setWeights({ v1: 90, v2: 10 });
      });
      const args = ['--weights', 'v1=90,v2=10', '--previous', 'v1=60,v2=40', '-n', '3000'];
      const finding = only(await verify(mesh.address, args), 'weights-changed-during-run');
      cancel();
      assert.match(finding.summary, /^The previous weights were served until about/);
    });
  });

  it('warm-up-drift: only the beginning is split differently', async () => {
    await withMesh({ v1: 95, v2: 5 }, async (mesh) => {
      const cancel = afterServing(mesh, 600, () => {
        mesh.setWeights({ v1: 60, v2: 40 });
      });
      const record = await verify(mesh.address, [...WEIGHTS_60_40, '-n', '12000']);
      cancel();
      const finding = only(record, 'warm-up-drift');
      assert.match(finding.evidence, /^before v1 9/);
      assert.match(finding.advice, /warm-up/);
    });
  });
});

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
      const record = await verify(mesh.address, MANIFESTS_60_40);
      const finding = only(record, 'route-not-applied');
      assert.equal(record.verdict, 'fail');
      assert.match(finding.advice, /looks the same when traffic follows the number of pods/);
    });
  });

  it('replica-ratio: traffic follows the pods', async () => {
    const manifests = await withReplicas(3);
    await withMesh(
      { v1: 25, v2: 75 },
      async (mesh) => {
        const finding = only(await verify(mesh.address, manifests), 'replica-ratio');
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
        only(await verify(mesh.address, manifests), 'weight-times-replicas');
      },
      { pods: { v2: podNames('greeter', 'v2', 3) } },
    );
  });

  it('weights-reversed: 40/60 for 60/40', async () => {
    await withMesh({ v1: 40, v2: 60 }, async (mesh) => {
      only(await verify(mesh.address, WEIGHTS_60_40), 'weights-reversed');
    });
  });

  it('stale-weights: the weights of an earlier run are still served', async () => {
    await withMesh({ v1: 90, v2: 10 }, async (mesh) => {
      const record = path.join(folder, 'before.json');
      await verify(mesh.address, ['--weights', 'v1=90,v2=10', '-o', record]);
      for (const previous of ['v1=90,v2=10', record]) {
        const args = [...MANIFESTS_60_40, '--previous', previous];
        const finding = only(await verify(mesh.address, args), 'stale-weights');
        assert.match(finding.evidence, /this cause gives: v1 90 %, v2 10 %/);
      }
    });
  });

  it('all-to-one: nothing reaches the canary', async () => {
    await withMesh({ v1: 1, v2: 0 }, async (mesh) => {
      const finding = only(await verify(mesh.address, WEIGHTS_60_40), 'all-to-one');
      assert.match(finding.summary, /'v1'/);
    });
  });

  it('leak-to-zero-weight: the destination of weight zero, and a workload without a route', async () => {
    const to100 = MANIFESTS_60_40.map((word) => word.replace('60-40', '100-0'));
    await withMesh({ v1: 99, v2: 1 }, async (mesh) => {
      const record = await verify(mesh.address, to100);
      const finding = only(record, 'leak-to-zero-weight');
      assert.equal(record.verdict, 'fail');
      assert.match(finding.evidence, /^\d+ answers from 'v2', out of 688 requests$/);
    });
    const stray = path.join(folder, 'stray.yaml');
    const app = await readFile(path.join(ROOT, 'scenarios/asm-greeter/app.yaml'), 'utf8');
    const [, v2 = ''] = app.split('\n---\n');
    await writeFile(stray, v2.replaceAll('v2', 'v3'));
    await withMesh({ v1: 59, v2: 39, v3: 2 }, async (mesh) => {
      const record = await verify(mesh.address, [...MANIFESTS_60_40, '-f', stray]);
      const finding = only(record, 'leak-to-zero-weight');
      assert.match(finding.evidence, /grpc-helloworld-py-v3/);
    });
  });
});

describe('findings on backends', () => {
  it('unknown-backend: pods that belong to no workload', async () => {
    await withMesh(
      { v1: 58, v2: 38, other: 4 },
      async (mesh) => {
        const record = await verify(mesh.address, MANIFESTS_60_40);
        const finding = only(record, 'unknown-backend');
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
      const finding = only(record, 'unknown-backend');
      assert.match(finding.advice, /--identity/);
      assert.equal(record.verdict, 'inconclusive');
      assert.equal(record.calls[0]!.split.unattributed, 3089);
    });
  });

  it('pod-skew: one pod of v1 gets three turns of four', async () => {
    const [usual = '', favourite = ''] = podNames('greeter', 'v1', 2);
    await withMesh(
      { v1: 60, v2: 40 },
      async (mesh) => {
        const record = await verify(mesh.address, [...MANIFESTS_60_40, '-n', '6200']);
        const finding = only(record, 'pod-skew');
        assert.equal(finding.severity, 'info');
        assert.match(finding.evidence, /25 % to 75 %/);
        assert.equal(record.verdict, 'pass', record.reasons.join());
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
        const record = await verify(mesh.address, [...WEIGHTS_60_40, '-n', '6200']);
        const finding = only(record, 'errors-concentrated');
        assert.match(finding.summary, /'v2'/);
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
      const record = await verify(envoy.address, WEIGHTS_60_40);
      assert.deepEqual(codesOf(record), ['upstream-unreachable', 'errors-concentrated']);
      const finding = readable(record.findings[1]!);
      assert.match(finding.summary, /'v2'/);
      assert.equal(record.verdict, 'fail');
    } finally {
      await envoy.stop();
      await pod.close();
    }
  });
});
