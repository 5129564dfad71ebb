import { InputError } from '../input-error.js';
import { DEFAULTS } from './defaults.js';
import { parseErrorLimits } from './error-limits.js';
import type { Policy, PolicyBounds } from './policy-schema.js';
import { placeOfBound } from './run-limits.js';
import type { Settings } from './schema.js';

/** From the strictest to the laxest. */
const INCONCLUSIVE = ['fail', 'report', 'pass'] as const;
/** Of a tolerance in points. */
const USUAL_POINTS = 5;

/**
 * Settings under policies. What is not set is what the policies allow, where the usual value would be
 * more; what is set stays as it is. Tolerances that are set are compared where the weights are known.
 *
 * @throws InputError with the policy's file and line when something is set that it does not allow.
 */
export function underPolicies(settings: Settings, policies: readonly Policy[]): Settings {
  return underPolicy(settings, strictestOf(policies));
}

type BoundSetting = Exclude<keyof PolicyBounds, 'allow-target'>;

/** How much a bound allows; less is stricter. */
function allowanceOf(name: BoundSetting, bounds: PolicyBounds): number {
  const { inconclusive, tolerance, 'max-error-rate': errorRate } = bounds;
  switch (name) {
    case 'alpha':
    case 'connections':
    case 'rps':
      return bounds[name] ?? Infinity;
    case 'inconclusive':
      return inconclusive === undefined ? Infinity : INCONCLUSIVE.indexOf(inconclusive);
    case 'max-error-rate':
      return errorRate === undefined ? Infinity : parseErrorLimits(errorRate, 0).maxErrorRate;
    case 'tolerance':
      // Which is narrower may depend on the weights: one in points comes first.
      return tolerance === undefined
        ? Infinity
        : Number.parseFloat(tolerance) + (tolerance.includes('%') ? 100 : 0);
  }
}

const BOUND_SETTINGS = [
  'alpha',
  'connections',
  'inconclusive',
  'max-error-rate',
  'rps',
  'tolerance',
] as const satisfies readonly BoundSetting[];

/** The strictest of each bound, with its place. */
function strictestOf(policies: readonly Policy[]): Policy {
  const strictest: Policy = { bounds: {}, places: {} };
  for (const name of BOUND_SETTINGS) {
    for (const policy of policies) {
      const { bounds } = policy;
      if (allowanceOf(name, bounds) >= allowanceOf(name, strictest.bounds)) continue;
      strictest.bounds = { ...strictest.bounds, [name]: bounds[name] };
      strictest.places = { ...strictest.places, [name]: placeOfBound(policy, name) };
    }
  }
  return strictest;
}

function underPolicy(settings: Settings, policy: Policy): Settings {
  const { bounds } = policy;
  const refuse = (name: keyof PolicyBounds, allowed: string, asked: string): never => {
    throw new InputError(
      `${allowed} is allowed, and ${asked} is asked for: drop that, or have the policy changed`,
      placeOfBound(policy, name),
    );
  };
  const bounded: Settings = { ...settings };
  if (bounds.alpha !== undefined) {
    const { alpha } = settings;
    if (alpha !== undefined && alpha > bounds.alpha) {
      refuse('alpha', `an alpha of at most ${bounds.alpha}`, `${alpha}`);
    }
    bounded.alpha = alpha ?? Math.min(DEFAULTS.alpha, bounds.alpha);
  }
  if (bounds.inconclusive !== undefined) {
    const { inconclusive } = settings;
    const laxness = INCONCLUSIVE.indexOf(bounds.inconclusive);
    if (inconclusive !== undefined && INCONCLUSIVE.indexOf(inconclusive) > laxness) {
      refuse('inconclusive', `"${bounds.inconclusive}" at the laxest`, `"${inconclusive}"`);
    }
    const usual = Math.min(INCONCLUSIVE.indexOf(DEFAULTS.inconclusive), laxness);
    const strictest = inconclusive ?? INCONCLUSIVE[usual];
    if (strictest !== undefined) bounded.inconclusive = strictest;
  }
  if (bounds.connections !== undefined) {
    const { connections } = settings;
    if (connections !== undefined && connections > bounds.connections) {
      refuse('connections', `at most ${bounds.connections}`, `${connections}`);
    }
    // Plain HTTP has a connection for each request in flight, unless a number is set.
    const most = Math.max(DEFAULTS.connections, settings.concurrency ?? DEFAULTS.concurrency);
    if (connections === undefined && most > bounds.connections) {
      bounded.connections = Math.min(DEFAULTS.connections, bounds.connections);
    }
  }
  if (bounds.rps !== undefined) {
    const { rps, pace } = settings;
    const asked = rps ?? (pace === 'max' ? Infinity : (pace ?? 0));
    if (asked > bounds.rps) {
      const what = asked === Infinity ? 'no limit (--pace max)' : `${asked}`;
      refuse('rps', `at most ${bounds.rps} requests per second`, what);
    }
  }
  const errorRate = bounds['max-error-rate'];
  const ofCall = <T extends OwnLevels>(own: T, isWhole: boolean): T => {
    const levels: OwnLevels = {};
    if (errorRate !== undefined) {
      const limits = own['max-error-rate'];
      const most = parseErrorLimits(errorRate, 0).maxErrorRate;
      const usual = Math.min(DEFAULTS.maxErrorRate, most);
      if (limits === undefined) {
        if (isWhole) levels['max-error-rate'] = String(usual);
      } else {
        const { maxErrorRate, byDestination } = parseErrorLimits(limits, usual);
        if (Math.max(maxErrorRate, ...Object.values(byDestination)) > most) {
          refuse('max-error-rate', `at most ${errorRate}`, limits);
        }
        levels['max-error-rate'] = [
          String(maxErrorRate),
          ...Object.entries(byDestination).map(([name, rate]) => `${name}=${rate}`),
        ].join(',');
      }
    }
    if (bounds.tolerance !== undefined && own.tolerance === undefined && isWhole) {
      levels.tolerance = narrower(bounds.tolerance);
    }
    return { ...own, ...levels };
  };
  const { calls } = bounded;
  return {
    ...ofCall(bounded, true),
    ...(calls === undefined ? {} : { calls: calls.map((own) => ofCall(own, false)) }),
  };
}

/** Settings that each call may have for itself. */
type OwnLevels = Pick<Settings, 'tolerance' | 'max-error-rate'>;

/** What is taken where no tolerance is set. */
function narrower(bound: string): string {
  const isOfWeight = bound.includes('%');
  return !isOfWeight && Number.parseFloat(bound) > USUAL_POINTS ? DEFAULTS.tolerance : bound;
}
