import { binomialUpperTail } from '../../stats/binomial-distribution.js';
import type { CallJudgement, JudgedCall, Reason, RunRule } from '../expectation.js';
import { count, percent } from '../../number-text.js';
import type { SplitRule } from '../split/split-evidence.js';
import { parseTolerance } from '../split/tolerance.js';
import { type Verdict, worstOf } from '../verdict.js';
import { changeFindings } from './change-findings.js';
import { dependenceOf } from './dependence.js';
import type {
  ChangeExpectation,
  ChangeFigures,
  SideFigures,
  StretchCounts,
} from './expectation.js';
import { failureSpans } from './failure-spans.js';
import { judgeSide } from './judge-side.js';
import { alikeConnections, momentsByConnection } from './moments-by-connection.js';
import { changeAgain, type Cut, cutAtChange, spanOf, stretchOf, withMoments } from './stretches.js';

/** Failing by shares, two sides; by errors, three stretches: alpha is shared out among them. */
const SIDES = 2;
const STRETCHES = 3;

/** Judges a call across a change. @param calls How many calls share alpha. */
export function judgeChange(
  one: JudgedCall<ChangeExpectation>,
  rule: RunRule,
  calls: number,
): CallJudgement {
  const figures = changeFigures(one, rule, calls);
  if (figures === null) {
    const text = 'nothing is known of when requests were sent, so no change can be found';
    return judgement('inconclusive', [{ code: 'change-unclear', text }]);
  }
  const { verdict, reasons } = concludeChange(figures, one, rule, calls);
  return {
    ...judgement(verdict, reasons),
    findings: changeFindings(figures, one.counted.span?.startMs ?? 0),
    change: figures,
  };
}

function judgement(verdict: Verdict, reasons: Reason[]): CallJudgement {
  return { verdict, reasons, findings: [], split: null, check: null };
}

/**
 * The change, and what lies on either side of it; null where nothing was counted by time.
 *
 * @param detail Whether connections are told apart by when they changed, which takes some time.
 */
export function changeFigures(
  one: JudgedCall<ChangeExpectation>,
  rule: RunRule,
  calls: number,
  detail: 'whole' | 'by-connection' = 'by-connection',
): ChangeFigures | null {
  const { call, counted } = one;
  const { timeline, destinations: names } = counted.counts;
  if (timeline === undefined) return null;
  const previous = names.map((_, i) => call.destinations[i]?.previousWeight ?? 0);
  const next = names.map((_, i) => call.destinations[i]?.weight ?? 0);
  const { widthMs } = timeline;
  const shares = { previous: sharesOf(previous), next: sharesOf(next) };
  const whole = cutAtChange(timeline, shares.previous, shares.next, rule.alpha);
  const moments =
    detail === 'whole' || whole.outcome !== 'found'
      ? []
      : momentsByConnection(one, spanOf(whole.before, widthMs), shares, rule.alpha);
  const cut = withMoments(whole, moments, timeline);
  const sideRule = ruleOf(call, rule, calls);
  const { requestsBefore, requestsAfter } = call.expectation;
  const side = (bins: Cut['before'], weights: number[], requestsPlanned: number | null) => {
    const span = spanOf(bins, widthMs);
    const alike = alikeConnections(counted.connections.length, moments);
    const dependence = span === null ? null : dependenceOf(one, span, alike, rule.alpha);
    return judgeSide(bins, widthMs, names, {
      ...{ rule: sideRule, weights, requestsPlanned, dependence },
    });
  };
  return {
    outcome: cut.outcome,
    moment: cut.moment,
    moments,
    again: changeAgain(cut, widthMs, names.length),
    before: side(cut.before, previous, requestsBefore),
    during: stretchOf(cut.during, widthMs, names),
    after: side(cut.after, next, requestsAfter),
    maxErrorRate: call.maxErrorRate,
    failures: failureSpans(
      timeline.failures.map(({ number, status, cause, destination, count }) => ({
        ...{ fromMs: number * widthMs, toMs: (number + 1) * widthMs, status, cause, count },
        destination: names[destination] ?? null,
      })),
    ),
  };
}

function concludeChange(
  { outcome, again, before, during, after }: ChangeFigures,
  { call: { maxErrorRate } }: JudgedCall<ChangeExpectation>,
  { alpha }: RunRule,
  calls: number,
): { verdict: Verdict; reasons: Reason[] } {
  const errors = errorsDuring(during, maxErrorRate, alpha / STRETCHES / calls);
  const parts: { verdict: Verdict; reasons: Reason[] }[] = [
    ...(errors === null ? [] : [{ verdict: 'fail' as const, reasons: [errors] }]),
    ...NOT_FOUND[outcome],
    ...(again === null ? [] : [{ verdict: 'inconclusive' as const, reasons: [CHANGED_AGAIN] }]),
    // Without a change there are no two sides.
    ...(outcome === 'found' ? [sideOf('before', before), sideOf('after', after)] : []),
    ...(outcome === 'not-seen' && before !== null ? [sideOf('before', before)] : []),
    ...(outcome === 'over-before' && after !== null ? [sideOf('after', after)] : []),
  ];
  const verdict = worstOf(parts.map((part) => part.verdict));
  const deciding = parts.filter((part) => part.verdict === verdict);
  const others = parts.filter((part) => part.verdict !== verdict);
  return { verdict, reasons: [...deciding, ...others].flatMap(({ reasons }) => reasons) };
}

const NOT_FOUND: Record<ChangeFigures['outcome'], { verdict: Verdict; reasons: Reason[] }[]> = {
  found: [],
  'not-seen': [
    {
      verdict: 'fail',
      reasons: [
        {
          code: 'change-not-seen',
          text: 'the weights did not change: the previous ones were served to the end',
        },
      ],
    },
  ],
  'over-before': [
    {
      verdict: 'inconclusive',
      reasons: [
        {
          code: 'change-not-seen',
          text: 'the new weights were served from the beginning, so the change itself was not seen',
        },
      ],
    },
  ],
  unclear: [
    {
      verdict: 'inconclusive',
      reasons: [
        {
          code: 'change-unclear',
          text: 'whether the weights changed cannot be said from so few answers',
        },
      ],
    },
  ],
};

const CHANGED_AGAIN: Reason = {
  code: 'change-again',
  text: 'the weights changed once more after the change, so there is no one split after it',
};

/** A side without requests, where a change was found. */
const NOTHING_THERE: Record<'before' | 'after', Reason> = {
  before: {
    code: 'too-few-requests',
    text: 'before the change, nothing was sent early enough to be judged: start this earlier',
  },
  after: {
    code: 'too-few-requests',
    text: 'after the change, nothing was sent late enough to be judged: give it longer',
  },
};

function sideOf(
  name: 'before' | 'after',
  side: SideFigures | null,
): { verdict: Verdict; reasons: Reason[] } {
  if (side === null) return { verdict: 'inconclusive', reasons: [NOTHING_THERE[name]] };
  const reasons = side.reasons.map(({ code, text }) => ({
    code,
    text: `${name} the change, ${text}`,
  }));
  return { verdict: side.verdict, reasons };
}

/** That more failed while the weights changed than may, shown at a level; null where that is not shown. */
function errorsDuring(during: StretchCounts | null, limit: number, level: number): Reason | null {
  if (during === null) return null;
  const asked = during.sent - during.cancelled + during.unsent;
  const failed = during.failed + during.timedOut + during.unsent;
  if (failed === 0 || binomialUpperTail(failed, asked, limit) > level) return null;
  const text = `while the weights changed, ${count(failed)} of ${count(asked)} requests failed (${percent(failed / asked)}); ${percent(limit)} may (--max-error-rate)`;
  return { code: 'errors-in-change', text };
}

function ruleOf(
  { maxErrorRate, errorLimits, expectation }: JudgedCall<ChangeExpectation>['call'],
  { alpha, seed }: RunRule,
  calls: number,
): SplitRule {
  const { power, tolerance, errorRateShown } = expectation;
  return {
    ...{ alpha, power, seed, maxErrorRate, errorLimits, errorRateShown },
    design: 'fixed',
    tolerance: parseTolerance(tolerance),
    failAlpha: alpha / SIDES / calls,
    errorAlpha: alpha / STRETCHES / calls,
  };
}

function sharesOf(weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => weight / sum);
}
