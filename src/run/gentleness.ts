import { formatPlace } from '../input-error.js';
import { count, counted, digits } from '../number-text.js';
import type { Scenario } from '../scenario/scenario.js';

/** How carefully a target is loaded. */
export interface Gentleness {
  /** Requests per second that a closed loop sends at most; null for as many as are answered. */
  atMostPerSecond: number | null;
  /** Whether the load ends where the target fails under it. */
  stopsOnHarm: boolean;
}

/** Requests per second, where nothing else is said and the target may be somebody's. */
const GENTLE_RPS = 500;
/** Whoever allows for so many errors expects what harm would look like. */
const ERRORS_EXPECTED = 0.5;

/**
 * How carefully a scenario's target is loaded. A verification away from loopback keeps a moderate pace
 * unless it is told otherwise, and stops where it does harm; a load test is to find out what is borne.
 *
 * The pace is a limit of the closed loop, and no schedule: requests are dealt to connections by the
 * same quotas, a target that is slower sets its own pace, and latencies begin when requests are sent.
 *
 * @param requests The size of the sample; null where only a clock ends it.
 * @param isLoopback Whether all of the load stays on this machine.
 */
export function gentlenessTo(
  {
    command,
    load,
    calls,
    limits,
  }: Pick<Scenario, 'command' | 'calls' | 'limits'> & { load: Pick<Scenario['load'], 'pace'> },
  requests: number | null,
  isLoopback: boolean,
): Gentleness {
  const each = requestsPerCall(calls);
  const bounds = limits.requestsPerSecond.map(({ value }) => value / each);
  if (command !== 'verify') return { atMostPerSecond: least(bounds), stopsOnHarm: false };
  const own = atMostPerSecond(load.pace, requests, isLoopback, each);
  return {
    atMostPerSecond: least(own === null ? bounds : [own, ...bounds]),
    stopsOnHarm: !isLoopback && mostErrorsAllowed(calls) < ERRORS_EXPECTED,
  };
}

/** Requests that a call makes at most: an application may make several for each. */
function requestsPerCall(calls: Scenario['calls']): number {
  return Math.max(
    1,
    ...calls.map(({ call }) => ('forwarding' in call ? call.forwarding.count : 1)),
  );
}

function least(rates: readonly number[]): number | null {
  return rates.length === 0 ? null : Math.min(...rates);
}

function mostErrorsAllowed(calls: Scenario['calls']): number {
  return Math.max(
    ...calls.flatMap(({ maxErrorRate, errorLimits }) => [
      maxErrorRate,
      ...Object.values(errorLimits),
    ]),
  );
}

function atMostPerSecond(
  pace: Scenario['load']['pace'],
  requests: number | null,
  isLoopback: boolean,
  each: number,
): number | null {
  switch (pace.kind) {
    case 'unlimited':
    case 'max':
      return null;
    case 'rate':
      return pace.requestsPerSecond;
    case 'over':
      return requests === null ? null : (requests * 1000) / pace.durationMs;
    case 'gentle':
      return isLoopback ? null : GENTLE_RPS / each;
  }
}

/** Says a pace that nobody asked for, before anything is sent; null where there is none. */
export function paceNote(
  {
    load,
    limits,
    calls,
  }: Pick<Scenario, 'limits' | 'calls'> & { load: Pick<Scenario['load'], 'pace'> },
  { atMostPerSecond: rate }: Pick<Gentleness, 'atMostPerSecond'>,
  requests: number | null,
): string | null {
  if (rate === null) return null;
  const { pace } = load;
  const time =
    requests === null ? '' : `, about ${about(requests / rate)} s for ${count(requests)}`;
  const note = `note: at most ${counted(rate, 'request')} per second${time}`;
  const isAsked = pace.kind === 'rate' && pace.requestsPerSecond === rate;
  const bound = limits.requestsPerSecond.find(
    ({ value }) => value / requestsPerCall(calls) === rate,
  );
  if (bound !== undefined && !isAsked) return `${note}, as ${formatPlace(bound.place)} bounds them`;
  if (pace.kind !== 'gentle') return null;
  return `${note}, as the target is not on loopback; --over, --pace, -c or -r say otherwise`;
}

function about(value: number): string {
  return digits(Number(value.toPrecision(2)));
}
