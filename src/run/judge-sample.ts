import type { CallTally } from '../load/call-counter.js';
import {
  type ConnectionProbe,
  probeConnections,
  probesNeeded,
  refusalToProbe,
} from './connection-probe.js';
import { type CallEvidence, callEvidence } from './evidence.js';
import type { ExpectedSplit } from './expected-split.js';
import { judge, type Judgement, type JudgeRule } from './judge.js';
import type { MeasuredCall, Measurement, RunHooks } from './measure.js';

/** A call of the sample before it is judged. */
interface SampledCall extends MeasuredCall {
  name: string;
  expected: ExpectedSplit;
  rule: JudgeRule;
}

/** What the verdict on a call looks at. */
interface Observed {
  evidence: CallEvidence;
  /** What was asked of connections after the sample; null when nothing was. */
  probe: ConnectionProbe | null;
}

/**
 * Judges the sample. Where only one destination answered a call, over too few connections to tell a
 * wrong split from connections that stay with one destination, connections of one request each are
 * opened first. The sample is not touched by them: they are asked how connections are dealt out, and
 * nothing else.
 */
export async function judgeSample<C extends SampledCall>(
  measured: Measurement<C>,
  hooks: RunHooks,
): Promise<Judgement<C & CallTally & Observed>> {
  const sampled = measured.calls.map((call) => ({
    ...call,
    evidence: callEvidence(call.expected, call.tally),
    probe: null as ConnectionProbe | null,
  }));
  const judgement = judge(sampled);
  if (measured.end !== 'complete') return judgement;
  let isProbed = false;
  for (const [index, call] of judgement.calls.entries()) {
    const needed = probesNeeded(call.decision, call.rule.alpha);
    if (needed === 0) continue;
    const refusal = refusalToProbe(needed);
    if (refusal !== null) {
      hooks.onNote(refusal);
      continue;
    }
    const load = (requests: number) => measured.loadAgain(index, requests);
    const probe = await probeConnections(needed, load, hooks.signal);
    const evidence = callEvidence(call.expected, call.tally, probe);
    sampled[index] = { ...call, evidence, probe };
    isProbed = true;
  }
  return isProbed ? judge(sampled) : judgement;
}
