import { counted } from '../../number-text.js';
import { entryOf } from '../../record/entry-of.js';
import type { CallRecord } from '../../record/run-record.js';
import { formatCount } from '../numbers.js';
import { duration } from './effects-text.js';

type Retries = NonNullable<CallRecord['retries']>;

/** What the route has tried again, and which failures remain. */
export function retrySentences({ said, policy, remaining }: Retries): string[] {
  return [
    ...(said === 0
      ? [
          'no answer says how often the gateway tried: there is no x-envoy-attempt-count (Envoy: include_attempt_count_in_response)',
        ]
      : []),
    ...(policy === null ? [] : [policyText(policy)]),
    ...remaining.map(
      ({ status, count, coverage }) =>
        `${formatCount(count)} × ${status}: ${entryOf(COVERAGE, coverage) ?? ''}`,
    ),
  ];
}

/** What becomes of a failure by the policy. */
const COVERAGE: Readonly<Record<string, string>> = {
  covered: 'the policy has such tried again',
  'not-covered': 'the policy does not have such tried again',
  late: 'its status comes behind an answer, where nothing is tried again',
  unclear: 'what came does not say whether the policy has it tried again',
  'on-purpose': 'answered so on purpose',
};

function policyText({
  attempts,
  retryOn,
  perTryTimeoutMs,
  byDefault,
}: NonNullable<Retries['policy']>): string {
  if (attempts === 0) return 'the route switches retries off';
  const whose = byDefault ? 'Istio allows unasked' : 'the route allows';
  const each = perTryTimeoutMs === null ? '' : `, ${duration(perTryTimeoutMs)} for each attempt`;
  const on = (retryOn ?? 'nothing').replaceAll(',', ', ');
  return `${whose} ${counted(attempts, 'retry', 'retries')} on ${on}${each}`;
}

/** So many numbers of attempts have a column; those above share the last. */
const COLUMNS = 5;

/** Requests by how often they were tried. */
export interface AttemptMatrix {
  /** `1`, `2`, `5 and more` */
  titles: string[];
  /** A destination's, and those of all at the end; counts by title. */
  rows: { name: string; counts: number[] }[];
}

/** How many requests were tried how often, by destination. */
export function attemptMatrix({ attempts, byDestination }: Retries): AttemptMatrix {
  const most = Math.max(...Object.keys(attempts).map(Number));
  const least = Math.min(1, ...Object.keys(attempts).map(Number));
  const numbers = Array.from({ length: most - least + 1 }, (_, index) => least + index);
  const shown = numbers.slice(0, COLUMNS);
  const last = shown.at(-1) ?? most;
  const isShared = (number: number): boolean => number === last && last < most;
  return {
    titles: shown.map((number) => (isShared(number) ? `${number} and more` : String(number))),
    rows: [...Object.entries(byDestination), ['all', attempts] as const].map(([name, own]) => ({
      name,
      counts: shown.map((number) =>
        isShared(number) ? from(own, last) : (own[String(number)] ?? 0),
      ),
    })),
  };
}

function from(own: Readonly<Record<string, number>>, least: number): number {
  return Object.entries(own)
    .filter(([attempts]) => Number(attempts) >= least)
    .reduce((sum, [, requests]) => sum + requests, 0);
}
