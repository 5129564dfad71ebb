import type { JudgedCall, RunRule } from '../expectation.js';
import { probesNeeded } from './connection-probe.js';
import { callEvidence, splitEvidence } from './evidence.js';
import type { SplitExpectation } from './expectation.js';
import { splitRule } from './split-rule.js';
import { decideSplit } from './verdict/split-verdict.js';

/**
 * How many connections of one request each a sample leaves to be asked.
 *
 * @returns 0 where the verdict does not depend on it.
 */
export function probesLeft(judged: JudgedCall<SplitExpectation>, rule: RunRule): number {
  const answering = judged.counted.counts.observed.filter((count) => count > 0);
  // Only then is there something to tell; a decision takes its time.
  if (answering.length !== 1) return 0;
  const evidence = splitEvidence(callEvidence(judged));
  return probesNeeded(decideSplit(evidence, splitRule(judged.call, rule)), rule.alpha);
}
