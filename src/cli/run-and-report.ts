import type { RunRecord } from '../record/run-record.js';
import type { RunOptions } from '../run/options.js';
import { plainText } from '../report/plain-text.js';
import { exitStatusOf } from './exit-status.js';
import type { Interruption } from './interruption.js';
import { type OutputSettings, writeReports } from './outputs.js';
import { ProgressLine } from './progress-line.js';
import { showsProgress } from './terminal.js';

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
  const progress = showsProgress() && !output.quiet ? new ProgressLine(process.stderr) : undefined;
  const options: RunOptions = {
    signal: interruption.signal,
    onProgress: (state, names) => progress?.show(state, names),
    onNote: (note) => {
      if (!output.quiet) process.stderr.write(`${plainText(note)}\n`);
    },
  };
  try {
    const record = await run(options);
    progress?.clear();
    const isWritten = await writeReports(output, record, interruption.signal);
    const { verdict, end } = record;
    const { signalName } = interruption;
    return exitStatusOf({ verdict, end, signalName }, inconclusive, isWritten);
  } finally {
    progress?.clear();
  }
}
