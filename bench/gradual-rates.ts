import { gradualEvidence } from '../src/stats/gradual-change.js';
import { seededRandom } from '../src/stats/random.js';

/*
 * How often a change that takes its time is told from one at once, and one at once is taken for such a one, over
 * simulated runs: node dist/bench/gradual-rates.js [RUNS]
 */

const WINDOWS_PER_SECOND = 16;
const WINDOWS = 40 * WINDOWS_PER_SECOND;
const LENGTHS_SECONDS = [0, 0.5, 1, 2, 5];
const ENOUGH = Math.log(100);
/** A false claim is rarer than a right one: it takes more runs to be seen. */
const RUNS_AT_ONCE = 4;

/** First destination's share before and after, and requests per second. */
const CHANGES = [
  { before: 0.9, after: 0.5, rate: 500 },
  { before: 0.9, after: 0.5, rate: 100 },
  { before: 1, after: 0.9, rate: 500 },
  { before: 0.95, after: 0.9, rate: 500 },
] as const;

const runs = Number(process.argv[2] ?? 300);
const random = seededRandom(5);
const percent = (share: number): number => Math.round(share * 100);

console.log('| change | requests per second | seconds | called gradual | of runs |');
console.log('| --- | --- | --- | --- | --- |');
for (const { before, after, rate } of CHANGES) {
  for (const seconds of LENGTHS_SECONDS) {
    const all = seconds === 0 ? runs * RUNS_AT_ONCE : runs;
    let said = 0;
    for (let run = 0; run < all; run++) {
      const windows = simulated(before, after, rate / WINDOWS_PER_SECOND, seconds);
      const shares = [before, after].map((share) => [share, 1 - share] as const);
      const evidence = gradualEvidence(windows, shares[0] ?? [], shares[1] ?? [], ENOUGH);
      if (evidence >= ENOUGH) said += 1;
    }
    const name = [before, after].map((share) => `${percent(share)}/${percent(1 - share)}`);
    console.log(`| ${name.join(' to ')} | ${rate} | ${seconds} | ${said} | ${all} |`);
  }
}

/** Counts of both destinations by window, with a change in the middle that rises evenly. */
function simulated(before: number, after: number, each: number, seconds: number): number[][] {
  const begin = WINDOWS / 2 + Math.floor(random() * WINDOWS_PER_SECOND);
  const length = seconds * WINDOWS_PER_SECOND;
  return Array.from({ length: WINDOWS }, (_, window) => {
    let first = 0;
    for (let i = 0; i < Math.round(each); i++) {
      const gone = window + random() - begin;
      const level =
        length === 0 ? Number(window >= begin) : Math.min(1, Math.max(0, gone / length));
      if (random() < before + level * (after - before)) first += 1;
    }
    return [first, Math.round(each) - first];
  });
}
