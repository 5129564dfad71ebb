/** Sums of numbers that are given as their logarithms, and would be too small or too large by themselves. */

/** log(e^a + e^b). */
export function logSumOfTwo(a: number, b: number): number {
  const [more, less] = a > b ? [a, b] : [b, a];
  return less === -Infinity ? more : more + Math.log1p(Math.exp(less - more));
}

/** The logarithm of the sum; −Infinity of none. */
export function logSum(logs: readonly number[]): number {
  return logOfParts(logs, 1);
}

/** The logarithm of the mean. @param logs At least one. */
export function logMean(logs: readonly number[]): number {
  return logOfParts(logs, logs.length);
}

function logOfParts(logs: readonly number[], parts: number): number {
  const most = logs.reduce((a, b) => Math.max(a, b), -Infinity);
  if (most === -Infinity) return most;
  const sum = logs.reduce((all, log) => all + Math.exp(log - most), 0);
  return most + Math.log(sum / parts);
}
