import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { ask } from '../fixtures/gate-service.js';
import type { AnalysisRunObject, RolloutSeen } from './fixtures/argo-rollout.js';
import { startArgoRollouts } from './fixtures/argo-rollouts.js';
import { startCluster, type Cluster } from './fixtures/cluster.js';
import type { Controller } from './fixtures/controller.js';
import type { GateOfCluster } from './fixtures/gate-of-cluster.js';
import {
  type GreeterRollout,
  type RolloutMeans,
  startGatedRollout,
  startRolloutWithJobs,
} from './fixtures/greeter-rollout.js';
import { startKubeControllerManager } from './fixtures/kube-controller-manager.js';

/** A right split passes, and one that is off by 20 points fails, but for chances below 1e-6. */
const ENOUGH = 'alpha: 0.000001\ntolerance: 10pp\nrequests: 3000\n';
const TOO_FEW = 'alpha: 0.000001\ntolerance: 10pp\nrequests: 100\n';
/** What never follows is not waited for long. */
const SOON = { 'wait-for-rollout: 10s': 'wait-for-rollout: 2s' };
/** What a gateway does instead of 75/25 and 50/50. */
const WRONG = { 'greeter-stable': 5, 'greeter-canary': 95 };
const STEPS = 4;

describe('a roll-out of Argo Rollouts, by its real controller', () => {
  let cluster: Cluster;
  let kubernetes: Controller;
  let controller: Controller;

  before(async () => {
    cluster = await startCluster();
    kubernetes = await startKubeControllerManager(cluster.server, ['replicaset', 'job']);
    controller = await startArgoRollouts(cluster.server);
  });
  after(async () => {
    await controller.stop();
    await kubernetes.stop();
    await cluster.stop();
  });

  /** Of the namespace that is called as the test is meant. */
  const means = (
    test: TestContext,
    namespace: string,
    more: Partial<RolloutMeans> = {},
  ): RolloutMeans => {
    const after = (end: () => Promise<void>): void => {
      test.after(end);
    };
    return { cluster, controller, namespace, settings: ENOUGH, after, ...more };
  };
  const phases = (runs: readonly AnalysisRunObject[]) => runs.map(({ status }) => status?.phase);
  const measurements = ({ status }: AnalysisRunObject) =>
    (status?.metricResults ?? []).flatMap((result) => result.measurements ?? []);
  const values = (runs: readonly AnalysisRunObject[]) =>
    runs.flatMap((run) => measurements(run).map(({ value }) => value));
  /** Runs that the gate has made, with any outcome. */
  async function runsOf(gate: GateOfCluster): Promise<number> {
    const { text } = await ask(gate, 'GET', '/metrics');
    const counts = [...text.matchAll(/^splitproof_runs_total\{.*\} (\d+)$/gm)];
    return counts.reduce((sum, [, count]) => sum + Number(count), 0);
  }

  async function walksToItsEnd({ rollout }: GreeterRollout): Promise<void> {
    await rollout.until('is through', ({ rollout: { status } }) => {
      const isNew = status?.stableRS === status?.currentPodHash;
      return status?.phase === 'Healthy' && status.currentStepIndex === STEPS && isNew;
    });
  }

  /** All traffic is with the revision before. */
  async function aborts({ rollout }: GreeterRollout): Promise<void> {
    await rollout.until('is aborted', ({ rollout: { status }, weights }) => {
      const isOld = status?.stableRS !== status?.currentPodHash;
      const isBack = weights['greeter-stable'] === 100 && weights['greeter-canary'] === 0;
      return status?.abort === true && status.phase === 'Degraded' && isOld && isBack;
    });
  }

  it('walks its steps where the split is right', async (t) => {
    const right = await startGatedRollout(means(t, 'right'));
    await right.rollout.rollOut('2');
    await walksToItsEnd(right);
    const { runs } = await right.rollout.seen();
    assert.deepEqual(phases(runs), ['Successful', 'Successful']);
    assert.deepEqual(values(runs), ['"pass"', '"pass"']);
    // The steps, which nobody told, are two questions.
    assert.equal(await runsOf(right.gate), 2);
  });

  it('aborts where the canary is broken', async (t) => {
    const broken = await startGatedRollout(means(t, 'broken', { substitutes: SOON }));
    broken.mesh.setErrors('greeter-canary', { rate: 1, isNamed: false });
    await broken.rollout.rollOut('2');
    await aborts(broken);
    const { runs } = await broken.rollout.seen();
    assert.deepEqual([phases(runs), values(runs)], [['Failed'], ['"fail"']]);
  });

  it('aborts where the split is wrong, whatever the controller repeats', async (t) => {
    // Three measurements, all of which have to fail.
    const wrong = await startGatedRollout(means(t, 'wrong', { substitutes: SOON }), {
      'consecutiveErrorLimit: 4': 'count: 3\n      interval: 1s\n      failureLimit: 2',
    });
    const { rollout, mesh, gate } = wrong;
    mesh.keepWeights(WRONG);
    await rollout.rollOut('2');
    await rollout.until('is measured once', ({ runs }) => values(runs).length > 0);
    // The next sample would pass, if there was one.
    mesh.keepWeights(null);
    const sent = mesh.requests();
    await aborts(wrong);
    await rollout.retry();
    await rollout.until('is analysed again', ({ runs }) => runs.length === 2);
    await aborts(wrong);
    const { runs } = await rollout.seen();
    assert.deepEqual(phases(runs), ['Failed', 'Failed']);
    assert.deepEqual(
      values(runs),
      Array.from({ length: 6 }, () => '"fail"'),
    );
    assert.deepEqual([await runsOf(gate), mesh.requests()], [1, sent]);
    // Another revision is another question.
    await rollout.rollOut('3');
    await walksToItsEnd(wrong);
  });

  it('pauses where the sample says too little', async (t) => {
    const few = await startGatedRollout(means(t, 'few', { settings: TOO_FEW }));
    const { rollout, gate } = few;
    const isPaused = ({ rollout: { status } }: RolloutSeen): boolean =>
      status?.pauseConditions?.some(({ reason }) => reason === 'InconclusiveAnalysisRun') === true;
    await rollout.rollOut('2');
    const { rollout: paused, weights } = await rollout.until('is paused', isPaused);
    assert.deepEqual([paused.status?.abort, paused.status?.currentStepIndex], [undefined, 1]);
    assert.deepEqual(weights, { 'greeter-stable': 75, 'greeter-canary': 25 });
    // A person who has it analysed again is told the same.
    await rollout.analyseAgain();
    const { runs } = await rollout.until('is paused again', isPaused);
    assert.deepEqual(phases(runs), ['Inconclusive', 'Inconclusive']);
    assert.deepEqual(values(runs), ['"inconclusive"', '"inconclusive"']);
    assert.equal(await runsOf(gate), 1);
  });

  it('waits for a run that takes longer than an answer, and tells its step where it is to', async (t) => {
    const { rollout, gate } = await startGatedRollout(
      means(t, 'slow', { settings: `${ENOUGH}rps: 1000\n` }),
      {
        'wait=110s': 'wait=1s',
        '- name: revision': '- name: step\n    - name: revision',
        "jsonBody: { revision: '{{args.revision}}' }":
          "jsonBody: { revision: '{{args.revision}}', step: '{{args.step}}' }",
      },
      {
        '- { name: scenario, value: greeter }': [
          '- { name: scenario, value: greeter }',
          '- { name: step, valueFrom: { fieldRef: { fieldPath: status.currentStepIndex } } }',
        ].join(`\n${' '.repeat(14)}`),
      },
    );
    await rollout.rollOut('2');
    const { runs } = await rollout.until('has had an analysis', ({ runs: [run] }) => {
      return run?.status?.phase === 'Successful';
    });
    const seen = measurements(runs[0]!);
    assert.equal(seen.at(-1)?.value, '"pass"');
    assert.match(String(seen[0]?.message), /503/);
    assert.equal(gate.log().match(/ run-started .* step=1$/gm)?.length, 1);
  });

  it('is told by a Job, too, but not what is inconclusive', async (t) => {
    const jobs = await startRolloutWithJobs(means(t, 'jobs'));
    const { rollout, mesh } = jobs;
    await rollout.rollOut('2');
    await walksToItsEnd(jobs);
    assert.deepEqual(phases((await rollout.seen()).runs), ['Successful', 'Successful']);

    await jobs.setScenario(TOO_FEW);
    await rollout.rollOut('3');
    await aborts(jobs);
    await jobs.setScenario(ENOUGH, SOON);
    mesh.keepWeights(WRONG);
    await rollout.rollOut('4');
    await aborts(jobs);
    const [, , ...last] = (await rollout.seen()).runs;
    assert.deepEqual(phases(last), ['Failed', 'Failed']);
  });
});
