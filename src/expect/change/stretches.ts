import type { TimelineBin, TimelineCounts } from '../../count/counted.js';
import { gradualEvidence } from '../../stats/gradual-change.js';
import {
  changeToUnknown,
  type KnownChange,
  knownChange,
  unknownChange,
} from '../../stats/known-change.js';
import type {
  ChangeFigures,
  ChangeMoment,
  ConnectionsMoment,
  StretchCounts,
} from './expectation.js';

/** Answers this long before the change may have begun, and after it must be over, are on neither side, in ms. */
const GUARD_MS = 500;
/** So often, at most, a change at once is said to be gradual. */
const FALSELY_GRADUAL = 0.01;
/** By so much a change to other weights than the new ones, or from others than the previous, must be likelier. */
const TO_OTHERS = 12;

/** A timeline cut where the change was. */
export interface Cut {
  outcome: ChangeFigures['outcome'];
  moment: ChangeMoment | null;
  before: readonly TimelineBin[];
  during: readonly TimelineBin[];
  after: readonly TimelineBin[];
}

/**
 * Finds the change, and cuts the timeline there. Answers near it belong to no side: what is judged was sent
 * before the first moment that the change can have begun at, and after the last at which it can have been over.
 *
 * @param previous Shares before, by destination; they add up to 1.
 * @param next Shares after.
 * @param alpha How often the intervals may miss, and a change may be seen that was none.
 */
export function cutAtChange(
  { bins, widthMs }: TimelineCounts,
  previous: readonly number[],
  next: readonly number[],
  alpha: number,
): Cut {
  const rows = bins.map(({ observed }) => previous.map((_, i) => observed[i] ?? 0));
  const seen = Math.log(1 / alpha);
  const known = knownChange(rows, previous, next, alpha);
  const to = changeToUnknown(rows, previous);
  const from = changeToUnknown([...rows].reverse(), next);
  const isToOthers = (to?.gain ?? 0) > known.overBefore + TO_OTHERS;
  const isFromOthers = (from?.gain ?? 0) > known.overAfter + TO_OTHERS;
  const before = isFromOthers ? (from?.shares ?? previous) : previous;
  const after = isToOthers ? (to?.shares ?? next) : next;
  const change = isToOthers || isFromOthers ? knownChange(rows, before, after, alpha) : known;
  if (change.overBefore < seen) {
    const outcome = change.overAfter < seen ? 'unclear' : 'not-seen';
    return { outcome, moment: null, before: bins, during: [], after: [] };
  }
  if (change.overAfter < seen) {
    return { outcome: 'over-before', moment: null, before: [], during: [], after: bins };
  }
  const evident = Math.log(1 / FALSELY_GRADUAL);
  const isGradual = gradualEvidence(rows, before, after, evident) >= evident;
  return cutAround(
    { ...momentOf(change, isGradual, bins, widthMs), isToOthers },
    { bins, widthMs },
  );
}

/** The cut of a change that came to some connections later than to others: it is over when the last of them have it. */
export function withMoments(
  cut: Cut,
  moments: readonly ConnectionsMoment[],
  timeline: Pick<TimelineCounts, 'bins' | 'widthMs'>,
): Cut {
  const changed = moments.filter(({ served }) => served === 'both');
  if (cut.moment === null || changed.length < 2) return cut;
  const lows = changed.map(({ betweenMs: [low] }) => low);
  const highs = changed.map(({ betweenMs: [, high] }) => high);
  // Few connections may have the latest end, whatever their likeliest moment is.
  const beginMs: [number, number] = [Math.min(...lows), Math.min(...highs)];
  const endMs: [number, number] = [Math.max(...lows), Math.max(...highs)];
  const atMs = (middle(beginMs) + middle(endMs)) / 2;
  return cutAround({ ...cut.moment, atMs, beginMs, endMs, isGradual: true }, timeline);
}

function cutAround(
  moment: ChangeMoment,
  { bins, widthMs }: Pick<TimelineCounts, 'bins' | 'widthMs'>,
): Cut {
  const [beginMs, endMs] = [moment.beginMs[0] - GUARD_MS, moment.endMs[1] + GUARD_MS];
  const isBefore = ({ number }: TimelineBin): boolean => (number + 1) * widthMs <= beginMs;
  const isAfter = ({ number }: TimelineBin): boolean => number * widthMs >= endMs;
  return {
    outcome: 'found',
    moment,
    before: bins.filter(isBefore),
    during: bins.filter((bin) => !isBefore(bin) && !isAfter(bin)),
    after: bins.filter(isAfter),
  };
}

/** What is after the change changed once more by at least so much log-likelihood, or did not. */
const AGAIN = 25;

/** A further change among what came after the change, or null. @param columns How many destinations there are. */
export function changeAgain(
  { outcome, after }: Cut,
  widthMs: number,
  columns: number,
): ChangeFigures['again'] {
  if (outcome !== 'found') return null;
  const rows = after.map(({ observed }) =>
    Array.from({ length: columns }, (_, i) => observed[i] ?? 0),
  );
  const further = unknownChange(rows);
  const bin = further === null ? undefined : after[further.position];
  if (further === null || bin === undefined || further.gain < AGAIN) return null;
  return { atMs: bin.number * widthMs, shares: further.shares };
}

/** From the first of some bins to the end of the last, in ms since 1970; null without any. */
export function spanOf(
  bins: readonly TimelineBin[],
  widthMs: number,
): { fromMs: number; toMs: number } | null {
  const [first, last] = [bins[0], bins.at(-1)];
  if (first === undefined || last === undefined) return null;
  return { fromMs: first.number * widthMs, toMs: (last.number + 1) * widthMs };
}

/** The change may lie within a window: each end is one further out. */
function momentOf(
  { position, interval, begin, end }: KnownChange,
  isGradual: boolean,
  bins: readonly TimelineBin[],
  widthMs: number,
): Omit<ChangeMoment, 'isToOthers'> {
  const startMs = (k: number): number => {
    const bin = bins[Math.min(k, bins.length - 1)]?.number ?? 0;
    return (k < bins.length ? bin : bin + 1) * widthMs;
  };
  const around = ([low, high]: readonly [number, number]): [number, number] => {
    return [startMs(Math.max(0, low - 1)), startMs(Math.min(bins.length, high + 1))];
  };
  const [beginMs, endMs] = isGradual
    ? [around(begin), around(end)]
    : [around(interval), around(interval)];
  const atMs = isGradual ? (middle(beginMs) + middle(endMs)) / 2 : startMs(position);
  return { atMs, beginMs, endMs, isGradual };
}

function middle([low, high]: readonly [number, number]): number {
  return (low + high) / 2;
}

/** Adds up a stretch. @param names By column. */
export function stretchOf(
  bins: readonly TimelineBin[],
  widthMs: number,
  names: readonly string[],
): StretchCounts | null {
  const span = spanOf(bins, widthMs);
  if (span === null) return null;
  const sum = (of: (bin: TimelineBin) => number): number =>
    bins.reduce((all, bin) => all + of(bin), 0);
  const ends = {
    ok: sum(({ ok }) => ok),
    failed: sum(({ failed }) => failed),
    timedOut: sum(({ timedOut }) => timedOut),
    cancelled: sum(({ cancelled }) => cancelled),
  };
  return {
    ...span,
    sent: ends.ok + ends.failed + ends.timedOut + ends.cancelled,
    ...ends,
    unsent: sum(({ unsent }) => unsent),
    destinations: names.map((name, i) => ({
      name,
      observed: sum(({ observed }) => observed[i] ?? 0),
      failed: sum(({ failedOf }) => failedOf[i] ?? 0),
    })),
  };
}
