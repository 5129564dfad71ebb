import type { Comparison } from '../src/expect/comparison/comparison.js';
import { judgeComparisons } from '../src/expect/comparison/judge-comparisons.js';
import { simulatedVersions, type Versions } from './simulated-versions.js';

/*
 * How often the real decision code says that the latencies of two versions differ.
 *
 *   node dist/bench/comparison-rates.js [simulated runs, 300]
 */

/** What v1 and v2 are, but for the seed. */
export type VersionModel = Omit<Versions, 'seed'>;

const SEEN_CLEARLY = { isClientBottleneck: false, isPassive: false };

/** What so many runs say of v2 against v1. */
export function simulatedComparisons(runs: number, versions: VersionModel): Comparison[] {
  const rule = { compared: { candidate: 'v2', baseline: 'v1' }, thresholds: [] };
  return Array.from({ length: runs }, (_, run) => {
    const calls = [simulatedVersions({ ...versions, seed: run + 1 })];
    return judgeComparisons(rule, { calls }, SEEN_CLEARLY).comparisons;
  }).flat();
}

/** The share of the comparisons that are such ones. */
export function rateOf(
  comparisons: readonly Comparison[],
  isSuch: (comparison: Comparison) => boolean,
): number {
  return comparisons.filter(isSuch).length / comparisons.length;
}

/** Whether a difference is said. */
export function saysDifference({ latency }: Comparison): boolean {
  return latency !== null && latency.difference !== 'not-shown';
}

const MODELS: readonly [split: string, VersionModel][] = [
  ['60/40', { requests: 30_000, seconds: 30, v2Share: 0.4 }],
  ['60/40', { requests: 30_000, seconds: 30, v2Share: 0.4, pauses: 'shared' }],
  ['60/40', { requests: 30_000, seconds: 30, v2Share: 0.4, pauses: 'own' }],
  ['60/40', { requests: 30_000, seconds: 6, v2Share: 0.4 }],
  ['60/40', { requests: 30_000, seconds: 6, v2Share: 0.4, pauses: 'shared' }],
  ['60/40', { requests: 30_000, seconds: 6, v2Share: 0.4, pauses: 'own' }],
  ['90/10', { requests: 100_000, seconds: 30, v2Share: 0.1 }],
  ['90/10', { requests: 100_000, seconds: 30, v2Share: 0.1, pauses: 'shared' }],
  ['60/40', { requests: 30_000, seconds: 30, v2Share: 0.4, v2Factor: 1.2 }],
  ['60/40', { requests: 30_000, seconds: 30, v2Share: 0.4, v2Factor: 1.5 }],
];

function printTable(runs: number): void {
  console.log(
    '| split | requests | seconds | pauses | v2 ÷ v1 | says they differ | below 1.2: shown | refuted |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const [split, model] of MODELS) {
    const comparisons = simulatedComparisons(runs, model);
    const rate = (isSuch: (comparison: Comparison) => boolean): string =>
      rateOf(comparisons, isSuch).toFixed(3);
    const { requests, seconds, pauses = null, v2Factor = 1 } = model;
    const cells = [
      ...[split, requests, seconds, pauses ?? 'none', v2Factor],
      rate(saysDifference),
      rate(({ verdict }) => verdict === 'pass'),
      rate(({ verdict }) => verdict === 'fail'),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

if (process.argv[1] === import.meta.filename) printTable(Number(process.argv[2] ?? 300));
