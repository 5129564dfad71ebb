import { decideSplit, type SplitDecision } from '../verdict/decide.js';
import { reasonText } from '../verdict/decide-reasons.js';
import type { Finding } from '../verdict/findings/finding.js';
import { findAll } from '../verdict/findings/index.js';
import { findRefusals } from '../verdict/findings/refusals.js';
import { parseTolerance } from '../verdict/tolerance.js';
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

/** The verdict on a call. */
export interface Judgement {
  decision: SplitDecision;
  reasons: string[];
  findings: Finding[];
}

/** Applies the decision rule to what was observed, once, and names what stands out. */
export function judge(rule: JudgeRule, evidence: CallEvidence): Judgement {
  const decision = decideSplit(splitEvidence(evidence), {
    ...rule,
    tolerance: parseTolerance(rule.tolerance),
  });
  return {
    decision,
    reasons: [
      ...decision.reasons.map((reason) => sentence(reasonText(reason))),
      ...abortReasons(evidence.aborts, evidence.sampled),
    ],
    findings: [
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
    ].map((finding) => ({
      ...finding,
      summary: sentence(finding.summary),
      evidence: finding.evidence,
    })),
  };
}

function sentence(text: string): string {
  const capital = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
