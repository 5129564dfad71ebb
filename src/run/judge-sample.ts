import {
  type ConnectionProbe,
  probeConnections,
  probesNeeded,
  refusalToProbe,
} from './connection-probe.js';
import { type CallEvidence, callEvidence } from './evidence.js';
import type { ExpectedSplit } from './expectation.js';
import { judge, type Judgement, type JudgeRule } from './judge.js';
import type { Measurement, RunHooks } from './measure.js';

/** What a sample came to. */
export interface JudgedSample {
  evidence: CallEvidence;
  judgement: Judgement;
  /** What was asked of connections after the sample; null when nothing was. */
  probe: ConnectionProbe | null;
}

/**
 * Judges the sample. Where only one destination answered, over too few connections to tell a wrong
 * split from connections that stay with one destination, connections of one request each are opened first.
 * The sample is not touched by them: they are asked how connections are dealt out, and nothing else.
 */
export async function judgeSample(
  rule: JudgeRule,
  expected: ExpectedSplit,
  measured: Measurement,
  hooks: RunHooks,
): Promise<JudgedSample> {
  const evidence = callEvidence(expected, measured.tally);
  const judgement = judge(rule, evidence);
  const asIs = { evidence, judgement, probe: null };
  const needed = probesNeeded(judgement.decision, rule.alpha);
  if (needed === 0 || measured.end !== 'complete') return asIs;
  const refusal = refusalToProbe(needed);
  if (refusal !== null) {
    hooks.onNote(refusal);
    return asIs;
  }
  const { loadPlan, loadAgain } = measured;
  const probe = await probeConnections(needed, loadPlan, loadAgain, hooks.signal);
  const known = callEvidence(expected, measured.tally, probe);
  return { evidence: known, judgement: judge(rule, known), probe };
}
