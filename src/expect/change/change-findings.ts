import type { Finding } from '../../finding.js';
import { count, counted, seconds, splitText } from '../../number-text.js';
import { found } from '../found.js';
import type {
  ChangeFigures,
  ChangeMoment,
  ConnectionsMoment,
  TimedFailure,
} from './expectation.js';

/** So many kinds of failures stand in a finding; the record has them all. */
const SHOWN_FAILURES = 5;

/** What stands out of a change. @param startMs When the run began, in ms since 1970. */
export function changeFindings(figures: ChangeFigures, startMs: number): Finding[] {
  const { outcome, moment, moments } = figures;
  const findings: Finding[] = [];
  const into = (ms: number): string => seconds(Math.max(0, ms - startMs) / 1000);
  if (moments.length > 0) findings.push(atSeveralMoments(moments, into));
  else if (moment !== null) findings.push(atOneMoment(moment, into));
  if (outcome === 'not-seen' || outcome === 'over-before') findings.push(notSeen(outcome));
  if (figures.again !== null) findings.push(changedAgain(figures.again, figures, into));
  const failures = inChange(figures);
  if (failures.length > 0) findings.push(errorsInChange(failures, into));
  return findings;
}

function atOneMoment(
  { atMs, beginMs, endMs, isGradual, isToOthers }: ChangeMoment,
  into: (ms: number) => string,
): Finding {
  return found('target', {
    code: isGradual ? 'change-gradual' : 'change-found',
    severity: isGradual ? 'warning' : 'info',
    summary: isGradual
      ? `the weights changed little by little, from about ${into(mid(beginMs))} to ${into(mid(endMs))} into the run`
      : `the weights changed${isToOthers ? ', but not to the new ones,' : ''} ${into(atMs)} into the run, at ${new Date(atMs).toISOString()}`,
    evidence: isGradual
      ? `it began between ${into(beginMs[0])} and ${into(beginMs[1])}, and was over between ${into(endMs[0])} and ${into(endMs[1])}`
      : `between ${into(beginMs[0])} and ${into(endMs[1])}`,
    advice: isGradual
      ? 'Replicas of the gateway, or its threads, took the new weights one after the other: look at how long the control plane takes to tell them all.'
      : '',
  });
}

/** So many addresses are named; the record has them all. */
const SHOWN_REMOTES = 3;

function atSeveralMoments(
  moments: readonly ConnectionsMoment[],
  into: (ms: number) => string,
): Finding {
  const parts = moments.map(({ connections, remotes, served, atMs }) => {
    const named = remotes.slice(0, SHOWN_REMOTES).join(', ');
    const others = remotes.length > SHOWN_REMOTES ? ', …' : '';
    const whose = named === '' ? '' : ` to ${named}${others}`;
    const when = { both: into(atMs), previous: 'not at all', new: 'before the run' }[served];
    return `on ${counted(connections.length, 'connection')}${whose} ${when}`;
  });
  const isLeftBehind = moments.some(({ served }) => served === 'previous');
  return found('proxy', {
    code: 'change-by-replica',
    severity: 'warning',
    summary: isLeftBehind
      ? `the weights did not change everywhere: ${parts.join(', ')}`
      : `the weights did not change everywhere at once: ${parts.join(', ')}`,
    evidence: moments
      .filter(({ served }) => served === 'both')
      .map(({ betweenMs: [from, to] }) => `between ${into(from)} and ${into(to)}`)
      .join('; '),
    advice: isLeftBehind
      ? 'These connections lead to replicas of the gateway that served the previous weights to the end: look at whether the control plane still reaches them (istioctl proxy-status).'
      : 'The connections lead to replicas of the gateway, or to threads of one, that took the new weights one after the other: look at how long the control plane takes to tell them all.',
  });
}

function changedAgain(
  { atMs, shares }: NonNullable<ChangeFigures['again']>,
  { after }: ChangeFigures,
  into: (ms: number) => string,
): Finding {
  return found('target', {
    code: 'change-again',
    severity: 'warning',
    summary: `the weights changed again ${into(atMs)} into the run`,
    evidence: `since then ${splitText(after?.destinations ?? [], shares)}`,
    advice:
      'Something else changes the route: a controller that rolls back or goes on to its next step, or a deploy. Look at who wrote it last.',
  });
}

function notSeen(outcome: 'not-seen' | 'over-before'): Finding {
  const isLate = outcome === 'not-seen';
  return found('target', {
    code: 'change-not-seen',
    severity: isLate ? 'error' : 'warning',
    summary: isLate
      ? 'no change of the weights was seen: the previous ones were served to the end'
      : 'no change of the weights was seen: the new ones were served from the beginning',
    evidence: '',
    advice: isLate
      ? 'Was the change applied while this ran, and to the route that the request takes? Look at whether the gateway has taken it (--envoy-admin), and give it longer.'
      : 'Start this before the weights are changed, or verify without --across-change.',
  });
}

/** Failures that were going on while the change was under way. */
function inChange({ during, failures }: ChangeFigures): TimedFailure[] {
  if (during === null) return [];
  return failures.filter(({ fromMs, toMs }) => fromMs < during.toMs && toMs > during.fromMs);
}

function errorsInChange(failures: readonly TimedFailure[], into: (ms: number) => string): Finding {
  const all = failures.reduce((sum, failure) => sum + failure.count, 0);
  const texts = failures
    .slice(0, SHOWN_FAILURES)
    .map(({ fromMs, toMs, cause, destination, count: of }) => {
      const whose = destination === null ? '' : ` of ${destination}`;
      return `${into(fromMs)} to ${into(toMs)}: ${count(of)}${whose}${cause === '' ? '' : ` (${cause})`}`;
    });
  const others = failures.length - texts.length;
  return found('target', {
    code: 'errors-in-change',
    severity: 'warning',
    summary: `${counted(all, 'request')} failed while the weights changed`,
    evidence: `${texts.join('; ')}${others > 0 ? `; and ${counted(others, 'more time')}` : ''}`,
    advice:
      'A change of weights alone drops nothing: look for listeners or endpoints that were replaced with it, and for how connections are drained.',
  });
}

function mid([low, high]: readonly [number, number]): number {
  return (low + high) / 2;
}
