import type { RunRecord } from '../record/run-record.js';
import type { RunOptions } from '../run/options.js';
import { exitStatusOf } from './exit-status.js';
import type { Interruption } from './interruption.js';
import { writeNote } from './notes.js';
import { loadReports, type OutputSettings, statusTold, writeReports } from './outputs.js';
import { type ProgressDisplay, ProgressLine, ProgressLog } from './progress-line.js';
import { runOutputs } from './run-outputs.js';
import { showsProgressLine } from './terminal.js';

/**
 * Runs something that ends in a record, shows its progress and writes its reports. Ctrl-C ends the
 * load; what was measured is still reported.
 *
 * @returns The exit status.
 */
export async function runAndReport(
  run: (options: RunOptions) => Promise<RunRecord>,
  inconclusive: 'fail' | 'pass' | 'report',
  output: OutputSettings,
  interruption: Interruption,
): Promise<number> {
  const { quiet } = output;
  const progress = quiet ? null : progressDisplay();
  const options: RunOptions = {
    signal: interruption.signal,
    onProgress: (state) => progress?.show(state),
    onNote: (note) => {
      if (!quiet) writeNote(note);
    },
  };
  try {
    await loadReports(output);
    const record = await run(options);
    progress?.show({ phase: 'writing' });
    const isWritten = await writeReports(output, record, interruption.signal);
    const { verdict, end } = record;
    const { signalName } = interruption;
    const status = exitStatusOf({ verdict, end, signalName }, inconclusive, isWritten);
    return await statusTold(output, record, status, runOutputs(record, output));
  } finally {
    progress?.end();
  }
}

function progressDisplay(): ProgressDisplay {
  return showsProgressLine(process.stderr, process.env)
    ? new ProgressLine(process.stderr)
    : new ProgressLog();
}
