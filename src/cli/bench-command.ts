import { bench } from '../run/bench.js';
import { outputSettings, runAndReport } from './run-and-report.js';
import { type Arguments, benchScenarioFromArguments } from './settings.js';

/** `splitproof bench`. @returns The exit status. */
export async function benchCommand(args: Arguments): Promise<number> {
  const output = outputSettings(args);
  const scenario = await benchScenarioFromArguments(args);
  return await runAndReport((hooks) => bench(scenario, hooks), scenario.rule.inconclusive, output);
}
