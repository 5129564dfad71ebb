import { bench } from '../run/bench.js';
import type { Interruption } from './interruption.js';
import { outputSettings } from './outputs.js';
import { runAndReport } from './run-and-report.js';
import type { Arguments } from './arguments.js';
import { scenarioFromArguments } from './settings.js';

/** `splitproof bench`. @returns The exit status. */
export async function benchCommand(args: Arguments, interruption: Interruption): Promise<number> {
  const output = outputSettings(args);
  const scenario = await scenarioFromArguments(args, 'bench', interruption.signal);
  const { inconclusive } = scenario.rule;
  return await runAndReport(
    (options) => bench(scenario, options),
    inconclusive,
    output,
    interruption,
  );
}
