import { accessSync, constants, writeFileSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../input-error.js';
import { FORMATS, type FormatName } from '../report/formats.js';
import type { RunRecord } from '../report/run-record.js';
import type { Style } from '../report/style.js';

/** A file that gets a report. */
export interface OutputFile {
  file: string;
  format: FormatName;
}

/** Reports in files are for reading later: no colours, and the width of a printed page. */
const FILE_STYLE: Style = { width: 80, colour: false };

/**
 * Reads `-o` options, before anything is sent.
 *
 * @throws InputError when no format fits, or the file cannot be written there.
 */
export function parseOutputs(options: readonly string[]): OutputFile[] {
  return options.map((option) => {
    const cut = option.indexOf(':');
    const prefix = cut < 0 ? '' : option.slice(0, cut);
    const file = isFormat(prefix) ? option.slice(cut + 1) : option;
    const format = isFormat(prefix) ? prefix : formatOf(file);
    try {
      accessSync(path.dirname(file), constants.W_OK);
    } catch {
      throw new InputError('the folder does not exist or cannot be written to', { file });
    }
    return { file, format };
  });
}

/** Writes the record to its files. */
export function writeOutputs(outputs: readonly OutputFile[], record: RunRecord): void {
  for (const { file, format } of outputs) {
    writeFileSync(file, FORMATS[format].render(record, FILE_STYLE));
  }
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
  const known = Object.entries(FORMATS).map(([name, format]) => `${name} (.${format.extension})`);
  throw new InputError(
    `no report has the extension ".${extension}": use one of ${known.join(', ')}, or FORMAT:FILE`,
    { file },
  );
}
