import { readSavedRun } from '../inputs/saved-runs.js';
import type { SavedRun } from '../record/read-record.js';
import { merge } from '../run/merge.js';
import { exitStatusOf } from './exit-status.js';
import { writeNote } from './notes.js';
import { outputSettings, statusTold, writeReports } from './outputs.js';
import { runOutputs } from './run-outputs.js';
import type { Arguments } from './arguments.js';
import { settingsFromArguments } from './settings.js';

/** `splitproof merge`. @param signal Gives up reading when it aborts. @returns The exit status of the whole. */
export async function mergeCommand(args: Arguments, signal: AbortSignal): Promise<number> {
  const output = outputSettings(args);
  const { settings } = await settingsFromArguments({
    inconclusive: args.inconclusive,
    policy: args.policy,
    push: args.push,
    runs: args.runs,
  });
  const { inconclusive = 'report' } = settings;
  const runs: SavedRun[] = [];
  for (const file of args.runs as string[]) runs.push(await readSavedRun(file, signal));
  const record = await merge(runs);
  const attempts = record.findings.find(({ code }) => code === 'several-attempts');
  if (attempts !== undefined) {
    writeNote(`${attempts.summary} ${attempts.evidence}`);
  }
  const isWritten = await writeReports(output, record, signal);
  const { verdict, end } = record;
  const status = exitStatusOf({ verdict, end, signalName: null }, inconclusive, isWritten);
  return await statusTold(output, record, status, runOutputs(record, output));
}
