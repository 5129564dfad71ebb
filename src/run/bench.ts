import type { RunRecord } from '../record/run-record.js';
import type { Scenario } from '../scenario/scenario.js';
import type { RunOptions } from './options.js';
import { recordRun } from './record-run.js';
import { takeSample } from './sample.js';

/**
 * Loads the target and reports what it bore: no split is tested. Destinations are those of the
 * manifests or weights where they are given, else every pod that answers.
 *
 * @throws InputError when the scenario or something it names is wrong; nothing was sent then.
 */
export function bench(scenario: Scenario, options: RunOptions = {}): Promise<RunRecord> {
  return recordRun(scenario, options, (run, target, plan) =>
    takeSample(run, target, plan, options),
  );
}
