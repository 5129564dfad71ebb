import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../input-error.js';
import { renderVerdict } from '../report/console/console.js';
import { FORMATS, type FormatName } from '../report/formats.js';
import type { RunRecord } from '../record/run-record.js';
import { plainText } from '../report/plain-text.js';
import type { Style } from '../report/style.js';
import type { Arguments } from './arguments.js';
import { writeReportFile } from './report-file.js';
import { outputStyle } from './terminal.js';

/** Where the results of a run go. */
export interface OutputSettings {
  format: FormatName;
  files: OutputFile[];
  quiet: boolean;
  colour: boolean;
  /** On standard output a run that passes is shown by its verdict alone. */
  isBrief?: boolean;
}

/** A file that gets a report. */
interface OutputFile {
  file: string;
  format: FormatName;
}

/** Reports in files are for reading later: no colours, and the width of a printed page. */
const FILE_STYLE: Style = { width: 80, colour: false };

/**
 * Reads the output flags, before anything is sent.
 *
 * @throws InputError when no format fits, or a file cannot be written there.
 */
export function outputSettings(args: Arguments): OutputSettings {
  const output = args.output ?? [];
  return {
    format: (args.format as FormatName | undefined) ?? 'console',
    files: parseOutputs((Array.isArray(output) ? output : [output]) as string[]),
    quiet: args.quiet === true,
    colour: args.color !== false,
  };
}

function parseOutputs(options: readonly string[]): OutputFile[] {
  return options.map((option) => {
    const cut = option.indexOf(':');
    const prefix = cut < 0 ? '' : option.slice(0, cut);
    const file = isFormat(prefix) ? option.slice(cut + 1) : option;
    const format = isFormat(prefix) ? prefix : formatOf(file);
    refuseUnwritable(file);
    return { file, format };
  });
}

function refuseUnwritable(file: string): void {
  if (file === '') throw new InputError('the name of the file is missing', { path: '--output' });
  const existing = statSync(file, { throwIfNoEntry: false });
  if (existing?.isDirectory() === true) {
    throw new InputError('this is a folder: name the file in it', { file });
  }
  try {
    accessSync(existing === undefined ? path.dirname(file) : file, constants.W_OK);
  } catch {
    throw new InputError(
      existing === undefined
        ? 'the folder does not exist or cannot be written to'
        : 'the file cannot be written to',
      { file },
    );
  }
}

/**
 * Prints the record and writes it to its files. One that cannot be written does not take the others
 * with it.
 *
 * @param signal Aborts when the command is to end.
 * @returns Whether all were written; what went wrong is said on standard error.
 */
export async function writeReports(
  output: OutputSettings,
  record: RunRecord,
  signal: AbortSignal,
): Promise<boolean> {
  const isBrief = output.isBrief === true && record.verdict === 'pass';
  const { render } =
    isBrief && output.format === 'console' ? { render: renderVerdict } : FORMATS[output.format];
  process.stdout.write(render(record, outputStyle(output.colour)));
  let isComplete = true;
  for (const { file, format } of output.files) {
    try {
      await writeReportFile(file, FORMATS[format].render(record, FILE_STYLE), signal);
    } catch (error) {
      isComplete = false;
      const reason = error instanceof Error ? error.message : String(error);
      process.stderr.write(plainText(`splitproof: ${file}: cannot be written: ${reason}`) + '\n');
    }
  }
  return isComplete;
}

function isFormat(text: string): text is FormatName {
  return Object.hasOwn(FORMATS, text);
}

function formatOf(file: string): FormatName {
  const extension = path.extname(file).slice(1);
  const found = (Object.keys(FORMATS) as FormatName[]).find(
    (name) => FORMATS[name].extension === extension,
  );
  if (found !== undefined) return found;
  const what =
    extension === '' ? 'the name has no extension' : `no report has the extension ".${extension}"`;
  const known = Object.entries(FORMATS).map(([name, format]) => `${name} (.${format.extension})`);
  throw new InputError(`${what}: use one of ${known.join(', ')}, or FORMAT:FILE`, { file });
}
