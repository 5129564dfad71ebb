import { InputError } from '../../input-error.js';

/**
 * How far a destination's share may be from its weight and still count as right.
 * `points` and `percentOfWeight` apply to every destination; `perDestination` names some and leaves
 * the default to the others. Zero points is the pure chi-square gate.
 */
export type Tolerance =
  | { kind: 'points'; points: number }
  | { kind: 'percent-of-weight'; percent: number }
  | { kind: 'per-destination'; points: ReadonlyMap<string, number> };

/** Five percentage points. */
export const DEFAULT_TOLERANCE: Tolerance = { kind: 'points', points: 5 };

const FORMS =
  "write points ('5pp'), a per cent of each weight ('10%'), or points by name ('v1=3pp,v2=5pp')";

/**
 * Reads `--tolerance`. A number without a unit is refused, unless it is 0: it could be meant as a share, as
 * points and as a part of the weight.
 *
 * @param text `5pp`, `10%`, `v1=3pp,v2=5pp`, or `0`.
 * @throws InputError when it is none of these, or a named tolerance is zero.
 */
export function parseTolerance(text: string): Tolerance {
  const trimmed = text.trim();
  if (trimmed.includes('=')) return parsePerDestination(trimmed);
  const amount = /^(\d+(?:\.\d+)?|\.\d+)\s*(pp|%)?$/.exec(trimmed);
  if (amount === null) throw new InputError(`'${text}' is not a tolerance: ${FORMS}`, PLACE);
  const [, digits = '', unit] = amount;
  const value = Number(digits);
  if (unit === undefined && value !== 0) throw withoutUnit(trimmed, value, null);
  if (unit === '%') {
    requireAtMost(value, text);
    return value === 0
      ? { kind: 'points', points: 0 }
      : { kind: 'percent-of-weight', percent: value };
  }
  requireAtMost(value, text);
  return { kind: 'points', points: value };
}

const PLACE = { path: '--tolerance' };

function requireAtMost(value: number, text: string): void {
  if (value > 100) {
    throw new InputError(`'${text}' is more than 100: no share can be that far off`, PLACE);
  }
}

/** @param name Of the destination whose tolerance it is; null: it is that of all. */
function withoutUnit(text: string, value: number, name: string | null): InputError {
  const forms = (amount: number): string => {
    const points = `${name === null ? '' : `${name}=`}${amount}pp`;
    return name === null
      ? `'${points}' (percentage points) or '${amount}%' (of each weight)`
      : `'${points}' (percentage points)`;
  };
  // Sizes of a share have more digits than its number: 0.07 * 100 is 7.000000000000001.
  const asShare = value < 1 ? `; if a share of 1 is meant, ${forms(Number(`${value}e2`))}` : '';
  return new InputError(`'${text}' has no unit: write ${forms(value)}${asShare}`, PLACE);
}

function parsePerDestination(text: string): Tolerance {
  const points = new Map<string, number>();
  for (const part of text.split(',')) {
    const match = /^\s*([^=]+?)\s*=\s*(\d+(?:\.\d+)?|\.\d+)\s*(pp)?\s*$/.exec(part);
    const name = match?.[1];
    if (name === undefined) {
      throw new InputError(`'${part.trim()}' is not a destination's tolerance: ${FORMS}`, PLACE);
    }
    const value = Number(match?.[2]);
    requireAtMost(value, part.trim());
    if (value === 0) {
      throw new InputError(
        `the tolerance of '${name}' is 0, which no sample can meet: give it a size, or use '0' alone for a pure chi-square gate`,
        PLACE,
      );
    }
    if (match?.[3] === undefined) throw withoutUnit(part.trim(), value, name);
    if (points.has(name)) throw new InputError(`'${name}' is given two tolerances`, PLACE);
    points.set(name, value);
  }
  return { kind: 'per-destination', points };
}

/** Whether this is the pure chi-square gate. */
export function isExactGate(tolerance: Tolerance): boolean {
  return tolerance.kind === 'points' && tolerance.points === 0;
}

/**
 * The tolerance of every destination as a share, δ = min(tolerance, p/2, (1−p)/2): half the way to
 * nothing and half the way to everything are never tolerable.
 *
 * @param tolerance As configured.
 * @param destinations Names (unique) and expected shares 0..1, zeros included.
 * @returns One share per destination; 0 where its expected share is 0 or 1.
 * @throws InputError when a tolerance names no destination with weight.
 */
export function resolveTolerances(
  tolerance: Tolerance,
  destinations: readonly { name: string; expectedShare: number }[],
): number[] {
  if (tolerance.kind === 'per-destination') {
    const names = destinations.filter((d) => d.expectedShare > 0).map((d) => d.name);
    for (const name of tolerance.points.keys()) {
      if (!names.includes(name)) {
        throw new InputError(
          `'${name}' is not a destination with weight: this route has ${names.join(', ')}`,
          PLACE,
        );
      }
    }
  }
  return destinations.map(({ name, expectedShare }) =>
    atMostHalfway(toleratedShare(tolerance, name, expectedShare), expectedShare),
  );
}

const DEFAULT_SHARE = 0.05;

/** The tolerance of a destination where none is given, as a share. @param expectedShare 0..1. */
export function usualTolerance(expectedShare: number): number {
  return atMostHalfway(DEFAULT_SHARE, expectedShare);
}

function atMostHalfway(tolerance: number, expectedShare: number): number {
  return Math.min(tolerance, expectedShare / 2, (1 - expectedShare) / 2);
}

function toleratedShare(tolerance: Tolerance, name: string, expectedShare: number): number {
  switch (tolerance.kind) {
    case 'points':
      return tolerance.points / 100;
    case 'percent-of-weight':
      return (tolerance.percent / 100) * expectedShare;
    case 'per-destination': {
      const points = tolerance.points.get(name);
      return points === undefined ? DEFAULT_SHARE : points / 100;
    }
  }
}

/** The tolerance as the user would write it. */
export function formatTolerance(tolerance: Tolerance): string {
  switch (tolerance.kind) {
    case 'points':
      return tolerance.points === 0 ? '0' : `${tolerance.points}pp`;
    case 'percent-of-weight':
      return `${tolerance.percent}%`;
    case 'per-destination':
      return [...tolerance.points].map(([name, points]) => `${name}=${points}pp`).join(',');
  }
}
