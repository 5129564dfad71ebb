import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import type { Format } from '../report/formats.js';
import { plainText } from '../report/plain-text.js';
import type { Style } from '../report/style.js';
import { writeNote } from './notes.js';
import { writeError } from './standard-streams.js';
import { refuseUnwritable } from './writable.js';

/** Files that GitHub's runner reads when a step of a job has ended; null where it names none. */
export interface GithubFiles {
  summary: string | null;
  outputs: string | null;
}

/** What a step gives to later ones, by its name. */
export type StepOutputs = Readonly<Record<string, string | number>>;

/** A report that is told to GitHub. */
interface Told<Report> {
  report: Report;
  /** Whether standard output has the annotations already, or is to have nothing else than a report. */
  format: string;
  formats: { markdown: Format<Report>; github: Format<Report> };
  outputs: StepOutputs;
}

/**
 * Where `--github` writes, before anything is sent.
 *
 * @throws InputError when it cannot be written there.
 */
export function githubFiles(): GithubFiles {
  const files = { summary: valueOf('GITHUB_STEP_SUMMARY'), outputs: valueOf('GITHUB_OUTPUT') };
  const missing = [
    ...(files.summary === null ? ['GITHUB_STEP_SUMMARY'] : []),
    ...(files.outputs === null ? ['GITHUB_OUTPUT'] : []),
  ];
  if (missing.length > 0) {
    writeNote(
      `--github: ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set, as outside of a job of GitHub Actions: nothing is written there`,
    );
  }
  for (const file of [files.summary, files.outputs]) if (file !== null) refuseUnwritable(file);
  return files;
}

/**
 * Tells the runner: annotations where it reads them, the report in the summary of the step, and outputs.
 *
 * @returns Whether all was written; what went wrong is said on standard error.
 */
export async function tellGithub<Report>(
  files: GithubFiles,
  { report, format, formats, outputs }: Told<Report>,
): Promise<boolean> {
  const style: Style = { width: 80, colour: false, nameFile: inWorkspace };
  if (format !== 'github') {
    const stream = format === 'console' || format === 'markdown' ? process.stdout : process.stderr;
    stream.write(await formats.github.render(report, style));
  }
  try {
    if (files.summary !== null) {
      await appendFile(files.summary, `${await formats.markdown.render(report, style)}\n`);
    }
    if (files.outputs !== null) await appendFile(files.outputs, outputLines(outputs));
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    writeError(plainText(`splitproof: --github: cannot be written: ${reason}`) + '\n');
    return false;
  }
}

/** A file as the repository has it; one outside of it keeps its name. */
export function inWorkspace(file: string): string {
  const root = valueOf('GITHUB_WORKSPACE') ?? process.cwd();
  const inside = path.relative(root, path.resolve(file));
  return inside.startsWith('..') || path.isAbsolute(inside)
    ? file
    : inside.replaceAll(path.sep, '/');
}

/** Of an environment variable; null where it has none. */
function valueOf(variable: string): string | null {
  const value = process.env[variable] ?? '';
  return value === '' ? null : value;
}

/** Each value stands between lines that nobody can guess, so that none can end it and begin another. */
function outputLines(outputs: StepOutputs): string {
  return Object.entries(outputs)
    .map(([name, value]) => {
      const delimiter = `splitproof_${randomUUID()}`;
      return `${name}<<${delimiter}\n${plainText(String(value))}\n${delimiter}\n`;
    })
    .join('');
}
