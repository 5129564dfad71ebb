import { counted } from '../../number-text.js';
import type { CallRecord, RunRecord, SplitRecord } from '../../record/run-record.js';
import { formatCount, formatProbability, formatShare, formatStatistic } from '../numbers.js';
import { errorSentences } from '../sentences/errors.js';
import { reachText } from '../sentences/reach.js';
import { testSentences } from '../sentences/test.js';
import { message } from './foreign.js';
import { type Content, type Html, html } from './markup.js';
import { type Fact, factList, sentenceList } from './section.js';
import { MOST_ROWS, tableElement } from './table.js';

/** How the verdict of a call came to be; nothing where no split was judged. */
export function decision({ attempts, passive }: RunRecord, call: CallRecord): Html | null {
  const { split } = call;
  if (split === null || split.sampled === 0) return null;
  if (split.destinations.every(({ weight }) => weight === null)) return null;
  const { test } = split;
  // Whose connections go to which gateway, others' requests do not show.
  const reach = passive === undefined ? reachText(split) : null;
  const sentences = [
    ...(call.change === undefined ? rule(split, attempts) : ruleOfSides(split)),
    ...(test === null ? [] : testSentences(test, call).map(message)),
    ...(reach === null ? [] : [message(reach)]),
    ...errorSentences(split).slice(0, MOST_ROWS).map(message),
  ];
  return html`${factList(facts(split))} ${sentenceList(sentences)} ${blocks(split)}`;
}

/** The rule, in the words of who has to trust it. */
function rule({ alpha, destinations }: SplitRecord, attempts: number): Content[] {
  const often = formatCount(Math.round(1 / alpha));
  const isGate = destinations.every(({ tolerance }) => tolerance === null || tolerance === 0);
  return [
    isGate
      ? `There is no tolerance: a split fails when chance alone gives one so far off less than once in ${often} times.`
      : `A split passes when every share is shown to be within its tolerance, and fails when one is shown to be off by more than that; else there is not enough to tell.`,
    `An exactly right split is failed once in ${often} runs at most${isGate ? '' : ', and one that is off by its tolerance passed once in as many'}.`,
    ...(attempts > 1
      ? [
          `${counted(attempts, 'run')} were joined: that one of them passes by chance is so many times likelier.`,
        ]
      : []),
  ];
}

/** The same of a run across a change of weights, whose split as a whole is not judged. */
function ruleOfSides({ alpha }: SplitRecord): Content[] {
  const often = formatCount(Math.round(1 / alpha));
  return [
    'The time before the change and the time after it are judged each by itself: it passes when every share is shown to be within its tolerance, and fails when one is shown to be off by more than that; else there is not enough to tell.',
    `A run with both sides exactly right is failed once in ${often} runs at most.`,
  ];
}

function facts(split: SplitRecord): Fact[] {
  const { alpha, power, requestsPlanned, sampled, n, missing, test, aborts } = split;
  return [
    ['alpha', String(alpha)],
    ['power', power === null ? 'not known' : formatShare(power)],
    ...(requestsPlanned === null ? [] : [['planned', formatCount(requestsPlanned)] satisfies Fact]),
    ['sampled', formatCount(sampled)],
    ['with a known destination', formatCount(n)],
    ['missing', missingText(split, missing)],
    ...(aborts === null
      ? []
      : [
          [
            'aborted on purpose',
            html`${message(aborts.description)}: ${formatCount(aborts.seen)} seen,
            ${formatCount(aborts.allowed)} explained`,
          ] satisfies Fact,
        ]),
    ...(test === null
      ? []
      : ([
          ['method', test.method.replaceAll('-', ' ')],
          ['statistic', `X² = ${formatStatistic(test.statistic)}, df = ${test.df}`],
          ['p-value', formatProbability(test.pValue)],
          ['p-value that was judged', formatProbability(test.decidingPValue)],
        ] satisfies Fact[])),
  ];
}

function missingText({ unattributed, cancelled }: SplitRecord, missing: number): string {
  const parts = [
    ...(unattributed > 0 ? [`${formatCount(unattributed)} answered by nobody known`] : []),
    ...(cancelled > 0 ? [`${formatCount(cancelled)} given up by this side`] : []),
  ];
  return parts.length === 0
    ? formatCount(missing)
    : `${formatCount(missing)} (${parts.join(', ')})`;
}

/** Whether draws were independent over time; nothing where that was not looked at. */
function blocks({ draws }: SplitRecord): Html | null {
  if (draws === null || draws.inTime.length === 0) return null;
  return tableElement({
    caption: 'Are answers close in time alike?',
    columns: [
      { title: 'blocks in send order' },
      { title: 'X²/df', isNumber: true },
      { title: 'p, equal shares', isNumber: true },
      { title: 'p, equal neighbours', isNumber: true },
    ],
    rows: draws.inTime.map(({ blocks: count, inflation, homogeneityPValue, neighbourPValue }) => [
      formatCount(count),
      formatStatistic(inflation),
      chance(homogeneityPValue),
      chance(neighbourPValue),
    ]),
  });
}

function chance(p: number | null): string {
  return p === null ? '-' : formatProbability(p);
}
