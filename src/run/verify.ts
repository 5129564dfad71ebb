import { mergeCounts } from '../count/merge-counts.js';
import { conclude } from '../record/conclude.js';
import { recordOf } from '../record/record-of.js';
import type { RunRecord } from '../record/run-record.js';
import type { Scenario } from '../scenario/scenario.js';
import { ask } from './ask.js';
import type { RunOptions } from './options.js';
import { probeConnections } from './probe.js';
import { samplePlan, takeSample } from './sample.js';
import { settle } from './settle.js';
import { reachTarget } from './target.js';
import { withoutSecrets } from './without-secrets.js';

/**
 * Verifies what a scenario expects: asked → sent → counted → expected → concluded.
 *
 * @throws InputError when the scenario or something it names is wrong; nothing was sent then.
 */
export function verify(scenario: Scenario, options: RunOptions = {}): Promise<RunRecord> {
  return withoutSecrets(scenario.secrets, () => recordRun(scenario, options));
}

async function recordRun(scenario: Scenario, options: RunOptions): Promise<RunRecord> {
  const run = await ask(scenario, options);
  const { asked } = run;
  const target = await reachTarget(
    scenario,
    run.calls.map(({ loaded }) => loaded),
    options,
  );
  let counted = target.found;
  if (target.isThere) {
    const plan = samplePlan(scenario, run);
    const settled = await settle(run, target, plan, scenario.rolloutWaitMs, options);
    const sampled = await takeSample(run, target, plan, options);
    counted = [settled, sampled].reduce(mergeCounts, counted);
    counted = await probeConnections(run, target, plan, counted, options);
  }
  return recordOf(asked, counted, await conclude(asked, counted));
}
