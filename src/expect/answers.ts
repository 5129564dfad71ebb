import { count, counted, percent } from '../number-text.js';
import type { CallJudgement, ExpectingCall, JudgedCall, Kind, Reason } from './expectation.js';
import { findRefusals } from './refusals.js';
import type { AbortsJudgement } from './aborts.js';
import {
  type ErrorCounts,
  errorRatesOf,
  type ErrorRates,
  keepsErrorRate,
} from './thresholds/error-rates.js';

/**
 * Nothing is expected besides answers: whether they come, and how often they do not. What the route
 * aborts on purpose does not count as a failure.
 */
export const answers: Kind<null, null> = {
  plan: (_, { okStatuses }) => ({
    expectation: null,
    wanted: { okStatuses, spreadSize: Infinity },
    requests: null,
  }),
  judge: (calls, rule) => {
    const alpha = rule.alpha / calls.length;
    return Promise.all(calls.map((call) => judgeCall(call, alpha)));
  },
};

async function judgeCall(
  { call, counted }: JudgedCall<null>,
  alpha: number,
): Promise<CallJudgement> {
  const { counts, failures } = counted;
  const aborts = await abortsOf({ call, counted });
  const errors = withoutAborts(errorRatesOf([counts]), aborts?.figures.allowed ?? 0);
  return {
    ...verdictOn(counts.ends.ok, errors, call, alpha, aborts?.reasons ?? []),
    findings: [...findRefusals(failures, counts, call), ...(aborts?.findings ?? [])],
    split: null,
    check: null,
  };
}

function withoutAborts({ overall, byDestination }: ErrorRates, allowed: number): ErrorRates {
  const less = ({ failed, ended }: Pick<ErrorCounts, 'failed' | 'ended'>) => {
    return { failed: failed - allowed, ended: ended - allowed };
  };
  const all = less(overall);
  return {
    overall: { ...all, worst: all },
    // Aborts say nothing of who would have answered.
    byDestination: new Map(
      [...byDestination].map(([name, own]) => [name, { ...own, worst: less(own.worst) }]),
    ),
  };
}

async function abortsOf({ call, counted }: JudgedCall<null>): Promise<AbortsJudgement | null> {
  // Who answered is not asked here: aborts that are OK are answers like others.
  if (call.aborts === null || call.aborts.answeredOk) return null;
  // Loaded only where a route aborts requests: its statistics take their time.
  const { judgeAborts } = await import('./aborts.js');
  return judgeAborts(call.aborts, counted);
}

/** Errors of all, and of each destination that is known in advance, held against their limits. */
function verdictOn(
  ok: number,
  { overall, byDestination }: ErrorRates,
  { maxErrorRate, errorLimits, destinations }: ExpectingCall,
  alpha: number,
  others: readonly Reason[],
): Pick<CallJudgement, 'verdict' | 'reasons'> {
  const { ended } = overall;
  if (ended === 0) {
    const text = 'nothing was answered';
    return { verdict: 'inconclusive', reasons: [{ code: 'no-answers', text }, ...others] };
  }
  const judged = [
    { whose: '', counts: overall, limit: maxErrorRate, level: alpha },
    ...destinations.flatMap(({ name }) => {
      const counts = byDestination.get(name);
      const limit = Object.hasOwn(errorLimits, name) ? errorLimits[name] : maxErrorRate;
      if (counts === undefined || counts.ended === 0 || limit === undefined) return [];
      return [{ whose: ` of '${name}'`, counts, limit, level: alpha / destinations.length }];
    }),
  ].map((one) => ({ ...one, isKept: keepsErrorRate(one.counts, true, one.limit, one.level) }));
  const ratesOf = (some: typeof judged): string[] =>
    some.map(({ whose, counts: { failed, ended: all }, limit }) => {
      const rate = `${percent(failed / all)} of the requests${whose} failed`;
      return `${rate}; ${percent(limit)} may (--max-error-rate)`;
    });
  const reasonsOf = (code: string, texts: readonly string[]): Reason[] => [
    ...texts.map((text) => ({ code, text })),
    ...others,
  ];
  const broken = judged.filter(({ isKept }) => isKept === false);
  if (broken.length > 0) {
    return { verdict: 'fail', reasons: reasonsOf('error-rate', ratesOf(broken)) };
  }
  const open = judged.filter(({ isKept }) => isKept === null);
  if (open.length > 0) {
    const texts = ratesOf(open).map((text) => `${text}, and whether more do cannot be said`);
    return { verdict: 'inconclusive', reasons: reasonsOf('error-rate-open', texts) };
  }
  const text = `${count(ok)} of ${counted(ended, 'request')} ${ended === 1 ? 'was' : 'were'} answered OK`;
  return { verdict: 'pass', reasons: [{ code: 'answered', text }, ...others] };
}
