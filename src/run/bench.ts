import type { RunRecord } from '../record/run-record.js';
import { givenScenario } from '../scenario/given-scenario.js';
import type { Scenario } from '../scenario/scenario.js';
import type { SettingsInput } from '../scenario/schema.js';
import type { RunOptions } from './options.js';
import { recordRun } from './record-run.js';
import { takeSample } from './sample.js';

/**
 * Loads the target and reports what it bore: no split is tested. Destinations are those of the
 * manifests or weights where they are given, else every pod that answers.
 *
 * @param given Settings, named as the flags of `splitproof bench`, or the scenario that they make.
 * @returns The run's record. Its verdict is that of the thresholds and of the error rate.
 * @throws InputError when the settings or something that they name is wrong; nothing was sent then.
 */
export async function bench(
  given: Scenario | SettingsInput,
  options: RunOptions = {},
): Promise<RunRecord> {
  const scenario = givenScenario(given, 'bench');
  return await recordRun(scenario, options, (run, target, plan) =>
    takeSample(run, target, plan, options),
  );
}
