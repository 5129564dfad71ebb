import { chance, count, counted, percent } from '../../../number-text.js';
import { found } from '../../found.js';
import { waysText } from './backends.js';
import type { FindingRule } from './finding-evidence.js';

/** `destination-failing`: too few OK answers for any share and any error rate that would do. */
export const destinationFailing: FindingRule = ({ decision }) => {
  const failing = decision.reasons.filter((reason) => reason.code === 'destination-failing');
  if (failing.length === 0) return null;
  const names = failing.map(({ destination }) => `'${destination}'`).join(', ');
  const parts = failing.map(
    ({ destination, ok, sampled, least, pValue }) =>
      `'${destination}' answered ${count(ok)} of ${counted(sampled, 'request')} OK at most, ${percent(ok / sampled)} for ${percent(least)} at least (${chance(pValue)})`,
  );
  return found('target', {
    code: 'destination-failing',
    severity: 'error',
    summary: `too few OK answers come from ${names}`,
    evidence: parts.join('; '),
    advice:
      'Either it gets too little of the traffic, or it fails too often: look at its pods, their logs and restarts, at the gateway’s response flags for its cluster, and at the weights.',
  });
};

/** `errors-unattributed`: failures that do not say whose they are, and could convict a destination. */
export const errorsUnattributed: FindingRule = ({ decision, identityWays }) => {
  const reason = decision.reasons.find(({ code }) => code === 'errors-unattributed');
  if (reason?.code !== 'errors-unattributed') return null;
  const { unidentified, destinations, worst } = reason;
  const names = destinations.map((name) => `'${name}'`).join(' or ');
  return found('target', {
    code: 'errors-unattributed',
    severity: 'warning',
    summary: 'failures do not say which destination they come from',
    evidence: `${counted(unidentified, 'failure')} without an identity; all those of ${names}, they would be more than may fail (${count(worst.errors)} of ${count(worst.answers)} of '${worst.destination}', ${chance(worst.pValue)})`,
    advice: `Let failed answers carry the pod’s name as well: in a header or trailer, for many servers set neither when they fail. ${waysText(identityWays)}Failures that the gateway makes itself belong to no destination, and its response flags say so.`,
  });
};
