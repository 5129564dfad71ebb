import { mergeColumns } from './columns.js';
import type { CallRow, ForwardCounts, ForwardFailureCounts, SingleCallCounts } from './counted.js';
import { compareTexts, mergeSums } from './key-sums.js';

/** Calls of which nothing has been counted. */
export function noForwards(): ForwardCounts {
  return {
    hidden: 0,
    statuses: new Map(),
    lacking: { empty: 0, fewer: 0, more: 0, unreadable: 0 },
    failures: [],
    rows: [],
    singles: null,
  };
}

/** Adds up what was counted of one call whose requests an application made. */
export function mergeForwards(a: ForwardCounts, b: ForwardCounts): ForwardCounts {
  return {
    hidden: a.hidden + b.hidden,
    statuses: mergeSums(a.statuses, b.statuses, compareTexts),
    lacking: {
      empty: a.lacking.empty + b.lacking.empty,
      fewer: a.lacking.fewer + b.lacking.fewer,
      more: a.lacking.more + b.lacking.more,
      unreadable: a.lacking.unreadable + b.lacking.unreadable,
    },
    failures: mergeForwardFailures(a.failures, b.failures),
    rows: sortedRows([...a.rows, ...b.rows]),
    singles: mergeSingles(a.singles, b.singles),
  };
}

function mergeSingles(
  a: SingleCallCounts | null,
  b: SingleCallCounts | null,
): SingleCallCounts | null {
  if (a === null || b === null) return a ?? b;
  return {
    sent: a.sent + b.sent,
    observed: mergeSums(a.observed, b.observed, compareTexts),
    unknown: a.unknown + b.unknown,
    failures: mergeForwardFailures(a.failures, b.failures),
  };
}

/** Adds up failures by what they say. */
export function mergeForwardFailures(
  a: readonly ForwardFailureCounts[],
  b: readonly ForwardFailureCounts[],
): ForwardFailureCounts[] {
  const joined = new Map<string, ForwardFailureCounts>();
  for (const { code, reason, calls, errors } of [...a, ...b]) {
    const key = `${code ?? ''}\n${reason}`;
    const known = joined.get(key) ?? { code, reason, calls: 0, errors: 0 };
    joined.set(key, { ...known, calls: known.calls + calls, errors: known.errors + errors });
  }
  return [...joined]
    .sort(([one, x], [other, y]) => y.calls - x.calls || compareTexts(one, other))
    .map(([, failure]) => failure);
}

/** Rows of equal counts as one, in an order of their own; what a row lacks at its end is zero. */
export function sortedRows(rows: readonly CallRow[]): CallRow[] {
  const length = Math.max(0, ...rows.map(({ observed }) => observed.length));
  const joined = new Map<string, CallRow>();
  for (const { observed, calls } of rows) {
    const whole = mergeColumns(observed, new Array<number>(length).fill(0));
    const key = whole.join(' ');
    joined.set(key, { observed: whole, calls: calls + (joined.get(key)?.calls ?? 0) });
  }
  return [...joined].sort(([one], [other]) => compareTexts(one, other)).map(([, row]) => row);
}
