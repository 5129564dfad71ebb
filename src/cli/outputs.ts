import path from 'node:path';
import { InputError } from '../input-error.js';
import { nearestName } from '../nearest-name.js';
import { entryOf } from '../record/entry-of.js';
import type { RunRecord } from '../record/run-record.js';
import { type Format, FORMATS } from '../report/formats.js';
import { withoutCommands } from '../report/github/commands.js';
import { plainText } from '../report/plain-text.js';
import type { Style } from '../report/style.js';
import { all, type Arguments } from './arguments.js';
import { EXIT, gravestStatus } from './exit-status.js';
import { pushgateway, type Pushed } from './pushgateway.js';
import { writeReportFile } from './report-file.js';
import {
  type GithubFiles,
  githubFiles,
  inWorkspace,
  type StepOutputs,
  tellGithub,
} from './github.js';
import { type ColourMode, outputStyle } from './terminal.js';
import { colourMode } from './color-flag.js';
import { writeError, writeOutput } from './standard-streams.js';
import { refuseSameFiles, refuseUnwritable } from './writable.js';

/** Ways to render reports of one kind, by their names. */
type Formats<Report> = Readonly<Record<string, Format<Report>>> &
  Record<'console' | 'markdown' | 'github', Format<Report>>;

/** Where reports go. */
export interface OutputSettings<Report = RunRecord> {
  /** The name of what stands on standard output. */
  format: string;
  shown: Format<Report>;
  files: OutputFile<Report>[];
  /** What GitHub's runner reads besides; null where it is not to be told. */
  github: GithubFiles | null;
  formats: Formats<Report>;
  quiet: boolean;
  colour: ColourMode;
  /** What else gets the report; null: nothing. */
  pushed: Pushed<Report> | null;
}

/** A file that gets a report. */
interface OutputFile<Report> {
  file: string;
  format: string;
  written: Format<Report>;
}

/** Reports in files are for reading later: no colours, and the width of a printed page. */
const FILE_STYLE: Style = { width: 80, colour: false, nameFile: inWorkspace };

/**
 * Reads the output flags, before anything is sent.
 *
 * @throws InputError when no format fits, or a file cannot be written there.
 */
export function outputSettings(args: Arguments): OutputSettings {
  return { ...outputSettingsOf(FORMATS, args), pushed: pushgateway(args) };
}

/** The same for reports of any kind. @param formats Those that they have. */
export function outputSettingsOf<Report>(
  formats: Formats<Report>,
  args: Arguments,
): OutputSettings<Report> {
  const attested = all(args, 'attest').map((file) => `in-toto:${file}`);
  const output = [...all(args, 'output'), ...attested];
  const format = (args.format as string | undefined) ?? 'console';
  const files = output.map((option) => outputFile(formats, option));
  refuseSameFiles(files.map(({ file }) => file));
  return {
    format,
    shown: named(formats, format),
    files,
    github: args.github === true ? githubFiles() : null,
    formats,
    quiet: args.quiet === true,
    colour: colourMode(args),
    pushed: null,
  };
}

function outputFile<Report>(formats: Formats<Report>, option: string): OutputFile<Report> {
  const cut = option.indexOf(':');
  const prefix = cut < 0 ? '' : option.slice(0, cut);
  const isNamed = Object.hasOwn(formats, prefix);
  const file = isNamed ? option.slice(cut + 1) : option;
  if (file === '') throw new InputError('the name of the file is missing', { path: '--output' });
  if (file === '-') {
    throw new InputError('standard output has the report of --format: write --format json', {
      path: '--output',
    });
  }
  const format = isNamed ? prefix : formatOf(formats, file);
  refuseUnwritable(file);
  return { file, format, written: named(formats, format) };
}

function named<Report>(formats: Formats<Report>, name: string): Format<Report> {
  // The parser of the command line has refused other names.
  return entryOf(formats, name) ?? formats.console;
}

/** Loads what the reports take, before a load that may leave no descriptor to open files. */
export async function loadReports<Report>({
  shown,
  files,
  pushed,
}: OutputSettings<Report>): Promise<void> {
  const written = files.map((file) => file.written.load());
  await Promise.all([shown.load(), ...written, pushed?.load()]);
}

/**
 * Prints a report, writes it to its files and pushes it. One that cannot be written does not take the others
 * with it.
 *
 * @param signal Aborts when the command is to end.
 * @returns Whether all were written; what went wrong is said on standard error.
 */
export async function writeReports<Report>(
  output: OutputSettings<Report>,
  report: Report,
  signal: AbortSignal,
): Promise<boolean> {
  const style = { ...outputStyle(output.colour), nameFile: inWorkspace };
  const text = await output.shown.render(report, style);
  // What is on standard output of a job may be a command to its runner.
  const isCommands = output.format === 'github';
  writeOutput(isRunner(output) && !isCommands ? withoutCommands(text) : text);
  const done: boolean[] = [];
  for (const { file, written } of output.files) {
    const write = async (): Promise<void> => {
      await writeReportFile(file, await written.render(report, FILE_STYLE), signal);
    };
    done.push(await isDone(write, `${file}: cannot be written`));
  }
  const { pushed } = output;
  if (pushed !== null) {
    done.push(await isDone(() => pushed.push(report, signal), `${pushed.name}: cannot be pushed`));
  }
  return done.every(Boolean);
}

/** @param problem What is said before the reason when it cannot be done. */
async function isDone(action: () => Promise<void>, problem: string): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    writeError(plainText(`splitproof: ${problem}: ${reason}`) + '\n');
    return false;
  }
}

/** Whether a runner of GitHub reads what is printed. */
function isRunner({ github }: Pick<OutputSettings, 'github'>): boolean {
  return github !== null || process.env.GITHUB_ACTIONS === 'true';
}

/**
 * The exit status of a command whose reports were written, told to GitHub where that was asked for.
 *
 * @param outputs What later steps of the job get besides the status.
 */
export async function statusTold<Report>(
  { github, format, formats }: OutputSettings<Report>,
  report: Report,
  status: number,
  outputs: StepOutputs,
): Promise<number> {
  if (github === null) return status;
  const told = { report, format, formats, outputs: { ...outputs, 'exit-code': status } };
  return (await tellGithub(github, told)) ? status : gravestStatus(status, EXIT.badInput);
}

/** The format whose extension the name ends in; the longest, where one ends in another. */
function formatOf<Report>(formats: Formats<Report>, file: string): string {
  const name = path.basename(file);
  const [found] = Object.entries(formats)
    .filter(([, { extension }]) => name.endsWith(`.${extension}`) && !name.startsWith('.'))
    .sort(([, a], [, b]) => b.extension.length - a.extension.length);
  if (found !== undefined) return found[0];
  const extension = path.extname(file).slice(1);
  const what =
    extension === '' ? 'the name has no extension' : `no report has the extension ".${extension}"`;
  const known = Object.entries(formats).map(([own, format]) => `${own} (.${format.extension})`);
  const meant = formatMeant(formats, file, extension);
  const advice = `use one of ${known.join(', ')}, or FORMAT:FILE`;
  throw new InputError(`${what}: ${meant === null ? '' : `did you mean ${meant}? `}${advice}`, {
    file,
  });
}

/** What a misspelt format before a colon, or a misspelt extension, was meant to be; null where it is near none. */
function formatMeant<Report>(
  formats: Formats<Report>,
  file: string,
  extension: string,
): string | null {
  const cut = file.indexOf(':');
  const format = cut < 0 ? null : nearestName(file.slice(0, cut), Object.keys(formats));
  if (format !== null) return `${format}:${file.slice(cut + 1)}`;
  if (extension === '') return null;
  const extensions = Object.values(formats).map((one) => one.extension);
  const meant = nearestName(extension, extensions);
  return meant === null ? null : `.${meant}`;
}
