import { InputError } from '../input-error.js';
import { isLoopback } from '../load/transport/loopback.js';
import type { Admit } from '../load/transport/transport.js';
import { count, counted } from '../number-text.js';
import { isAllowed, type Place } from '../scenario/allowed-targets.js';
import { formatTarget } from '../scenario/target.js';
import type { Scenario } from '../scenario/scenario.js';
import { clientNeeds } from './client-needs.js';

/** What more than a person has to agree to, where the target may be somebody else's. */
const MOST_PER_SECOND = 5000;
const MOST_CONNECTIONS = 1000;

/**
 * Decides on the addresses of a target, before any of them is connected to.
 *
 * @param requests The size of the sample; null where only a clock ends it.
 * @returns Throws an InputError for addresses that are not to be loaded so, or not at all.
 */
export function admissionTo(
  scenario: Pick<Scenario, 'dialled' | 'load' | 'calls' | 'limits' | 'isHeavyLoadAgreed'>,
  requests: number | null,
): Admit {
  const { dialled } = scenario;
  const allow = allowedTo(scenario);
  return (addresses) => {
    allow(addresses);
    if (scenario.isHeavyLoadAgreed || addresses.every(isLoopback)) return;
    const heavy = heavyLoad(scenario, requests);
    if (heavy === null) return;
    const { what, path } = heavy;
    throw new InputError(
      `${what} to a target that is not on loopback (${shown(dialled, addresses)}) might harm others: agree with --yes, or "yes: true" in the scenario, or ask for less`,
      { path },
    );
  };
}

/**
 * Decides as {@link admissionTo} where nothing is loaded: a target is asked a question.
 *
 * @returns Throws an InputError for addresses that are not to be connected to.
 */
export function allowedTo({ dialled, limits }: Pick<Scenario, 'dialled' | 'limits'>): Admit {
  return (addresses) => {
    for (const allowed of limits.allowedTargets) {
      if (isAllowed(allowed, placeOf(dialled), addresses)) continue;
      throw new InputError(
        `the target ${shown(dialled, addresses)} is none of those that may be loaded: ${allowed.patterns.join(', ')}`,
        allowed.place,
      );
    }
  };
}

/** A service is allowed by its name, or by the addresses of its pods. */
function placeOf(dialled: Scenario['dialled']): Place {
  return dialled.kind === 'xds' ? { ...dialled, kind: 'tcp' } : dialled;
}

/** What of a load takes a word of agreement; null: nothing. */
function heavyLoad(
  scenario: Pick<Scenario, 'dialled' | 'load' | 'calls'>,
  requests: number | null,
): { what: string; path: string } | null {
  const { load } = scenario;
  const rate = rateAsked(load, requests);
  if (rate !== null && rate.perSecond > MOST_PER_SECOND) {
    const what =
      rate.perSecond === Infinity
        ? 'as many requests per second as are answered'
        : `${count(rate.perSecond)} requests per second`;
    return { what: `${what} (more than ${count(MOST_PER_SECOND)})`, path: rate.path };
  }
  const { connections, sockets, setting } = clientNeeds(scenario, load.httpVersion, requests, 1);
  if (connections * sockets <= MOST_CONNECTIONS) return null;
  const what = `${counted(connections * sockets, 'connection')} (more than ${count(MOST_CONNECTIONS)})`;
  return { what, path: setting };
}

function rateAsked(
  { requestsPerSecond, pace }: Scenario['load'],
  requests: number | null,
): { perSecond: number; path: string } | null {
  if (requestsPerSecond !== null) return { perSecond: requestsPerSecond, path: '--rps' };
  switch (pace.kind) {
    case 'max':
      return { perSecond: Infinity, path: '--pace' };
    case 'rate':
      return { perSecond: pace.requestsPerSecond, path: '--pace' };
    case 'over':
      return requests === null
        ? null
        : { perSecond: (requests * 1000) / pace.durationMs, path: '--over' };
    case 'gentle':
    case 'unlimited':
      return null;
  }
}

/** `gateway.example.com:443 (203.0.113.7)` */
function shown(dialled: Scenario['dialled'], addresses: Parameters<Admit>[0]): string {
  const text = formatTarget(dialled);
  const hosts = addresses.flatMap((address) => (address.kind === 'unix' ? [] : [address.host]));
  const isLiteral = dialled.kind === 'unix' || hosts.includes(dialled.host);
  return isLiteral || hosts.length === 0 ? text : `${text} (${hosts.join(', ')})`;
}
