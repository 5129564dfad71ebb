import type { Finding } from '../../finding.js';
import { count, counted, seconds } from '../../number-text.js';
import { found } from '../found.js';
import type { ChangeFigures, TimedFailure } from './expectation.js';

/** So many stretches with failures stand in a finding; the record has them all. */
const SHOWN_FAILURES = 5;

/** What stands out of a change. @param startMs When the run began, in ms since 1970. */
export function changeFindings(figures: ChangeFigures, startMs: number): Finding[] {
  const { outcome, moment } = figures;
  const findings: Finding[] = [];
  const into = (ms: number): string => seconds(Math.max(0, ms - startMs) / 1000);
  if (moment !== null) {
    const { atMs, beginMs, endMs, isGradual, isToOthers } = moment;
    findings.push(
      found('target', {
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
      }),
    );
  }
  if (outcome === 'not-seen' || outcome === 'over-before') findings.push(notSeen(outcome));
  const failures = inChange(figures);
  if (failures.length > 0) findings.push(errorsInChange(failures, into));
  return findings;
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

/** Failures of the time in which the change was under way. */
function inChange({ during, failures }: ChangeFigures): TimedFailure[] {
  if (during === null) return [];
  return failures.filter(({ fromMs, toMs }) => fromMs >= during.fromMs && toMs <= during.toMs);
}

function errorsInChange(failures: readonly TimedFailure[], into: (ms: number) => string): Finding {
  const all = failures.reduce((sum, failure) => sum + failure.count, 0);
  const texts = failures
    .slice(0, SHOWN_FAILURES)
    .map(({ fromMs, cause, destination, count: of }) => {
      const whose = destination === null ? '' : ` of ${destination}`;
      return `${into(fromMs)}: ${count(of)}${whose}${cause === '' ? '' : ` (${cause})`}`;
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
