import { verify } from '../run.js';
import type { Scenario } from '../scenario/scenario.js';
import { type OutputSettings, outputSettings, runAndReport } from './run-and-report.js';
import { type Arguments, scenarioFromArguments } from './settings.js';

/** `splitproof verify`. @returns The exit status. */
export async function verifyCommand(args: Arguments): Promise<number> {
  const output = outputSettings(args);
  return await verifyAndReport(await scenarioFromArguments(args), output);
}

/** Runs the verification and reports it. @returns The exit status. */
export function verifyAndReport(scenario: Scenario, output: OutputSettings): Promise<number> {
  return runAndReport((hooks) => verify(scenario, hooks), scenario.rule.inconclusive, output);
}
