import { mergeCounts } from '../count/merge-counts.js';
import type { RunRecord } from '../record/run-record.js';
import { givenScenario } from '../scenario/given-scenario.js';
import type { Scenario } from '../scenario/scenario.js';
import type { SettingsInput } from '../scenario/schema.js';
import { takeAcrossChange } from './across-change.js';
import { endingEarly } from './early-ends.js';
import type { RunOptions } from './options.js';
import { probeConnections } from './probe.js';
import { recordRun } from './record-run.js';
import { takeSample, waitPlan } from './sample.js';
import { takeSequentialSample } from './sequential-sample.js';
import { settle } from './settle.js';

/**
 * Verifies what a scenario expects: asked → sent → counted → expected → concluded.
 *
 * @param given Settings, named as the flags of `splitproof verify`, or the scenario that they make.
 * @returns The run's record, whatever its verdict: pass, fail or inconclusive.
 * @throws InputError when the settings or something that they name is wrong; nothing was sent then.
 */
export async function verify(
  given: Scenario | SettingsInput,
  options: RunOptions = {},
): Promise<RunRecord> {
  const scenario = givenScenario(given, 'verify');
  if (scenario.passive !== null) {
    // Loaded where nothing is sent, with what reads lines.
    const { judgeLog } = await import('./passive/judge-log.js');
    return await judgeLog(scenario, options);
  }
  return await recordRun(scenario, options, async (run, target, plan) => {
    const { rolloutWaitMs } = scenario;
    const wait = waitPlan(scenario, plan, target);
    const settled = await settle(run, target, wait, rolloutWaitMs, options);
    const take = run.isAcrossChange
      ? takeAcrossChange
      : run.isSequential
        ? takeSequentialSample
        : takeSample;
    const sampled = await take(run, target, await endingEarly(plan, run), options);
    const counted = mergeCounts(settled, sampled);
    const { connections } = scenario.limits;
    const probed = await probeConnections(run, target, plan, counted, connections, options);
    if (run.calls.every(({ single }) => single === undefined)) return probed;
    const { askSingly } = await import('./single-calls.js');
    return await askSingly(run, target, plan, probed, connections, options);
  });
}
