import { max, min } from 'd3-array';
import { scaleLinear, scaleLog } from 'd3-scale';
import { formatCount } from '../numbers.js';
import type { Tick } from './frame.js';

/** From values to parts of an axis, 0 to 1. */
export interface Axis {
  at: (value: number) => number;
  ticks: readonly Tick[];
}

/** So much greater than the least is the greatest of what is drawn over powers of ten. */
const WIDE = 15;

/** Durations of axes: `5 ms`, `1.5 s`, `20 µs`. */
function durationLabel(ms: number): string {
  if (ms >= 1000) return `${Number((ms / 1000).toPrecision(4))} s`;
  return ms < 0.1 ? `${Number((ms * 1000).toPrecision(3))} µs` : `${Number(ms.toPrecision(4))} ms`;
}

/** An axis of durations: by powers of ten where they lie far apart. @param values In ms; some are above 0. */
export function durationAxis(values: readonly number[], count: number): Axis {
  const above = values.filter((value) => value > 0);
  const least = min(above) ?? 1;
  const greatest = max(above) ?? 1;
  if (greatest / least < WIDE) {
    // Room at both ends, also where all are alike.
    const room = Math.max((greatest - least) * 0.05, greatest * 0.05);
    const from = least - room < greatest * 0.4 ? 0 : least - room;
    return linearAxis([from, greatest + room], count, durationLabel);
  }
  const scale = scaleLog([least / 1.1, greatest * 1.1], [0, 1]).clamp(true);
  const first = Math.floor(Math.log10(least));
  const decades = Math.ceil(Math.log10(greatest)) - first + 1;
  const digits = decades > 4 ? [1] : decades > 3 ? [1, 3] : [1, 2, 5];
  const ticks = Array.from({ length: decades }, (_, at) => 10 ** (first + at))
    .flatMap((power) => digits.map((digit) => digit * power))
    .filter((value) => value >= least / 1.1 && value <= greatest * 1.1);
  const every = Math.ceil(ticks.length / (count + 2));
  return {
    at: (value) => scale(Math.max(value, least / 1.1)),
    ticks: ticks
      .filter((_, index) => index % every === 0)
      .map((value) => ({ at: scale(value), label: durationLabel(value) })),
  };
}

/** An axis with equal steps. @param count About how many marks. */
export function linearAxis(
  domain: readonly [number, number],
  count: number,
  label: (value: number) => string,
): Axis {
  const scale = scaleLinear(domain, [0, 1]).clamp(true);
  return {
    at: (value) => scale(value),
    ticks: scale.ticks(count).map((value) => ({ at: scale(value), label: label(value) })),
  };
}

/** Seconds of a run. */
export function timeAxis(endSeconds: number): Axis {
  return linearAxis([0, endSeconds], 5, (value) =>
    endSeconds < 1 ? `${Number((value * 1000).toFixed(3))} ms` : `${Number(value.toFixed(3))} s`,
  );
}

/** Shares from 0 to 1. */
export function shareAxis(domain: readonly [number, number], count: number): Axis {
  return linearAxis(domain, count, (value) => `${Number((value * 100).toFixed(3))} %`);
}

/** Rates, which begin with none. */
export function rateAxis(greatest: number): Axis {
  return linearAxis([0, greatest === 0 ? 1 : greatest * 1.05], 4, (value) =>
    value >= 10_000
      ? `${Number((value / 1000).toFixed(1))}k`
      : value >= 1000
        ? formatCount(value)
        : String(Number(value.toFixed(3))),
  );
}
