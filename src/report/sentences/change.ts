import { counted, seconds } from '../../number-text.js';
import type { CallRecord, RunRecord } from '../../record/run-record.js';
import { formatCount, formatPValue, formatShare } from '../numbers.js';

type ChangeRecord = NonNullable<CallRecord['change']>;
type Side = NonNullable<ChangeRecord['before']>;
type Stretch = NonNullable<ChangeRecord['during']>;

/** What stands above the sentences. */
export const CHANGE_TITLE = 'Across the change';

/** So many kinds of failures by time are told; the record has them all. */
const SHOWN_FAILURES = 8;

/** What came of watching a change of weights: the moment, both sides, and every failure with its time. */
export function changeSentences(change: ChangeRecord, { startedAt }: RunRecord): string[] {
  const into = (time: string): string =>
    seconds(Math.max(0, Date.parse(time) - Date.parse(startedAt)) / 1000);
  const { before, during, after, failures, maxErrorRate } = change;
  return [
    momentText(change, into),
    ...change.moments.map((one) => connectionsText(one, into)),
    ...(change.again === null ? [] : [againText(change.again, into)]),
    ...(before === null ? [] : [sideText('before', before)]),
    ...(during === null ? [] : [`during: ${stretchText(during)}, on neither side`]),
    ...(after === null ? [] : [sideText('after', after)]),
    `errors: ${formatShare(maxErrorRate)} may fail before, during and after`,
    ...failures.slice(0, SHOWN_FAILURES).map((one) => {
      const whose = one.destination === null ? '' : ` of ${one.destination}`;
      const cause = one.cause === '' ? '' : `: ${one.cause}`;
      return `failed ${into(one.from)} to ${into(one.to)} into the run, from ${clock(one.from)}: ${formatCount(one.count)} × ${one.status}${whose}${cause}`;
    }),
    ...(failures.length > SHOWN_FAILURES
      ? [`and failures at ${counted(failures.length - SHOWN_FAILURES, 'more time')}`]
      : []),
  ];
}

function momentText({ outcome, moment }: ChangeRecord, into: (time: string) => string): string {
  if (moment === null) return NOT_FOUND[outcome];
  const { at, began, ended, isGradual, isToOthers } = moment;
  const [from, to] = [began[0], ended[1]];
  const about = `${isGradual ? 'little by little, about' : 'changed'}${isToOthers ? ', not to the new weights,' : ''}`;
  return `moment: ${about} ${into(at)} into the run, at ${clock(at)}; between ${into(from)} and ${into(to)}`;
}

function againText(
  { at, shares }: NonNullable<ChangeRecord['again']>,
  into: (time: string) => string,
): string {
  const since = Object.entries(shares).map(([name, share]) => `${name} ${formatShare(share)}`);
  return `again: ${into(at)} into the run, at ${clock(at)}; since then ${since.join(', ')}`;
}

/** What some connections did where others did otherwise. */
function connectionsText(
  { connections, remotes, served, at, between }: ChangeRecord['moments'][number],
  into: (time: string) => string,
): string {
  const whose = remotes.length === 0 ? '' : ` to ${remotes.join(', ')}`;
  const which = `on ${formatCount(connections)} ${connections === 1 ? 'connection' : 'connections'}${whose}`;
  if (at === null || between === null) return `${which}: ${STAYING[served]}`;
  return `${which}: ${into(at)} into the run, at ${clock(at)}; between ${into(between[0])} and ${into(between[1])}`;
}

const STAYING: Record<ChangeRecord['moments'][number]['served'], string> = {
  both: 'both weights',
  previous: 'the previous weights to the end',
  new: 'the new weights from the beginning',
};

const NOT_FOUND: Record<ChangeRecord['outcome'], string> = {
  found: 'moment: found',
  'not-seen': 'moment: none, the previous weights were served to the end',
  'over-before': 'moment: none, the new weights were served from the beginning',
  unclear: 'moment: whether there was one cannot be said',
};

function sideText(name: string, side: Side): string {
  const { verdict, destinations, requestsPlanned, pValue } = side;
  const n = destinations.reduce((sum, { observed }) => sum + observed, 0);
  const shares = destinations.map(
    (one) =>
      `${one.name} ${n === 0 ? '–' : formatShare(one.observed / n)} (${formatShare(one.expectedShare)} expected)`,
  );
  const planned =
    requestsPlanned === null || side.sent >= requestsPlanned
      ? ''
      : `, of ${formatCount(requestsPlanned)} planned`;
  const test = pValue === null ? '' : `; ${formatPValue(pValue)}`;
  return `${name}: ${verdict}, ${stretchText(side)}${planned}; ${shares.join(', ')}${test}`;
}

function stretchText({ sent, failed, timedOut, cancelled, unsent }: Stretch): string {
  const others = [
    [failed, 'failed'],
    [timedOut, 'timed out'],
    [cancelled, 'cancelled'],
    [unsent, 'not sent'],
  ] as const;
  const told = others.flatMap(([number, what]) =>
    number === 0 ? [] : [`${formatCount(number)} ${what}`],
  );
  return [`${formatCount(sent)} requests`, ...told].join(', ');
}

/** The time of day of a moment, in UTC. */
function clock(time: string): string {
  return `${time.slice(11, 23)}Z`;
}
