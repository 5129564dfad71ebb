import { mergeCounts } from '../count/merge-counts.js';
import { conclude } from '../record/conclude.js';
import { recordOf } from '../record/record-of.js';
import type { RunRecord } from '../record/run-record.js';
import type { Scenario } from '../scenario/scenario.js';
import { ask } from './ask.js';
import type { RunOptions } from './options.js';
import { samplePlan, takeSample } from './sample.js';
import { reachTarget } from './target.js';
import { withoutSecrets } from './without-secrets.js';

/**
 * Loads the target and reports what it bore: no split is tested. Destinations are those of the
 * manifests or weights where they are given, else every pod that answers.
 *
 * @throws InputError when the scenario or something it names is wrong; nothing was sent then.
 */
export function bench(scenario: Scenario, options: RunOptions = {}): Promise<RunRecord> {
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
    const sampled = await takeSample(run, target, samplePlan(scenario, run), options);
    counted = mergeCounts(counted, sampled);
  }
  return recordOf(asked, counted, await conclude(asked, counted));
}
