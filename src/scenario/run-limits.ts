import type { InputPlace } from '../input-error.js';
import type { AllowedTargets } from './allowed-targets.js';
import type { Policy, PolicyBounds } from './policy-schema.js';

/** A bound, and where it stands. */
export interface Bound<T> {
  value: T;
  place: InputPlace;
}

/**
 * What a run may do at most, whatever its settings say: what of it is known only when the target's
 * addresses and the weights are. Plain data.
 */
export interface RunLimits {
  /** Each of them holds. */
  allowedTargets: readonly AllowedTargets[];
  /** Requests per second; each of them holds. */
  requestsPerSecond: readonly Bound<number>[];
  /** Connections at a time; null for as many as are asked for. */
  connections: number | null;
  /** Of any destination; each of them holds. */
  tolerances: readonly Bound<string>[];
}

/** Where a bound stands, for messages. */
export function placeOfBound({ places }: Policy, name: keyof PolicyBounds): InputPlace {
  return places[name] ?? {};
}

/** Nobody has set any. */
export const NO_LIMITS: RunLimits = {
  allowedTargets: [],
  requestsPerSecond: [],
  connections: null,
  tolerances: [],
};

/**
 * The limits that policies set, and the targets that the command line allows.
 *
 * @param flagged `--allow-target`; none allows every target.
 */
export function runLimits(policies: readonly Policy[], flagged: readonly string[]): RunLimits {
  const boundsOf = <K extends 'allow-target' | 'rps' | 'connections' | 'tolerance'>(
    name: K,
  ): Bound<NonNullable<Policy['bounds'][K]>>[] =>
    policies.flatMap((policy) => {
      const value = policy.bounds[name];
      return value === undefined ? [] : [{ value, place: placeOfBound(policy, name) }];
    });
  const connections = boundsOf('connections').map(({ value }) => value);
  return {
    connections: connections.length === 0 ? null : Math.min(...connections),
    allowedTargets: [
      ...(flagged.length === 0 ? [] : [{ patterns: flagged, place: { path: '--allow-target' } }]),
      ...boundsOf('allow-target').map(({ value: patterns, place }) => ({ patterns, place })),
    ],
    requestsPerSecond: boundsOf('rps'),
    tolerances: boundsOf('tolerance'),
  };
}
