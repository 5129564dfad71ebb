import type { Finding } from '../../../finding.js';
import type { Reason } from '../../expectation.js';
import type { FindingCode } from '../findings/finding-evidence.js';
import type { Verdict } from '../../verdict.js';
import { reasonText } from './reason-text.js';
import type { SplitDecision } from './split-verdict.js';

const CHANGED: FindingCode = 'weights-changed-during-run';

/**
 * The verdict and its reasons in words. Where the weights were seen to change during the run, a pass is
 * none: on average they may be right, but no part of the run need have been.
 */
export function unlessChanged(
  { verdict, reasons }: SplitDecision,
  findings: readonly Finding[],
): { verdict: Verdict; reasons: Reason[] } {
  const isChanged = findings.some(({ code }) => code === CHANGED);
  if (verdict !== 'pass' || !isChanged) {
    return { verdict, reasons: reasons.map((one) => ({ code: one.code, text: reasonText(one) })) };
  }
  const text = `the shares are right on average, but the weights changed meanwhile: what changes during a run is not the split that was asked for`;
  return { verdict: 'inconclusive', reasons: [{ code: CHANGED, text }] };
}
