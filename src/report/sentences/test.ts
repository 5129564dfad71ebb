import { counted } from '../../number-text.js';
import { entryOf } from '../../record/entry-of.js';
import type { CallRecord, SplitRecord } from '../../record/run-record.js';
import { formatPValue, formatStatistic } from '../numbers.js';

/** Exact tests by the record's name of the method. */
const EXACT_TESTS: Record<string, string> = {
  'exact-binomial': 'exact binomial test',
  'exact-multinomial-enumerated': 'exact multinomial test',
  'exact-multinomial-monte-carlo': 'exact multinomial test, simulated',
};

/** Why the p-value that decided is another one than the test's. */
const DECIDED_BY: Record<string, string> = {
  'missing-answers':
    'the largest over every way in which the missing answers may have been divided; the test above leaves them out',
  'clustered-draws':
    'answers on one connection hang together, so chance is measured between connections; the test above takes each answer as drawn by itself',
  connections:
    'each connection stays with one destination, so connections are counted; the test above counts answers',
  calls:
    'all requests of a call stay with one destination, so calls are counted; the test above counts answers',
  'leaning-connections':
    'each connection may lean to a side of its own; the test above takes each answer as drawn by itself',
  'blocks-in-time':
    'answers close in time may hang together, so chance is measured between blocks in send order; the test above takes each answer as drawn by itself',
};

/** The same where an application makes the requests, several a call. */
const DECIDED_BY_CALLS: Record<string, string> = {
  ...DECIDED_BY,
  'clustered-draws':
    'requests of one call, or calls on one connection, hang together, so chance is measured between those; the test above takes each answer as drawn by itself',
  'leaning-connections':
    'each call may lean to a side of its own; the test above takes each answer as drawn by itself',
};

function decidingLines(
  { decidedBy, decidingPValue }: NonNullable<SplitRecord['test']>,
  { forwards }: CallRecord,
): string[] {
  const why = entryOf(forwards === undefined ? DECIDED_BY : DECIDED_BY_CALLS, decidedBy);
  return why === undefined ? [] : [`decided by ${formatPValue(decidingPValue)}: ${why}`];
}

/** The figures of the test of a split, and what decided where that is another. */
export function testSentences(test: NonNullable<SplitRecord['test']>, call: CallRecord): string[] {
  const df = counted(test.df, 'degree of freedom', 'degrees of freedom');
  const parts = [
    `X² = ${formatStatistic(test.statistic)}, ${df}, ${formatPValue(test.pearsonPValue)}`,
    `G = ${formatStatistic(test.gStatistic)}, ${formatPValue(test.gPValue)}`,
  ];
  const exact = entryOf(EXACT_TESTS, test.method);
  if (exact !== undefined) {
    const seed = test.seed === null ? '' : ` (seed ${test.seed})`;
    parts.push(`${exact}${seed}: ${formatPValue(test.pValue)}`);
  }
  return [parts.join('; '), ...decidingLines(test, call)];
}
