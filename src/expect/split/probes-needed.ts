import type { JudgedCall, RunRule } from '../expectation.js';
import { decideSplit } from './decide.js';
import { connectionsToTell } from './dependence.js';
import { callEvidence, splitEvidence } from './evidence.js';
import type { SplitExpectation } from './expectation.js';
import { splitRule } from './split-rule.js';

/**
 * How many connections of one request each are needed to tell a wrong split from connections that
 * stay with one destination, where one destination gave all answers over fewer connections than that.
 *
 * @returns 0 where the verdict does not depend on it.
 */
export function probesNeeded(judged: JudgedCall<SplitExpectation>, rule: RunRule): number {
  const answering = judged.counted.counts.observed.filter((count) => count > 0);
  if (answering.length !== 1) return 0;
  const { dependence, destinations, verdict } = decideSplit(
    splitEvidence(callEvidence(judged)),
    splitRule(judged.call, rule),
  );
  if (dependence?.kind !== 'one-destination' || verdict === 'fail') return 0;
  const largest = Math.max(...destinations.map(({ expectedShare }) => expectedShare));
  const needed = connectionsToTell(rule.alpha, largest);
  return dependence.connections < needed ? needed : 0;
}
