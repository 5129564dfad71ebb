import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

interface ReferenceValues {
  goodnessOfFit: {
    observed: number[];
    expected: number[];
    statistic: number;
    pValue: number;
    g: number;
    gPValue: number;
  }[];
  binomial: { x: number; n: number; p: number; lower: number; upper: number }[];
  continuous: {
    f: [x: number, df1: number, df2: number, upper: number];
    t: [alpha: number, df: number, quantile: number];
    normal: [alpha: number, quantile: number];
    noncentral: [x: number, df: number, noncentrality: number, upper: number, lower: number];
  }[];
}

/** Values computed by SciPy and mpmath; `reference-values.py` beside them says how. */
export function referenceValues(): ReferenceValues {
  const root = path.resolve(import.meta.dirname, '../../..');
  const file = path.join(root, 'test/data/stats/reference-values.json');
  return JSON.parse(readFileSync(file, 'utf8')) as ReferenceValues;
}

/** Within 1e-9, relative too where the expected value is above 1e-12. */
export function assertClose(actual: number, expected: number, what: string): void {
  const error = Math.abs(actual - expected);
  const bound = expected > 1e-12 ? 1e-9 * Math.min(1, expected) : 1e-9;
  assert.ok(error <= bound, `${what}: ${actual} is not ${expected}`);
}

/** Agrees with a printed number to the digits it was printed with. */
export function assertDigits(actual: number, printed: string, what: string): void {
  const digits = /e/i.test(printed)
    ? printed.replace(/e.*/i, '').replace(/[-.]/g, '').length
    : printed
        .replace('-', '')
        .replace(/^0?\.?0*/, '')
        .replace('.', '').length;
  const error = Math.abs(actual - Number(printed));
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(Number(printed)))) - digits + 1);
  // Half a unit of the last digit; sixteen printed digits are more than either side computes.
  assert.ok(
    error <= 0.5001 * unit + 1e-14 * Math.abs(Number(printed)),
    `${what}: ${actual} does not print as ${printed}`,
  );
}
