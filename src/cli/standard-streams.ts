import { withoutCommands } from '../report/github/commands.js';

/** A line that stands below everything else on a terminal, and is written again and again. */
export interface StandingLine {
  /** Takes it away at once. */
  hide(): void;
  /** Writes it again, soon. */
  redraw(): void;
}

let standing: StandingLine | null = null;

/** @param line null: there is none any more. */
export function setStandingLine(line: StandingLine | null): void {
  standing = line;
}

/**
 * Writes on standard error: above the standing line, where there is one. A runner of GitHub looks there for
 * commands, too, and finds none.
 *
 * @param text Whole lines.
 */
export function writeError(text: string): void {
  const isRead = process.env.GITHUB_ACTIONS === 'true';
  writeAbove(process.stderr, isRead ? withoutCommands(text) : text);
}

/** Writes on standard output: above the standing line, where there is one. @param text Whole lines. */
export function writeOutput(text: string): void {
  writeAbove(process.stdout, text);
}

function writeAbove(stream: NodeJS.WriteStream, text: string): void {
  standing?.hide();
  stream.write(text);
  standing?.redraw();
}
