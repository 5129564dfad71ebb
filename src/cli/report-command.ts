import { EXIT } from './exit-status.js';
import { outputSettings, statusTold, writeReports } from './outputs.js';
import { runOutputs } from './run-outputs.js';
import { readSavedRun } from '../inputs/saved-runs.js';
import { all, type Arguments } from './arguments.js';
import { requireAllowedUrls, safetyOf } from './safety.js';

/**
 * `splitproof report`.
 *
 * @param signal Gives up reading when it aborts.
 * @returns The exit status: of the rendering, not of the run.
 */
export async function reportCommand(args: Arguments, signal: AbortSignal): Promise<number> {
  const output = outputSettings(args);
  // Nothing else of it is anybody's to allow.
  if (output.pushed !== null) {
    const { limits } = await safetyOf({ run: args.run }, signal);
    await requireAllowedUrls('--push', all(args, 'push'), limits);
  }
  const { record } = await readSavedRun(String(args.run), signal);
  const isWritten = await writeReports(output, record, signal);
  const status = isWritten ? EXIT.pass : EXIT.badInput;
  return await statusTold(output, record, status, runOutputs(record, output));
}
