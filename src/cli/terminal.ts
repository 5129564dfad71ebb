import type { Style } from '../report/style.js';

const PRINTED_WIDTH = 80;
const MIN_WIDTH = 60;
const MAX_WIDTH = 120;

/**
 * How to lay out a report on standard output: as wide as the terminal within reason, 80 columns
 * when piped; colours only on a terminal, unless they are turned off.
 *
 * @param wanted False after `--no-color`.
 */
export function outputStyle(wanted: boolean): Style {
  const { stdout } = process;
  const columns = stdout.isTTY ? stdout.columns : PRINTED_WIDTH;
  return {
    width: withinReason(columns),
    // no-color.org: any value that is not empty.
    colour: wanted && stdout.isTTY && (process.env.NO_COLOR ?? '') === '',
  };
}

/** The same for sentences on standard error, which have no colours. */
export function errorStyle(): Style {
  const { stderr } = process;
  const columns = stderr.isTTY ? stderr.columns : PRINTED_WIDTH;
  return { width: withinReason(columns), colour: false };
}

function withinReason(columns: number): number {
  return Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, columns));
}

/** Progress is shown to a person who watches, not to a pipe and not in CI. */
export function showsProgress(): boolean {
  return process.stderr.isTTY && (process.env.CI ?? '') === '';
}
