import { entryOf } from '../../record/entry-of.js';
import type { CallRecord } from '../../record/run-record.js';
import { formatCount } from '../numbers.js';
import { plainText } from '../plain-text.js';
import { paint, type Style, wrap } from '../style.js';
import { duration } from './effects-text.js';
import { shorten } from './shorten.js';
import { table } from './table.js';

type Retries = NonNullable<CallRecord['retries']>;

/** So many numbers of attempts have a column; those above share the last. */
const COLUMNS = 5;
const COLUMN_WIDTH = 11;

/** How often the gateway tried, and which failures remain; nothing where nothing is known of it. */
export function retryLines({ retries }: CallRecord, style: Style): string {
  if (retries === undefined) return '';
  const { said, policy, remaining } = retries;
  const lines = [
    ...(said === 0
      ? [
          'no answer says how often the gateway tried: there is no x-envoy-attempt-count (Envoy: include_attempt_count_in_response)',
        ]
      : []),
    ...(policy === null ? [] : [policyText(policy)]),
    ...remaining.map(
      ({ status, count, coverage }) =>
        `${formatCount(count)} × ${plainText(status)}: ${entryOf(COVERAGE, coverage) ?? ''}`,
    ),
  ].map((line) => `  ${wrap(line, style, 4, 2)}`);
  return [
    paint(style, 'heading', 'Attempts'),
    ...(said === 0 ? [] : [attemptTable(retries, style)]),
    ...lines,
  ].join('\n');
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
  const on = plainText((retryOn ?? 'nothing').replaceAll(',', ', '));
  return `${whose} ${attempts === 1 ? '1 retry' : `${attempts} retries`} on ${on}${each}`;
}

function attemptTable({ attempts, byDestination }: Retries, style: Style): string {
  const most = Math.max(...Object.keys(attempts).map(Number));
  const least = Math.min(1, ...Object.keys(attempts).map(Number));
  const numbers = Array.from({ length: most - least + 1 }, (_, index) => least + index);
  const shown = numbers.slice(0, COLUMNS);
  const last = shown.at(-1) ?? most;
  const isCut = last < most;
  const rows = [...Object.entries(byDestination), ['all', attempts] as const].map(([name, own]) => [
    shorten(plainText(name), style.width - COLUMN_WIDTH * shown.length),
    ...shown.map((number) =>
      formatCount(isCut && number === last ? from(own, last) : (own[String(number)] ?? 0)),
    ),
  ]);
  const columns = [
    { title: 'attempts', align: 'left' as const },
    ...shown.map((number) => ({
      title: isCut && number === last ? `${number} and more` : String(number),
      align: 'right' as const,
    })),
  ];
  return table(columns, rows, style);
}

function from(own: Readonly<Record<string, number>>, least: number): number {
  return Object.entries(own)
    .filter(([attempts]) => Number(attempts) >= least)
    .reduce((sum, [, requests]) => sum + requests, 0);
}
