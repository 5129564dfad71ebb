import { EXIT } from './exit-status.js';
import { outputSettings, writeReports } from './outputs.js';
import { readSavedRun } from '../inputs/saved-runs.js';
import type { Arguments } from './arguments.js';

/** `splitproof report`. @returns The exit status: of the rendering, not of the run. */
export async function reportCommand(args: Arguments): Promise<number> {
  const output = outputSettings(args);
  const { record } = await readSavedRun(String(args.run));
  return writeReports(output, record) ? EXIT.pass : EXIT.badInput;
}
