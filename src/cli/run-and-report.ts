import type { RunResult } from '../run.js';
import type { RunHooks } from '../run/measure.js';
import { FORMATS, type FormatName } from '../report/formats.js';
import { plainText } from '../report/plain-text.js';
import { exitStatusOf } from './exit-status.js';
import { type OutputFile, parseOutputs, writeOutputs } from './outputs.js';
import { ProgressLine } from './progress-line.js';
import type { Arguments } from './settings.js';
import { outputStyle, showsProgress } from './terminal.js';

/** Where the results of a run go. */
export interface OutputSettings {
  format: FormatName;
  files: OutputFile[];
  quiet: boolean;
  colour: boolean;
}

/** @throws InputError when an output flag is wrong. */
export function outputSettings(args: Arguments): OutputSettings {
  const output = args.output ?? [];
  return {
    format: (args.format as FormatName | undefined) ?? 'console',
    files: parseOutputs((Array.isArray(output) ? output : [output]) as string[]),
    quiet: args.quiet === true,
    colour: args.color !== false,
  };
}

/**
 * Runs something that ends in a record, shows its progress and writes its reports. Ctrl-C ends the
 * load; what was measured is still reported.
 *
 * @param signal Aborts at Ctrl-C.
 * @returns The exit status.
 */
export async function runAndReport(
  run: (hooks: RunHooks) => Promise<RunResult>,
  inconclusive: 'fail' | 'pass' | 'report',
  output: OutputSettings,
  signal: AbortSignal,
): Promise<number> {
  const progress = showsProgress() && !output.quiet ? new ProgressLine(process.stderr) : undefined;
  const hooks: RunHooks = {
    signal,
    onProgress: (state, names) => progress?.show(state, names),
    onNote: (note) => {
      if (!output.quiet) process.stderr.write(`${plainText(note)}\n`);
    },
  };
  try {
    const result = await run(hooks);
    progress?.clear();
    writeOutputs(output.files, result.record);
    process.stdout.write(FORMATS[output.format].render(result.record, outputStyle(output.colour)));
    return exitStatusOf(result, inconclusive);
  } finally {
    progress?.clear();
  }
}
