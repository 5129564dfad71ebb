import { EXIT } from './exit-status.js';
import { outputSettings, writeReports } from './outputs.js';
import { readSavedRun } from '../inputs/saved-runs.js';
import type { Arguments } from './arguments.js';

/**
 * `splitproof report`.
 *
 * @param signal Gives up reading when it aborts.
 * @returns The exit status: of the rendering, not of the run.
 */
export async function reportCommand(args: Arguments, signal: AbortSignal): Promise<number> {
  const output = outputSettings(args);
  const { record } = await readSavedRun(String(args.run), signal);
  return (await writeReports(output, record, signal)) ? EXIT.pass : EXIT.badInput;
}
