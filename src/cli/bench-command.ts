import { bench } from '../run/bench.js';
import type { Interruption } from './interruption.js';
import { outputSettings } from './outputs.js';
import { runAndReport } from './run-and-report.js';
import { type Arguments, benchScenarioFromArguments } from './settings.js';

/** `splitproof bench`. @returns The exit status. */
export async function benchCommand(args: Arguments, interruption: Interruption): Promise<number> {
  const output = outputSettings(args);
  const scenario = await benchScenarioFromArguments(args);
  const { inconclusive } = scenario.rule;
  return await runAndReport((hooks) => bench(scenario, hooks), inconclusive, output, interruption);
}
