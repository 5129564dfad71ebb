/** Numbers as sentences have them: reasons, findings and messages. */

/** By thousands: `12,345`. */
export function count(value: number): string {
  // Not toLocaleString: loading its tables takes longer than to write a report.
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/**
 * A number of things: `1 answer`, `12,345 answers`, `2 proxies`.
 *
 * @param value A number ≥ 0.
 * @param noun In the singular.
 */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return value === 1 ? `1 ${noun}` : `${count(value)} ${plural}`;
}

/** Four significant digits from 1 on, two below, without zeros at the end: `69.99`, `0.012`. */
export function digits(value: number): string {
  return String(Number(value.toPrecision(value >= 1 ? 4 : 2)));
}

/**
 * How many times as much: `1.2 times`, and `1.0 times` of what is the same.
 *
 * @param figure The ratio as a text: `1.2`.
 */
export function times(figure: string): string {
  return `${figure === '1' ? '1.0' : figure} times`;
}

/** A share (0 to 1) in per cent: `69.99 %`. */
export function percent(share: number): string {
  return `${digits(share * 100)} %`;
}

/** A difference of shares (0 to 1) in percentage points: `5 points`. */
export function points(difference: number): string {
  return `${digits(difference * 100)} points`;
}

/**
 * `v1 60 %, v2 40 %`
 *
 * @param shares By destination, 0 to 1.
 */
export function splitText(
  destinations: readonly { name: string }[],
  shares: readonly number[],
): string {
  return destinations.map(({ name }, i) => `${name} ${percent(shares[i] ?? 0)}`).join(', ');
}

/** A p-value: `p = 0.031`, `p < 1e-16`. */
export function chance(p: number): string {
  return p < 1e-16 ? 'p < 1e-16' : `p = ${p.toPrecision(2)}`;
}

/**
 * How many times likelier one explanation is than another: `1,234 times likelier`.
 *
 * @param logLikelihoodRatio Natural logarithm of the ratio; at least 0.
 */
export function timesLikelier(logLikelihoodRatio: number): string {
  const exponent = logLikelihoodRatio / Math.LN10;
  if (exponent >= 6) return `over 10^${Math.floor(exponent)} times likelier`;
  return `${times(count(Math.floor(Math.exp(logLikelihoodRatio))))} likelier`;
}

/** A length of time in seconds, at least 0: `0.94 s`, `12.3 s`. */
export function seconds(value: number): string {
  return `${Number(value.toFixed(value < 10 ? 2 : 1))} s`;
}
