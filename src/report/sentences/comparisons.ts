import { counted, times } from '../../number-text.js';
import type { ComparisonRecord } from '../../record/run-record.js';
import {
  formatCount,
  formatMs,
  formatPValue,
  formatSeconds,
  formatShare,
  formatStatistic,
} from '../numbers.js';

/** `v2 against v1, for p99{v2}<1.2x{v1}` */
export function comparisonTitle({ candidate, baseline, expression }: ComparisonRecord): string {
  return `${candidate} against ${baseline}${expression === null ? '' : `, for ${expression}`}`;
}

/** What came of holding two versions against each other. */
export function comparisonSentences(comparison: ComparisonRecord): string[] {
  const { expression, level } = comparison;
  return [
    ...latencyLines(comparison),
    // A threshold of latency asks nothing of errors.
    ...(expression === null ? [errorLine(comparison)] : []),
    `each answer at a level of ${formatShare(level)}, whatever alpha is`,
  ];
}

function latencyLines(comparison: ComparisonRecord): string[] {
  const { latency, candidate, baseline, ratioLimit, blocks, blockSeconds } = comparison;
  const lines = isShort(comparison) ? [shortText(comparison)] : [];
  if (latency === null) return lines;
  const { latencyMs, ratio, ratioInterval, exceedances, pEqual } = latency;
  const name = quantileName(latency.quantile);
  return [
    ...lines,
    `${name}: ${formatMs(latencyMs.candidate)} ms against ${formatMs(latencyMs.baseline)} ms, ${times(formatStatistic(ratio))}${intervalText(ratioInterval)}`,
    `${DIFFERENCES[latency.difference](candidate, baseline)}: ${formatCount(exceedances.candidate)} and ${counted(exceedances.baseline, 'answer')} beyond ${name} of both, paired over ${counted(blocks, 'block')} of ${formatSeconds(blockSeconds)}, ${formatPValue(pEqual)}`,
    `${LIMITS[latency.verdict]} below ${times(formatStatistic(ratioLimit))}: ${formatPValue(latency.verdict === 'fail' ? latency.pAboveLimit : latency.pBelowLimit)}`,
  ];
}

/** An end that cannot be told is left open. */
function intervalText([low, high]: readonly (number | null)[]): string {
  const ends = [
    ...(typeof low === 'number' ? [`from ${formatStatistic(low)}`] : []),
    ...(typeof high === 'number' ? [`up to ${formatStatistic(high)}`] : []),
  ];
  return ends.length === 0 ? '' : ` (${ends.join(' ')})`;
}

const DIFFERENCES: Record<
  NonNullable<ComparisonRecord['latency']>['difference'],
  (candidate: string, baseline: string) => string
> = {
  slower: (candidate, baseline) => `${candidate} is slower than ${baseline}`,
  faster: (candidate, baseline) => `${candidate} is faster than ${baseline}`,
  'not-shown': () => 'no difference is shown',
};

const LIMITS: Record<ComparisonRecord['verdict'], string> = {
  pass: 'it is shown to stay',
  fail: 'it is shown not to stay',
  inconclusive: 'it is not shown to stay',
};

function isShort({ latency, quantileAsked }: ComparisonRecord): boolean {
  return latency?.quantile !== quantileAsked;
}

function shortText(comparison: ComparisonRecord): string {
  const { quantileAsked, exceedancesExpected, exceedancesNeeded, latency } = comparison;
  const { requestsNeeded, blocks, blocksNeeded } = comparison;
  const parts: string[] = [];
  if (exceedancesExpected < exceedancesNeeded) {
    const takes =
      requestsNeeded === null ? '' : `, and it takes about ${counted(requestsNeeded, 'request')}`;
    parts.push(
      `not enough for ${quantileName(quantileAsked)}: ${formatCount(exceedancesExpected)} of ${counted(exceedancesNeeded, 'exceedance')}${takes}`,
    );
  }
  if (blocks < blocksNeeded) {
    parts.push(
      `not enough time: ${formatCount(blocks)} of ${counted(blocksNeeded, 'block')} of at least 1 s`,
    );
  }
  if (latency !== null) parts.push(`${quantileName(latency.quantile)} is compared`);
  return parts.join('; ');
}

function errorLine({
  errors,
  candidate,
  baseline,
  failuresWithoutIdentity,
}: ComparisonRecord): string {
  if (errors === null) {
    return failuresWithoutIdentity > 0
      ? `errors are not compared: ${counted(failuresWithoutIdentity, 'failure')} without an identity`
      : 'errors are not compared: one of the two gave no answer';
  }
  const [low, high] = errors.interval.map(points);
  const rate = ({ failed, answers }: typeof errors.candidate): string =>
    `${formatCount(failed)} of ${formatCount(answers)} (${formatShare(failed / answers)})`;
  return `errors: ${candidate} ${rate(errors.candidate)}, ${baseline} ${rate(errors.baseline)}; ${ERRORS[errors.answer]}, between ${low ?? ''} and ${high ?? ''} points more`;
}

const ERRORS: Record<NonNullable<ComparisonRecord['errors']>['answer'], string> = {
  higher: 'it fails more often',
  lower: 'it fails less often',
  'not-shown': 'no difference is shown',
};

/** A minus sign, as text has it. */
function points(difference: number): string {
  return (difference * 100).toFixed(2).replace('-', '−');
}

/** `p99`, `p99.9` */
function quantileName(quantile: number): string {
  return `p${Number((quantile * 100).toPrecision(4))}`;
}
