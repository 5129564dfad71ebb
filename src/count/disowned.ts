import { NOBODY } from './attribution.js';
import type {
  CallCounts,
  ConnectionCallCounts,
  Counted,
  HistogramCounts,
  TimedLatencyCounts,
} from './counted.js';
import { mergeHistograms, sumOfHistograms } from './histogram.js';

/**
 * The counts of a run where it has turned out that nobody can say who gave the answers that some pods of
 * a call were counted for: they are missing answers. Only their sums are known, so each view gives up its
 * part of them, in proportion; the comparison of spreads, which needs every answer, is dropped.
 *
 * @param call Which call.
 * @param isDisowned Whether a pod is such a one.
 */
export function withoutPods(
  counted: Counted,
  call: number,
  isDisowned: (pod: string) => boolean,
): Counted {
  const counts = counted.calls[call];
  if (counts === undefined) throw new RangeError('a call that was not counted');
  const lost = counts.destinations.map(() => 0);
  for (const [name, { destination, observed }] of counts.pods) {
    if (destination !== NOBODY && isDisowned(name)) lost[destination]! += observed;
  }
  if (lost.every((count) => count === 0)) return counted;
  const own = counted.connections.map(({ byCall }) => byCall[call]!);
  const ofConnections = givenUp(own, lost);
  return {
    ...counted,
    calls: counted.calls.with(call, disownedCall(counts, lost, isDisowned)),
    connections: counted.connections.map((connection, index) => ({
      ...connection,
      byCall: connection.byCall.with(call, disownedConnection(own[index]!, ofConnections[index]!)),
    })),
  };
}

function disownedCall(
  counts: CallCounts,
  lost: readonly number[],
  isDisowned: (pod: string) => boolean,
): CallCounts {
  const { observed, failed, blocks, windows, spread, timedLatency } = counts;
  const zeros = lost.map(() => 0);
  const lostOk = lost.map((count, at) => Math.min(count, observed[at]! - failed[at]!));
  const pods = new Map(counts.pods);
  let latency = [...counts.latency];
  for (const [name, pod] of counts.pods) {
    if (pod.destination === NOBODY || !isDisowned(name)) continue;
    latency = movedLatency(latency, pod.destination, pod.latency);
    pods.set(name, { ...pod, destination: NOBODY });
  }
  return {
    ...counts,
    // Which of the requests lost their destination is not known: nothing can be said by their time.
    timeline: undefined,
    observed: minus(observed, lost),
    failed: failed.map((count, at) => count - (lost[at]! - lostOk[at]!)),
    unattributed: counts.unattributed + sumOf(lostOk),
    pods,
    vouchers: lessVouched(counts.vouchers, sumOf(lost)),
    latency,
    windows: { ...windows, ...disownedRows(windows, lost) },
    blocks: { ...blocks, ...disownedRows(blocks, lost) },
    ...(timedLatency === undefined ? {} : { timedLatency: withoutLosers(timedLatency, lost) }),
    spread: { ...spread, runs: 0, observed: zeros, squares: zeros },
  };
}

/** Of a destination that has lost answers it is not known when they were sent: its latencies are nobody's then. */
function withoutLosers(
  { widthMs, windows }: TimedLatencyCounts,
  lost: readonly number[],
): TimedLatencyCounts {
  const parts = givenUp(
    windows.map(({ observed = lost.map(() => 0) }) => ({ observed })),
    lost,
  );
  return {
    widthMs,
    windows: windows.map(({ observed, latency, ...window }, index) => ({
      ...window,
      ...(observed === undefined ? {} : { observed: minus(observed, parts[index]!) }),
      latency: latency.map((counts, at) => {
        if (at < lost.length) return lost[at]! > 0 ? [] : counts;
        return sumOfHistograms([counts, ...latency.filter((_, from) => (lost[from] ?? 0) > 0)]);
      }),
    })),
  };
}

function disownedConnection(
  counts: ConnectionCallCounts,
  lost: readonly number[],
): ConnectionCallCounts {
  return {
    ...counts,
    observed: minus(counts.observed, lost),
    missing: counts.missing + sumOf(lost),
    inTime: undefined,
  };
}

function disownedRows(
  { observed, missing }: { observed: number[][]; missing: number[] },
  lost: readonly number[],
): { observed: number[][]; missing: number[] } {
  const parts = givenUp(
    observed.map((row) => ({ observed: row })),
    lost,
  );
  return {
    observed: observed.map((row, index) => minus(row, parts[index]!)),
    missing: missing.map((count, index) => count + sumOf(parts[index]!)),
  };
}

/** What each row gives up of each column: as its part of the column, in whole answers. */
function givenUp(rows: readonly { observed: number[] }[], lost: readonly number[]): number[][] {
  const parts = rows.map(() => lost.map(() => 0));
  for (const [column, count] of lost.entries()) {
    const all = rows.reduce((sum, { observed }) => sum + observed[column]!, 0);
    let before = 0;
    for (const [row, { observed }] of rows.entries()) {
      const after = before + observed[column]!;
      const upTo = (answers: number): number =>
        all === 0 ? 0 : Math.floor((answers * Math.min(count, all)) / all);
      parts[row]![column] = upTo(after) - upTo(before);
      before = after;
    }
  }
  return parts;
}

/** Of several who vouch, those who do it by name are not believed either. */
function lessVouched(vouchers: ReadonlyMap<string, number>, lost: number): Map<string, number> {
  let left = lost;
  const rest = [...vouchers].reverse().map(([voucher, count]): [string, number] => {
    const less = Math.min(count, left);
    left -= less;
    return [voucher, count - less];
  });
  return new Map(rest.reverse().filter(([, count]) => count > 0));
}

/** A pod's latencies move to those of requests without a known destination. */
function movedLatency(
  latency: readonly HistogramCounts[],
  destination: number,
  moved: HistogramCounts | null,
): HistogramCounts[] {
  if (moved === null) return [...latency];
  const other = latency.length - 1;
  return latency.map((counts, at) => {
    if (at === destination) return histogramMinus(counts, moved);
    return at === other ? mergeHistograms(counts, moved) : counts;
  });
}

function histogramMinus(counts: HistogramCounts, less: HistogramCounts): HistogramCounts {
  const left = new Map<number, number>();
  for (let at = 0; at < counts.length; at += 2) left.set(counts[at]!, counts[at + 1]!);
  for (let at = 0; at < less.length; at += 2) {
    left.set(less[at]!, (left.get(less[at]!) ?? 0) - less[at + 1]!);
  }
  return [...left].flatMap(([place, count]) => (count > 0 ? [place, count] : []));
}

function minus(row: readonly number[], less: readonly number[]): number[] {
  return row.map((count, at) => count - (less[at] ?? 0));
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
