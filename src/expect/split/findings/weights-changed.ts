import { pearsonChiSquare } from '../../../stats/goodness-of-fit.js';
import type { Finding } from '../../../finding.js';
import { seconds, splitText, timesLikelier } from '../../../number-text.js';
import { found } from '../../found.js';
import { isLoss } from './backend-lost.js';
import { changeIn } from './changed-rows.js';
import { FALSE_CLAIM, type FindingEvidence, type FindingRule } from './finding-evidence.js';

/** A change within this part of the run, after which the weights fit, is warm-up. */
const WARM_UP_PART = 0.2;
/** ln(1/α_f): a likelihood ratio of known weights exceeds it with probability α_f at most (Ville). */
const KNOWN_WEIGHTS_LLR = Math.log(1 / FALSE_CLAIM);

/**
 * `weights-changed-during-run`, or `warm-up-drift` where only the beginning differed. First the
 * previous weights as the one side, where they are known, which takes a handful of requests to see; then any change.
 * Where it is answers of one destination that stay away while as many requests fail, no weights changed.
 */
export const weightsChanged: FindingRule = (evidence) => {
  const change = fromKnownWeights(evidence) ?? fromAnyWeights(evidence);
  return change === null || isLoss(evidence) ? null : change;
};

function fromKnownWeights({ destinations, windows, decision }: FindingEvidence): Finding | null {
  const previous = destinations.map((destination) => destination.previousWeight);
  const sum = previous.reduce<number>((all, weight) => all + (weight ?? NaN), 0);
  if (!(sum > 0)) return null;
  const old = previous.map((weight) => (weight ?? 0) / sum);
  const now = destinations.map((destination) => destination.expectedShare);
  // With a zero weight on either side one answer would decide everything: that is a leak's business.
  if (old.some((share, i) => share > 0 !== (now[i] ?? 0) > 0)) return null;
  const inflation = decision.dependence?.inflation ?? 1;
  const steps = windows.map(
    ({ observed }) =>
      observed.reduce(
        (all, x, i) => (x === 0 ? all : all + x * Math.log((old[i] ?? 0) / (now[i] ?? 0))),
        0,
      ) / inflation,
  );
  const whole = steps.reduce((all, step) => all + step, 0);
  let running = 0;
  let best = -Infinity;
  let at = 0;
  for (const [i, step] of steps.entries()) {
    running += step;
    if (running > best) {
      best = running;
      at = i + 1;
    }
  }
  if (best < KNOWN_WEIGHTS_LLR || best - whole < KNOWN_WEIGHTS_LLR) return null;
  const changedAt = seconds(windows[at]?.startSeconds ?? 0);
  return found('target', {
    code: 'weights-changed-during-run',
    severity: 'error',
    summary: `the previous weights were served until about ${changedAt} into the run, the configured ones from then on`,
    evidence: `until then the counts are ${timesLikelier(best)} under ${splitText(destinations, old)}, afterwards ${timesLikelier(best - whole)} under ${splitText(destinations, now)}`,
    advice:
      'The change was still on its way: run again, or wait for the roll-out. The sample is not cut at the change to get a pass.',
  });
}

function fromAnyWeights({ destinations, windows, decision }: FindingEvidence): Finding | null {
  const seen = destinations.flatMap(({ observed }, i) => (observed > 0 ? [i] : []));
  const rows = windows.map(({ observed }) => seen.map((i) => observed[i] ?? 0));
  const total = rows.flat().reduce((sum, x) => sum + x, 0);
  const change = changeIn(rows, decision);
  if (change === null) return null;
  const named = seen.map((i) => ({ name: destinations[i]?.name ?? '' }));
  const expected = seen.map((i) => destinations[i]?.expectedShare ?? 0);
  const early = total * WARM_UP_PART >= change.before.reduce((sum, x) => sum + x, 0);
  const warmUp = early && fits(change.after, expected);
  const changedAt = seconds(windows[change.index]?.startSeconds ?? 0);
  return found('target', {
    code: warmUp ? 'warm-up-drift' : 'weights-changed-during-run',
    severity: 'warning',
    summary: warmUp
      ? `the first ${changedAt} were split differently from the rest, which fits the weights`
      : `the split changed about ${changedAt} into the run`,
    evidence: `before ${shares(named, change.before)}; after ${shares(named, change.after)} (2ΔlogL ${change.scaled.toFixed(1)}, threshold ${change.threshold.toFixed(1)})`,
    advice: warmUp
      ? 'Pods or connections were not all ready at the start: add a warm-up, or look at readiness and locality.'
      : 'Look for a deployment, an autoscaler or another change of the route during the run, then run again. The sample is not cut at the change to get a pass.',
  });
}

function fits(counts: readonly number[], expected: readonly number[]): boolean {
  if (expected.some((share) => share === 0)) return false;
  const total = counts.reduce((sum, x) => sum + x, 0);
  const all = expected.reduce((sum, share) => sum + share, 0);
  const { pValue } = pearsonChiSquare(
    counts,
    expected.map((share) => (share / all) * total),
  );
  return pValue >= 0.001;
}

function shares(named: readonly { name: string }[], counts: readonly number[]): string {
  const total = counts.reduce((sum, x) => sum + x, 0);
  return splitText(
    named,
    counts.map((x) => x / total),
  );
}
