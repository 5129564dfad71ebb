import type { TimelineBin } from '../src/count/counted.js';
import { emptyCallCounts } from '../src/count/nothing-counted.js';
import { change } from '../src/expect/change/kind.js';
import type { ChangeFigures } from '../src/expect/change/expectation.js';
import type { Verdict } from '../src/expect/verdict.js';
import { seededRandom } from '../src/stats/random.js';

/*
 * How often a change of weights is passed, failed or left open, and how far off its moment is found, over simulated
 * runs: node dist/bench/change-rates.js [RUNS] [ALPHA]
 */

const WIDTH_MS = 62.5;
const RATE_PER_WINDOW = 500 * (WIDTH_MS / 1000);
/** What is sent on each side beyond what is planned for it: the stretch that is on neither, and the wait for the change. */
const SPARE_WINDOWS = 48;
/** So that times have the size that they have in runs. */
const START_WINDOW = 28_800_000;

/** What is told, and what is served, in per cent of all. */
interface Row {
  previous: readonly number[];
  next: readonly number[];
  /** Absent: as told. */
  before?: readonly number[];
  after?: readonly number[];
  /** How long the change takes; 0: it comes at once. */
  seconds: number;
}

const HALVED = { previous: [90, 10], next: [50, 50], seconds: 0 };
const ROWS: readonly Row[] = [
  HALVED,
  { previous: [95, 5], next: [90, 10], seconds: 0 },
  { previous: [60, 30, 10], next: [34, 33, 33], seconds: 0 },
  { previous: [100, 0], next: [90, 10], seconds: 0 },
  { ...HALVED, seconds: 5 },
  { ...HALVED, after: [60, 40] },
  { ...HALVED, before: [80, 20] },
  { ...HALVED, after: [90, 10] },
];

const runs = Number(process.argv[2] ?? 300);
const alpha = Number(process.argv[3] ?? 0.001);
const random = seededRandom(7);

console.log('| told | served | seconds | pass | inconclusive | fail | off by, in ms | outside |');
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
for (const row of ROWS) {
  const verdicts: Record<Verdict, number> = { pass: 0, inconclusive: 0, fail: 0 };
  const offMs: number[] = [];
  let outside = 0;
  for (let run = 0; run < runs; run++) {
    const { verdict, figures, changedAtMs } = await simulatedRun(row);
    verdicts[verdict] += 1;
    const { moment } = figures;
    if (moment === null) continue;
    offMs.push(Math.abs(moment.atMs - changedAtMs));
    if (moment.beginMs[0] > changedAtMs || moment.endMs[1] < changedAtMs) outside += 1;
  }
  const served = [row.before ?? row.previous, row.after ?? row.next];
  const { pass, inconclusive, fail } = verdicts;
  const texts = [
    ...[`${row.previous.join('/')} to ${row.next.join('/')}`, served.map(sharesText).join(' to ')],
    ...[row.seconds, pass, inconclusive, fail, spreadText(offMs), outside],
  ];
  console.log(`| ${texts.join(' | ')} |`);
}

function sharesText(shares: readonly number[]): string {
  return shares.join('/');
}

/** Median, 99th percentile and most. */
function spreadText(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number): string =>
    (sorted[Math.ceil(part * sorted.length) - 1] ?? NaN).toFixed(0);
  return sorted.length === 0 ? '' : [0.5, 0.99, 1].map(at).join(', ');
}

/** One run: as many windows on each side as its requests take, and a change somewhere in a window between them. */
async function simulatedRun(
  row: Row,
): Promise<{ verdict: Verdict; figures: ChangeFigures; changedAtMs: number }> {
  const destinations = row.previous.map((previousWeight, i) => {
    return { name: `v${i + 1}`, weight: row.next[i] ?? 0, replicas: null, previousWeight };
  });
  const { expectation } = change.plan(
    { kind: 'change', tolerance: '5pp', errorRateShown: null, design: 'fixed' },
    {
      ...{ destinations, aborts: null, okStatuses: [[0, 0]], alpha, power: 0.99 },
      ...{ concurrency: 64, connections: 32 },
    },
  );
  if (expectation?.kind !== 'change') throw new RangeError('no change is planned');
  const windowsOf = (requests: number | null): number =>
    Math.ceil((requests ?? 0) / RATE_PER_WINDOW) + SPARE_WINDOWS;
  const begin = windowsOf(expectation.requestsBefore) + random();
  const length = (row.seconds * 1000) / WIDTH_MS;
  const windows = Math.ceil(begin + length) + windowsOf(expectation.requestsAfter);
  const bins = Array.from({ length: windows }, (_, window): TimelineBin => {
    const observed = row.previous.map(() => 0);
    const requests = Math.floor(RATE_PER_WINDOW + random());
    for (let request = 0; request < requests; request++) {
      const gone = window + random() - begin;
      const level = length === 0 ? Number(gone >= 0) : Math.min(1, Math.max(0, gone / length));
      const shares = random() < level ? (row.after ?? row.next) : (row.before ?? row.previous);
      const drawn = drawnFrom(shares);
      observed[drawn] = (observed[drawn] ?? 0) + 1;
    }
    return {
      ...{ number: START_WINDOW + window, ok: requests, failed: 0, timedOut: 0, cancelled: 0 },
      ...{ unsent: 0, observed, failedOf: observed.map(() => 0) },
    };
  });
  const counts = {
    ...emptyCallCounts(
      destinations.map(({ name }) => name),
      Infinity,
    ),
    timeline: { widthMs: WIDTH_MS, bins, failures: [] },
  };
  const call = {
    ...{ name: 'shop.Cart/Get', destinations, behind: null, aborts: null, identityWays: null },
    ...{ observationsPerCall: 1, maxErrorRate: 0.01, errorLimits: {}, expectation, findings: [] },
  };
  const [startMs, endMs] = [START_WINDOW, START_WINDOW + windows].map((at) => at * WIDTH_MS);
  const span = { startMs: startMs ?? 0, endMs: endMs ?? 0, sendingMs: 0 };
  const [judgement] = await change.judge(
    [{ call, counted: { counts, failures: [], connections: [], span } }],
    { alpha, power: 0.99, seed: 1, thresholds: [], compared: null },
  );
  if (!judgement?.change) throw new RangeError('a change without figures');
  const changedAtMs = (START_WINDOW + begin + length / 2) * WIDTH_MS;
  return { verdict: judgement.verdict, figures: judgement.change, changedAtMs };
}

/** @param shares In per cent. @returns Which of them. */
function drawnFrom(shares: readonly number[]): number {
  let left = random() * 100;
  for (const [i, share] of shares.entries()) {
    left -= share;
    if (left < 0) return i;
  }
  return shares.length - 1;
}
