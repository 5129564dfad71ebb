import { verify } from '../run/verify.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Interruption } from './interruption.js';
import { type OutputSettings, outputSettings } from './outputs.js';
import { runAndReport } from './run-and-report.js';
import type { Arguments } from './arguments.js';
import { scenarioFromArguments } from './settings.js';

/** `splitproof verify`. @returns The exit status. */
export async function verifyCommand(args: Arguments, interruption: Interruption): Promise<number> {
  const output = outputSettings(args);
  const scenario = await scenarioFromArguments(args, 'verify', interruption.signal);
  return await verifyAndReport(scenario, output, interruption);
}

/** Runs the verification and reports it. @returns The exit status. */
export function verifyAndReport(
  scenario: Scenario,
  output: OutputSettings,
  interruption: Interruption,
): Promise<number> {
  const { inconclusive } = scenario.rule;
  return runAndReport((options) => verify(scenario, options), inconclusive, output, interruption);
}
