import { decideCalls } from '../expect/split/decide-calls.js';
import type { SplitDecision } from '../expect/split/decide.js';
import type { Verdict } from '../expect/split/decide-pass.js';
import { reasonText } from '../expect/split/decide-reasons.js';
import type { Finding } from '../expect/split/findings/finding.js';
import { findAll } from '../expect/split/findings/index.js';
import { findRefusals } from '../expect/split/findings/refusals.js';
import { parseTolerance } from '../expect/split/tolerance.js';
import { aboutCall, callLabels } from '../record/call-labels.js';
import { type CallEvidence, splitEvidence } from './evidence.js';
import { abortReasons, findAbortShare } from './injected-aborts.js';

/** What a verdict is made with. */
export interface JudgeRule {
  alpha: number;
  power: number;
  /** As the user wrote it: `5pp`. */
  tolerance: string;
  maxErrorRate: number;
  seed: number;
}

/** A call that is to be judged. */
export interface JudgedCall {
  /** `pkg.Service/Method`. */
  name: string;
  rule: JudgeRule;
  evidence: CallEvidence;
}

/** The verdict on a run: on all of its calls. */
export interface Judgement<C extends JudgedCall> {
  verdict: Verdict;
  calls: (C & { decision: SplitDecision })[];
  /** Of several calls, each names its own. */
  reasons: string[];
  findings: Finding[];
}

/** Applies the decision rule to what was observed, once, and names what stands out. */
export function judge<C extends JudgedCall>(calls: readonly C[]): Judgement<C> {
  const { verdict, calls: decisions } = decideCalls(
    calls.map(({ rule, evidence }) => ({
      evidence: splitEvidence(evidence),
      rule: { ...rule, tolerance: parseTolerance(rule.tolerance) },
    })),
  );
  const labels = callLabels(calls.map(({ name }) => name));
  const about = (index: number, text: string): string =>
    sentence(calls.length === 1 ? capitalised(text) : aboutCall(labels[index], text));
  const judged = calls.flatMap((call, index) => {
    const decision = decisions[index];
    return decision === undefined ? [] : [{ ...call, decision }];
  });
  return {
    verdict,
    calls: judged,
    reasons: judged.flatMap(({ evidence, decision }, index) =>
      [...decision.reasons.map(reasonText), ...abortReasons(evidence.aborts, evidence.sampled)].map(
        (reason) => about(index, reason),
      ),
    ),
    findings: judged.flatMap(({ evidence, decision }, index) =>
      findingsOf(evidence, decision).map((finding) => ({
        ...finding,
        summary: about(index, finding.summary),
      })),
    ),
  };
}

function findingsOf(evidence: CallEvidence, decision: SplitDecision): Finding[] {
  return [
    ...findRefusals(evidence.failures, evidence.sampled),
    ...findAbortShare(evidence.aborts, evidence.sampled),
    ...findAll({
      decision,
      destinations: evidence.destinations.map((destination, index) => ({
        ...destination,
        expectedShare: decision.destinations[index]?.expectedShare ?? 0,
      })),
      unknown: {
        answers: evidence.unattributed,
        examples: evidence.unknownPods.map(({ name }) => name),
      },
      connections: evidence.connections,
      windows: evidence.windows,
      countWindows: evidence.blocks,
      failedWithoutDestination: decision.missing - evidence.unattributed - evidence.cancelled,
    }),
  ];
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
