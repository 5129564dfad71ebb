import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ExplanationReport } from '../../src/report/explanation.js';
import { splitproof } from '../fixtures/command.js';
import { startCluster, type Cluster, type ClusterObject } from './fixtures/cluster.js';
import type { Controller } from './fixtures/controller.js';
import { eventually } from './fixtures/eventually.js';
import { startKubeControllerManager } from './fixtures/kube-controller-manager.js';
import { kubeconfigOf } from './fixtures/kubeconfig.js';
import { type CanaryCase, type CanaryWorld, startCanaryWorld } from './flagger/canary-world.js';
import { startFlagger } from './flagger/flagger-controller.js';
import { gateCounts, keptVerdicts } from './flagger/gate-verdicts.js';

/** Of the manifest that is shipped. */
const THRESHOLD = 2;
const WEIGHTS = [0, 25, 50].map((canary) => ({
  'greeter-primary': 100 - canary,
  'greeter-canary': canary,
}));
const [BEFORE_TRAFFIC, FIRST_STEP] = WEIGHTS;

/** A right split passes, and one that is off by 25 points fails, but for chances below 1e-6. */
const ENOUGH = ['requests: 1500', 'tolerance: 15pp', 'alpha: 0.000001'];
/** The mesh may be behind the API server: as long as it takes, and a moment where it never follows. */
const PATIENT = [...ENOUGH, 'wait-for-rollout: 60s'];
const BRIEF = [...ENOUGH, 'wait-for-rollout: 2s'];
/** So close that these requests cannot show it; that nothing goes where nothing is to go, they do. */
const TOO_CLOSE = ['requests: 1500', 'tolerance: 1pp', 'alpha: 0.000001', 'wait-for-rollout: 60s'];
/** Rounds that a canary is looked at for while nothing is to happen. */
const ROUNDS = 4;

const GATEWAY: ClusterObject = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
  metadata: { name: 'gateway', namespace: 'istio-system' },
  spec: {
    selector: { istio: 'ingressgateway' },
    servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
  },
};

describe('Flagger with the Canary of deploy/flagger', { concurrency: true }, () => {
  let cluster: Cluster;
  let folder: string;
  let kubeconfig: string;
  const controllers: Controller[] = [];
  const worlds: CanaryWorld[] = [];

  before(async () => {
    cluster = await startCluster();
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-flagger-'));
    kubeconfig = path.join(folder, 'kubeconfig');
    const { token } = cluster.server.access;
    await writeFile(kubeconfig, kubeconfigOf(cluster.server, { token }));
    const { status, text } = await cluster.create(GATEWAY);
    assert.ok(status < 300, text);
    controllers.push(await startFlagger(cluster.server));
    controllers.push(
      await startKubeControllerManager(cluster.server, ['deployment', 'replicaset']),
    );
  });
  after(async () => {
    await Promise.all(controllers.map((controller) => controller.stop()));
    await Promise.all(worlds.map((world) => world.close()));
    await cluster.stop();
    await rm(folder, { recursive: true });
  });

  /** A canary that Flagger has taken up. */
  async function started(which: CanaryCase): Promise<CanaryWorld> {
    const world = await startCanaryWorld(cluster, kubeconfig, which);
    worlds.push(world);
    await world.reaches('Initialized');
    return world;
  }

  /** Waits until a gate has given an answer so many times. */
  function answered({ gate }: CanaryWorld, status: string, times: number): Promise<true> {
    return eventually(`${status} ${times} times`, async () => {
      const { answers } = await gateCounts(gate);
      return (answers[status] ?? 0) >= times ? true : null;
    });
  }

  it('promotes a canary with a right split, step by step', async () => {
    const world = await started({ namespace: 'right', scenario: PATIENT });
    await world.release('two');
    await world.reaches('Succeeded');
    assert.equal(await world.promoted(), 'two');
    assert.equal(await world.canaryWeight(), 0);
    const verdicts = await keptVerdicts(world.state);
    assert.deepEqual(
      verdicts.map(({ verdict, weights, samples }) => ({ verdict, weights, samples })),
      WEIGHTS.map((weights) => ({ verdict: 'pass', weights, samples: 1 })),
    );
    // One roll-out is one revision, and each of its weights a step.
    const [revision] = verdicts.map((one) => one.revision);
    assert.match(revision ?? '', /^right\/greeter\/\w+$/);
    assert.deepEqual([...new Set(verdicts.map((one) => one.revision))], [revision]);
    // The hooks of a round share its sample.
    assert.equal((await gateCounts(world.gate)).runs, WEIGHTS.length);
  });

  it('rolls a wrong split back, whatever is mended after its first fail, until there is another revision', async () => {
    const world = await started({ namespace: 'mended', scenario: BRIEF });
    world.mesh.keepWeights(BEFORE_TRAFFIC!);
    await world.release('two');
    await answered(world, '422', 1);
    world.mesh.keepWeights(null);
    await world.reaches('Failed');
    assert.deepEqual([await world.canaryWeight(), await world.promoted()], [0, 'one']);
    const verdicts = await keptVerdicts(world.state);
    assert.deepEqual(
      verdicts.map(({ verdict, weights, samples }) => ({ verdict, weights, samples })),
      [
        { verdict: 'pass', weights: BEFORE_TRAFFIC, samples: 1 },
        { verdict: 'fail', weights: FIRST_STEP, samples: 1 },
      ],
    );
    const counts = await gateCounts(world.gate);
    assert.deepEqual([counts.runs, counts.answers['422']], [2, THRESHOLD]);

    // Taken back, and released once more as it was: the same revision.
    await world.release('one');
    await eventually('Flagger has seen that it was taken back', async () => {
      const { lastAppliedSpec, lastPromotedSpec } = await world.status();
      return lastAppliedSpec === lastPromotedSpec ? true : null;
    });
    await world.release('two');
    await answered(world, '422', 2 * THRESHOLD);
    await world.reaches('Failed');
    assert.equal((await gateCounts(world.gate)).runs, 2, 'nothing was sampled again');
    assert.deepEqual(await keptVerdicts(world.state), verdicts);

    await world.release('three');
    const [, mended] = await eventually(
      'the first step of another revision is judged',
      async () => {
        const others = (await keptVerdicts(world.state)).slice(verdicts.length);
        return others.length > 1 ? others : null;
      },
    );
    assert.deepEqual([mended?.verdict, mended?.weights], ['pass', FIRST_STEP]);
    assert.notEqual(mended?.revision, verdicts[0]?.revision);
  });

  it('rolls a broken canary back', async () => {
    const world = await started({ namespace: 'broken', scenario: BRIEF });
    world.mesh.setErrors('greeter-canary', { rate: 0.5, isNamed: true });
    await world.release('two');
    await world.reaches('Failed');
    assert.deepEqual([await world.canaryWeight(), await world.promoted()], [0, 'one']);
    const [, failed] = await keptVerdicts(world.state);
    assert.deepEqual([failed?.verdict, failed?.weights], ['fail', FIRST_STEP]);
    assert.ok(failed?.reasons.some(({ code }) => code === 'error-rate'));
    assert.equal((await gateCounts(world.gate)).answers['422'], THRESHOLD);
  });

  it('holds the weights while it is inconclusive', async () => {
    const world = await started({ namespace: 'held', scenario: TOO_CLOSE });
    await world.release('two');
    for (let rounds = 1; rounds <= ROUNDS; rounds++) {
      await answered(world, '409', rounds);
      const { phase, failedChecks } = await world.status();
      const weight = await world.canaryWeight();
      assert.deepEqual([phase, failedChecks, weight], ['Progressing', 0, 25]);
    }
    assert.equal(await world.promoted(), 'one');
    assert.deepEqual(
      (await keptVerdicts(world.state)).map(({ verdict, samples }) => [verdict, samples]),
      [
        ['pass', 1],
        ['inconclusive', 1],
      ],
    );
    assert.equal((await gateCounts(world.gate)).runs, 2);
  });

  it('does not promote before there is a pass, and the weights are known while it waits', async () => {
    const world = await started({
      namespace: 'unpromoted',
      scenario: PATIENT,
      others: { close: TOO_CLOSE },
      edit: ofPromotion((url) => url.replace('/greeter?', '/close?')),
    });
    await world.release('two');
    await world.reaches('WaitingPromotion');
    // Flagger's own figure is another while it waits.
    assert.equal((await world.status()).canaryWeight, 0);
    const line = ['explain', ':80', 'helloworld.Greeter/SayHello', '--plaintext'];
    const words = ['--authority', 'greeter.example.com', '--kube', '-N', 'unpromoted'];
    const { stdout } = await splitproof([...line, ...words, '--format', 'json'], {
      env: { KUBECONFIG: kubeconfig },
    });
    const { destinations } = JSON.parse(stdout) as ExplanationReport;
    assert.deepEqual(
      Object.fromEntries(destinations.map(({ name, weight }) => [name, weight])),
      WEIGHTS.at(-1),
    );
    await answered(world, '409', ROUNDS);
    const { phase, failedChecks } = await world.status();
    const weight = await world.canaryWeight();
    assert.deepEqual([phase, failedChecks, weight], ['WaitingPromotion', 0, 50]);
    assert.equal(await world.promoted(), 'one');
  });
});

/** Changes the URL of the hook for the promotion. */
function ofPromotion(change: (url: string) => string): (manifest: string) => string {
  return (manifest) =>
    manifest.replace(
      /(type: confirm-promotion\s+url: )(\S+)/,
      (_, before: string, url: string) => `${before}${change(url)}`,
    );
}
