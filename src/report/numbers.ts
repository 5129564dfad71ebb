/** By thousands. Not toLocaleString: loading its tables takes longer than to write a report. */
function grouped(value: number, decimals: number): string {
  return value.toFixed(decimals).replace(/\B(?=(?:\d{3})+(?:\.|$))/g, ',');
}

/** `3,089` */
export function formatCount(count: number): string {
  return grouped(count, 0);
}

/** `1,853.4`, and whole numbers without the decimal. */
export function formatExpected(count: number): string {
  return Math.abs(count - Math.round(count)) < 1e-9 ? grouped(count, 0) : grouped(count, 1);
}

/** `60.02 %` */
export function formatShare(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

/** A rate that is a bound, at two digits: `4.7 %`. */
export function formatRate(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}

/** `±5 pp`, with as many decimals as it takes, up to two. */
export function formatTolerance(share: number): string {
  return `±${trimZeros((share * 100).toFixed(2))} pp`;
}

/** A p-value the way people read them: `0.0312`, `4.1e-12`, `< 1e-300`. */
export function formatProbability(p: number): string {
  if (p === 0) return '< 1e-300';
  return p < 1e-4 ? p.toExponential(1) : trimZeros(p.toFixed(4));
}

/** `p = 0.0312`, `p < 1e-300` */
export function formatPValue(p: number): string {
  const text = formatProbability(p);
  return text.startsWith('<') ? `p ${text}` : `p = ${text}`;
}

/** A test statistic: `0.016`, `127.4`. */
export function formatStatistic(value: number): string {
  return trimZeros(value >= 100 ? value.toFixed(1) : value.toFixed(3));
}

/** Milliseconds at a readable precision: `0.42`, `12.3`, `1,204`. */
export function formatMs(durationMs: number | null): string {
  if (durationMs === null) return '-';
  if (durationMs < 10) return durationMs.toFixed(2);
  return durationMs < 100 ? durationMs.toFixed(1) : grouped(durationMs, 0);
}

/** `0.94 s`, `12 s`, `3 min 20 s`, `1 h 5 min`, `2 d` */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} s`;
  if (whole < 3600) return inTwoUnits(whole, 60, 'min', 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return inTwoUnits(minutes, 60, 'h', 'min');
  return inTwoUnits(Math.round(seconds / 3600), 24, 'd', 'h');
}

/** @param each So many small ones are a large one. */
function inTwoUnits(count: number, each: number, large: string, small: string): string {
  const rest = count % each;
  const whole = `${formatCount((count - rest) / each)} ${large}`;
  return rest === 0 ? whole : `${whole} ${rest} ${small}`;
}

function trimZeros(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}
