/** How a figure went over a run, and whether that is flat. */
export interface Flatness {
  /** In the middle of the windows. */
  median: number;
  /** From the first window to the last, by the line through them. */
  growth: number;
  /** Of the rise, were there none: how often chance alone would show as much. */
  pValue: number;
  isFlat: boolean;
}

/** What is still flat: a rise that is either no more than this, or may well be chance. */
export interface Allowance {
  /** In the figure's own unit. */
  growth: number;
  /** As a part of the median. */
  share: number;
}

const SIGNIFICANT = 0.01;

/**
 * Tests whether a figure rises. The line is that of Theil and Sen (the median of all slopes), the test that
 * of Mann and Kendall: neither is led astray by a window that another process disturbed.
 *
 * @param windows The figure in windows of equal length, in order; at least four.
 * @param allowance A rise above both parts of it that is significant at 1 % is not flat.
 * @throws RangeError when there are too few windows.
 */
export function flatness(windows: readonly number[], allowance: Allowance): Flatness {
  const count = windows.length;
  if (count < 4) throw new RangeError(`a trend takes four windows, and there are ${count}`);
  const slopes: number[] = [];
  let rises = 0;
  for (let later = 1; later < count; later++) {
    for (let earlier = 0; earlier < later; earlier++) {
      const rise = windows[later]! - windows[earlier]!;
      slopes.push(rise / (later - earlier));
      rises += Math.sign(rise);
    }
  }
  const spread = Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18);
  const pValue = rises <= 0 ? 1 : upperTail((rises - 1) / spread);
  const median = medianOf(windows);
  const growth = medianOf(slopes) * (count - 1);
  const isWithin = growth <= Math.max(allowance.growth, allowance.share * median);
  return { median, growth, pValue, isFlat: isWithin || pValue >= SIGNIFICANT };
}

/** The middle one of some numbers, at least one. */
export function medianOf(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Of the normal distribution, by Abramowitz and Stegun, 26.2.17: right to 7.5e-8. */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  const tail =
    density *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z < 0 ? 1 - tail : tail;
}
