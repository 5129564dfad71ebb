import type { ComparedPair } from './timed-sides.js';

/** A threshold that holds one destination against another: `p99{v2}<1.2x{v1}`. */
export interface RatioThreshold extends ComparedPair {
  /** As the user wrote it. */
  expression: string;
  /** 0 to 1. */
  quantile: number;
  /** What candidate ÷ baseline is to stay below. */
  limit: number;
}

const QUANTILES: Readonly<Record<string, number>> = {
  p50: 0.5,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
  p999: 0.999,
};

/** Reads such a threshold; null for any other. Whether a ratio is reached or only approached no sample can tell. */
export function parseRatioThreshold(expression: string): RatioThreshold | null {
  const match = /^\s*(p[0-9]+)\{([^{}]+)\}\s*<=?\s*(\d+(?:\.\d+)?)\s*[x×*]\s*\{([^{}]+)\}\s*$/.exec(
    expression,
  );
  const [, metric = '', candidate = '', factor = '', baseline = ''] = match ?? [];
  const quantile = Object.hasOwn(QUANTILES, metric) ? QUANTILES[metric] : undefined;
  const limit = Number(factor);
  if (match === null || quantile === undefined || !(limit > 0)) return null;
  return { expression, quantile, limit, candidate, baseline };
}

/** Those that hold one destination against another. */
export function ratioThresholds(expressions: readonly string[]): RatioThreshold[] {
  return expressions.flatMap((expression) => parseRatioThreshold(expression) ?? []);
}

/** The others. */
export function plainThresholds(expressions: readonly string[]): string[] {
  return expressions.filter((expression) => parseRatioThreshold(expression) === null);
}
