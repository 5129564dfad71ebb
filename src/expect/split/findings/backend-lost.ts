import type { Finding } from '../../../finding.js';
import { binomialLowerTail } from '../../../stats/binomial-distribution.js';
import { count, percent, seconds } from '../../../number-text.js';
import { found } from '../../found.js';
import { type Change, changeIn } from './changed-rows.js';
import type { FindingEvidence } from './finding-evidence.js';

/**
 * `backend-lost`: from some time on, or until then, a destination lacks answers, and as many requests fail
 * without saying where: it went away, and the split did not change. What is answered with the missing
 * added to that destination is split alike all the time.
 *
 * @returns null as well where more than one destination could be meant.
 */
export function backendLost(evidence: FindingEvidence): Finding | null {
  const { destinations, windows, decision } = evidence;
  const seen = destinations.flatMap(({ observed }, i) => (observed > 0 ? [i] : []));
  if (seen.length < 2) return null;
  const rows = windows.map(({ observed, missing }) => {
    return [...seen.map((i) => observed[i] ?? 0), missing];
  });
  const change = changeIn(rows, decision);
  if (change === null || wereGivenUp(evidence, rows)) return null;
  const [before, after] = [sharesOf(change.before), sharesOf(change.after)];
  const isBetterBefore = (after.at(-1) ?? 0) > (before.at(-1) ?? 0);
  const [whole, broken] = isBetterBefore ? [before, after] : [after, before];
  const parts = isBetterBefore
    ? { whole: change.before, broken: change.after }
    : { whole: change.after, broken: change.before };
  const inflation = decision.dependence?.inflation ?? 1;
  const fitting = seen.filter((_, own) => {
    const share = whole[own] ?? 0;
    return (
      share - (broken[own] ?? 0) >= LEAST_LACK * share &&
      answersOn(parts, own, inflation) &&
      changeIn(rows.map(givenTo(own)), decision) === null
    );
  });
  const [lost] = fitting;
  if (lost === undefined || fitting.length > 1) return null;
  const own = seen.indexOf(lost);
  const name = destinations[lost]?.name ?? '';
  return found('target', {
    code: 'backend-lost',
    severity: 'error',
    summary: `'${name}' was lost ${whenText(change, windows, isBetterBefore)}: its answers stay away, and as many requests fail.`,
    evidence: `'${name}' gave ${percent(whole[own] ?? 0)} of the answers while all was well and ${percent(broken[own] ?? 0)} otherwise, when ${percent(broken.at(-1) ?? 0)} of the requests had no answer that says where it came from; with ${count(missingIn(windows))} such requests as its own the split is the same all the time`,
    advice:
      'Look at its pods: restarts, evictions, probes and memory, and at the gateway’s response flags for its cluster. The weights did not change.',
  });
}

/**
 * Whether most that is missing was in flight when this side gave up, as an interrupted run does, and what was answered
 * is split alike all the time: nobody was away then.
 */
function wereGivenUp(
  { cancelled, windows, decision }: FindingEvidence,
  rows: readonly (readonly number[])[],
): boolean {
  if (2 * cancelled < missingIn(windows)) return false;
  return (
    changeIn(
      rows.map((row) => row.slice(0, -1)),
      decision,
    ) === null
  );
}

/** Others that answer so little of what they did, by chance alone, have gone as well. */
const GONE_TOO = 0.001;

/** Whether the other destinations answer their share of the requests in the broken part as in the whole one. */
function answersOn(
  { whole, broken }: Record<'whole' | 'broken', readonly number[]>,
  own: number,
  inflation: number,
): boolean {
  const shareOf = (counts: readonly number[]): number =>
    1 - (sharesOf(counts)[own] ?? 0) - (sharesOf(counts).at(-1) ?? 0);
  // Both shares are of samples: their difference varies as that of one sample of this size.
  const draws = Math.round(1 / (inflation / sumOf(whole) + inflation / sumOf(broken)));
  const others = Math.ceil(shareOf(broken) * draws);
  return binomialLowerTail(others, draws, shareOf(whole)) >= GONE_TOO;
}

/** A destination that lacks less than this part of its answers has not been lost. */
const LEAST_LACK = 0.2;

/** Whether a change of the split is only that the answers of a destination stay away. */
export function isLoss(evidence: FindingEvidence): boolean {
  const { destinations, windows, decision } = evidence;
  const seen = destinations.flatMap(({ observed }, i) => (observed > 0 ? [i] : []));
  if (missingIn(windows) === 0) return false;
  const rows = windows.map(({ observed, missing }) => {
    return [...seen.map((i) => observed[i] ?? 0), missing];
  });
  const answers = rows.map((row) => row.slice(0, -1));
  if (changeIn(answers, decision) === null) return backendLost(evidence) !== null;
  return seen.some((_, own) => changeIn(rows.map(givenTo(own)), decision) === null);
}

/** The missing of a window as those of one destination. */
function givenTo(own: number): (row: readonly number[]) => number[] {
  return (row) =>
    row.slice(0, -1).map((answers, at) => answers + (at === own ? (row.at(-1) ?? 0) : 0));
}

function sharesOf(counts: readonly number[]): number[] {
  const total = sumOf(counts);
  return counts.map((x) => x / total);
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, x) => sum + x, 0);
}

function missingIn(windows: FindingEvidence['windows']): number {
  return windows.reduce((sum, { missing }) => sum + missing, 0);
}

function whenText(
  { index }: Change,
  windows: FindingEvidence['windows'],
  isBetterBefore: boolean,
): string {
  const at = seconds(windows[index]?.startSeconds ?? 0);
  return isBetterBefore ? `about ${at} into the sample` : `until about ${at} into the sample`;
}
