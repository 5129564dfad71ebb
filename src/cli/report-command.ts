import { FORMATS } from '../report/formats.js';
import { EXIT } from './exit-status.js';
import { writeOutputs } from './outputs.js';
import { outputSettings } from './run-and-report.js';
import { readSavedRun } from './saved-runs.js';
import type { Arguments } from './settings.js';
import { outputStyle } from './terminal.js';

/** `splitproof report`. @returns The exit status: of the rendering, not of the run. */
export function reportCommand(args: Arguments): number {
  const output = outputSettings(args);
  const record = readSavedRun(String(args.run));
  writeOutputs(output.files, record);
  process.stdout.write(FORMATS[output.format].render(record, outputStyle(output.colour)));
  return EXIT.pass;
}
