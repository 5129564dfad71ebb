import { decideCalls } from './verdict/calls-verdict.js';
import { drawFigures } from './draws/draw-figures.js';
import { unlessChanged } from './verdict/changed-during-run.js';
import { decideSplit, type SplitDecision } from './verdict/split-verdict.js';
import { InputError } from '../../input-error.js';
import { findRefusals } from '../refusals.js';
import type { CallJudgement, JudgedCall, Kind, Reason, RunRule } from '../expectation.js';
import { callEvidence, splitEvidence, type CallEvidence } from './evidence.js';
import type { DestinationErrors } from './errors/judged-errors.js';
import type { ErrorFigures, SplitExpectation, SplitFigures, SplitWish } from './expectation.js';
import { followsWeights } from './follows-weights.js';
import { probesNeeded } from './connection-probe.js';
import { findAll } from './findings/index.js';
import { withMessages } from './messages/judge-messages.js';
import { splitPlan } from './plan/split-plan.js';
import { splitRule } from './split-rule.js';
import { lookAtSplit } from './sequential/look.js';
import { isExactGate, parseTolerance } from './tolerance.js';

/** The answers are split as the weights say. */
export const split: Kind<SplitWish, SplitExpectation> = {
  plan(wish, { destinations, aborts, okStatuses, alpha, power, ...load }) {
    const { tolerance, errorRateShown, design } = wish;
    if (design === 'sequential' && isExactGate(parseTolerance(tolerance))) throw noSequentialGate();
    const weighted = destinations.map(({ name, weight }) => ({ name, weight: weight ?? 0 }));
    const { planned, spreadSize } = splitPlan(
      { destinations: weighted, aborts },
      { alpha, power, tolerance: parseTolerance(tolerance), errorRateShown },
      load,
    );
    return {
      expectation: {
        kind: 'split',
        tolerance,
        design,
        errorRateShown,
        power,
        requestsPlanned: planned,
      },
      wanted: {
        ...{ okStatuses, spreadSize },
        // An OK answer of nobody may be one that the route gives itself.
        countsKnownAlone: aborts?.answeredOk !== true,
        ...(design === 'sequential' ? { mayEndEarly: true } : {}),
      },
      requests: planned,
    };
  },
  judge(calls, rule) {
    const judged = calls.map((one) => ({ ...one, evidence: callEvidence(one) }));
    const { calls: decisions } = decideCalls(
      judged.map(({ call, evidence }) => ({
        evidence: { ...splitEvidence(evidence), isOneOfReplicas: call.replica !== undefined },
        rule: splitRule(call, rule),
      })),
    );
    return judged.flatMap(({ evidence, ...one }, index) => {
      const decision = decisions[index];
      if (decision === undefined) return [];
      return [withMessages(one, judgement(one, evidence, decision, rule), rule.alpha)];
    });
  },
  look(calls, rule) {
    const looks = calls.map((one) => {
      const own = splitRule(one.call, rule);
      const level = { ...own, failAlpha: rule.alpha / calls.length };
      const { requestsPlanned } = one.call.expectation;
      return lookAtSplit(splitEvidence(callEvidence(one)), level, requestsPlanned);
    });
    const isFailed = looks.some(({ state }) => state === 'fail');
    return {
      isSettled: isFailed || looks.every(({ state }) => state !== 'open'),
      isFailed,
      forWeights: Math.min(...looks.map(({ forWeights }) => forWeights)),
      againstWeights: Math.max(...looks.map(({ againstWeights }) => againstWeights)),
    };
  },
  isRolledOut: (batch, rule, level) => followsWeights(decisionOn(batch, rule), level),
  probesLeft(sample, rule) {
    // Connections of this client are not those that are drawn for.
    if (sample.call.forwards !== undefined) return 0;
    const answering = sample.counted.counts.observed.filter((count) => count > 0);
    // Only then is there something to tell; a decision takes its time.
    if (answering.length !== 1) return 0;
    return probesNeeded(decisionOn(sample, rule), rule.alpha);
  },
};

function noSequentialGate(): InputError {
  return new InputError(
    'a tolerance of 0 has nothing that a pass could show before the end: give it a size, or drop --sequential',
    { path: '--tolerance' },
  );
}

/** Judges a call by itself, as its verdict does. */
function decisionOn(judged: JudgedCall<SplitExpectation>, rule: RunRule): SplitDecision {
  return decideSplit(splitEvidence(callEvidence(judged)), splitRule(judged.call, rule));
}

function judgement(
  { call, counted }: JudgedCall<SplitExpectation>,
  evidence: CallEvidence,
  decision: SplitDecision,
  rule: RunRule,
): CallJudgement {
  const { aborts } = evidence;
  const ofSplit = findAll({
    serviceBehind: call.behind?.service ?? null,
    forwardedTo: call.forwards?.url,
    decision,
    cancelled: evidence.cancelled,
    destinations: evidence.destinations.map((destination, index) => ({
      ...destination,
      expectedShare: decision.destinations[index]?.expectedShare ?? 0,
    })),
    // What a log does not know is told with the log.
    unknown: {
      answers: counted.counts.log === null ? evidence.unattributed : 0,
      examples: evidence.unknownPods,
      packed: counted.counts.packed,
    },
    vouchers: counted.counts.vouchers.size,
    identityWays: call.identityWays,
    connections: evidence.connections,
    windows: evidence.windows,
    spread: evidence.spread,
    failedWithoutDestination:
      decision.missing - evidence.unattributed - evidence.cancelled - evidence.hidden,
  });
  const { verdict, reasons } = unlessChanged(decision, ofSplit);
  return {
    verdict,
    reasons: [...reasons, ...(aborts?.reasons ?? []), ...dependenceUnseen(evidence, decision)],
    findings: [
      ...findRefusals(counted.failures, counted.counts, call),
      ...(aborts?.findings ?? []),
      ...ofSplit,
    ],
    split: figuresOf(evidence, decision, rule.alpha, call.replica !== undefined),
    check: null,
  };
}

/** What a settled verdict leaves out where nothing says which requests shared a connection. */
function dependenceUnseen(
  { connections }: CallEvidence,
  { verdict, test }: SplitDecision,
): Reason[] {
  if (connections !== null || test === null || verdict === 'inconclusive') return [];
  const text =
    'the access log does not tell which requests shared a connection, so whether connections stay with a destination could not be looked at: each request counts as drawn by itself';
  return [{ code: 'dependence-not-seen', text }];
}

function figuresOf(
  { aborts, connections }: CallEvidence,
  decision: SplitDecision,
  alpha: number,
  isOfReplica: boolean,
): SplitFigures {
  const { test, worstCasePValue, power, destinations, errors, decidedBy } = decision;
  const errorsByName = new Map(errors.destinations.map((one) => [one.name, one]));
  return {
    power,
    destinations: destinations.map(({ name, expectedShare, interval, tolerance }) => ({
      name,
      expectedShare,
      interval: interval === null ? null : [...interval],
      tolerance,
      errors: errorFigures(errorsByName.get(name)),
    })),
    errors: errors.pooled,
    test:
      test === null ? null : { ...test, decidingPValue: worstCasePValue ?? test.pValue, decidedBy },
    aborts: aborts?.figures ?? null,
    draws: drawFigures(connections, decision.inTime, alpha, isOfReplica),
  };
}

function errorFigures(errors: DestinationErrors | undefined): ErrorFigures | null {
  if (errors === undefined) return null;
  const { unidentified, limit, pValue, othersPValue, excludedAbove } = errors;
  return { unidentified, limit, pValue, othersPValue, excludedAbove };
}
