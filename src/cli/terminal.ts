import type { Style } from '../report/style.js';

const PRINTED_WIDTH = 80;
/** Below this no report can be read. */
const MIN_WIDTH = 40;
const MAX_WIDTH = 120;

/** When reports have colours; `auto`: where somebody sees them. */
export const COLOUR_MODES = ['auto', 'always', 'never'] as const;

export type ColourMode = (typeof COLOUR_MODES)[number];

/** What is asked of a stream that may be a terminal. */
type Output = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>;

/**
 * How to lay out a report on standard output: as wide as the terminal within reason, 80 columns when piped.
 *
 * @param mode Of `--color`.
 */
export function outputStyle(mode: ColourMode): Style {
  const { stdout } = process;
  return {
    width: stdout.isTTY ? withinReason(stdout.columns) : PRINTED_WIDTH,
    colour: hasColours(mode, stdout, process.env),
  };
}

/**
 * The flag decides; then FORCE_COLOR, as Node.js reads it; then NO_COLOR, where it is not empty (no-color.org);
 * then whether there is a terminal, and one that can do more than print (`TERM=dumb` cannot).
 */
export function hasColours(
  mode: ColourMode,
  { isTTY }: Pick<Output, 'isTTY'>,
  { FORCE_COLOR: forced, NO_COLOR: no = '', TERM: term }: NodeJS.ProcessEnv,
): boolean {
  if (mode !== 'auto') return mode === 'always';
  if (forced !== undefined) return ['', '1', '2', '3', 'true'].includes(forced);
  return no === '' && isTTY && term !== 'dumb';
}

/** For sentences on standard error, which have no colours; of a file or a pipe they are not broken. */
export function errorStyle(): Style {
  const { stderr } = process;
  return { width: stderr.isTTY ? withinReason(stderr.columns) : Infinity, colour: false };
}

/** What says nothing of its width has the usual one. */
function withinReason(columns: number | undefined): number {
  const known = columns === undefined || columns === 0 ? PRINTED_WIDTH : columns;
  return Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, known));
}

/**
 * Whether progress is a line that is written again and again: for a person who watches, not in CI, and only on
 * a terminal that takes control characters.
 */
export function showsProgressLine(
  { isTTY }: Pick<Output, 'isTTY'>,
  { CI: ci = '', TERM: term }: NodeJS.ProcessEnv,
): boolean {
  return isTTY && ci === '' && term !== 'dumb';
}
