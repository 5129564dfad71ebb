import { wilsonInterval } from '../../src/stats/intervals.js';

/** How often something came of simulated runs, or its probability where every outcome was gone through. */
export type Measured =
  { kind: 'simulated'; hits: number; runs: number } | { kind: 'enumerated'; rate: number };

/** What a rate may be, 0..1. */
export type Bound = { atMost: number } | { atLeast: number };

/** A claim about the verdict on one kind of gateway, and how often it is true. */
export interface Row {
  weights: readonly number[];
  /** Size of the sample. */
  requests: number;
  /** What is served. */
  gateway: string;
  /** What is counted. */
  claim: string;
  /** Null where nothing is claimed. */
  bound: Bound | null;
  measured: Measured;
}

/** One section of what is measured. */
export interface Part {
  /** As `--only` has it. */
  name: string;
  header: readonly string[];
  /** @param runs Simulated runs of a line, instead of the part's own number. */
  lines: (runs?: number) => Iterable<readonly string[]>;
}

/** A section of claims. @param rows Made one by one, since each takes its time. */
export function claims(name: string, rows: (runs?: number) => Iterable<Row>): Part {
  return {
    name,
    header: [
      'configured',
      'requests',
      'gateway',
      'claim',
      'measured',
      '95 % interval',
      'runs',
      'holds',
    ],
    *lines(runs) {
      for (const row of rows(runs)) yield cells(row);
    },
  };
}

function cells({ weights, requests, gateway, claim, bound, measured }: Row): string[] {
  const { rate, low, high, runs } = figures(measured);
  return [
    weights.join('/'),
    String(requests),
    gateway,
    bound === null ? claim : `${claim} ${boundText(bound)}`,
    probability(rate),
    runs === null ? '' : `${low.toFixed(4)} – ${high.toFixed(4)}`,
    runs === null ? 'every outcome' : String(runs),
    bound === null ? '' : verdictOn(bound, rate, low, high),
  ];
}

function figures(measured: Measured) {
  if (measured.kind === 'enumerated') {
    const { rate } = measured;
    return { rate, low: rate, high: rate, runs: null };
  }
  const { hits, runs } = measured;
  const [low, high] = wilsonInterval(hits, runs, 0.05);
  return { rate: hits / runs, low, high, runs };
}

function boundText(bound: Bound): string {
  return 'atMost' in bound ? `≤ ${bound.atMost}` : `≥ ${bound.atLeast}`;
}

/** A rate beyond its bound by less than chance does is not held against the claim, and said. */
function verdictOn(bound: Bound, rate: number, low: number, high: number): string {
  const isWithin = 'atMost' in bound ? rate <= bound.atMost : rate >= bound.atLeast;
  if (isWithin) return 'yes';
  const isByChance = 'atMost' in bound ? low <= bound.atMost : high >= bound.atLeast;
  return isByChance ? 'within chance' : '**no**';
}

function probability(rate: number): string {
  if (rate === 0) return '0';
  return rate < 0.0001 ? rate.toExponential(1) : rate.toFixed(4);
}
