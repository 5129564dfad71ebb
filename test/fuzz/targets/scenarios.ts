import { scenarioOf } from '../../../src/scenario/scenario.js';
import { parseScenario } from '../../../src/scenario/scenario-file.js';
import { refused } from '../refused.js';

/** What else to begin with, files and folders of the project. */
export const SEEDS = ['scenarios'];

/** A scenario file: it is refused, or its settings make a run. */
export function fuzz(data: Buffer): void {
  try {
    const settings = parseScenario(data.toString(), 'fuzz.yaml');
    for (const command of ['verify', 'bench'] as const) scenarioOf(settings, command);
  } catch (error) {
    refused(error);
  }
}
