import type { RunRecord } from '../record/run-record.js';
import type { RunResult } from '../run/verify.js';
import { mergeRecords } from '../run/merge/merge-records.js';
import { exitStatusOf } from './exit-status.js';
import { outputSettings, writeReports } from './outputs.js';
import { readSavedRun } from '../inputs/saved-runs.js';
import { type Arguments, settingsFromFlags } from './settings.js';

/** `splitproof merge`. @returns The exit status of the whole. */
export function mergeCommand(args: Arguments): number {
  const output = outputSettings(args);
  const { inconclusive = 'report' } = settingsFromFlags({ inconclusive: args.inconclusive });
  const files = args.runs as string[];
  const record = mergeRecords(files.map((file) => ({ file, record: readSavedRun(file) })));
  const isWritten = writeReports(output, record);
  return exitStatusOf(
    { verdict: record.verdict, end: endOf(record), signalName: null },
    inconclusive,
    isWritten,
  );
}

/** Whether anybody ever answered, in any of the shards. */
function endOf({ load, calls }: RunRecord): RunResult['end'] {
  return load.ok > 0 || calls.some(({ split }) => split.n > 0) ? 'complete' : 'unreachable';
}
