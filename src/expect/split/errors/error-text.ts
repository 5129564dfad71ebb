import { chance, count, counted, percent } from '../../../number-text.js';
import type { SplitReason } from '../verdict/reasons.js';

/** Reasons that are about failures. */
type ErrorReason = Extract<
  SplitReason,
  {
    code:
      | 'error-rate'
      | 'destination-failing'
      | 'error-rate-open'
      | 'errors-uneven'
      | 'errors-unattributed'
      | 'error-rate-not-shown';
  }
>;

/** A reason that is about failures, as one sentence without its full stop. */
export function errorText(reason: ErrorReason): string {
  switch (reason.code) {
    case 'error-rate': {
      const { errors, asked, limit, unsent, pValue } = reason;
      const unsentText = unsent === 0 ? '' : `, ${count(unsent)} of them before they could be sent`;
      return `${failuresOf(reason)} failed${unsentText} (${percent(errors / asked)}), more than the ${percent(limit)} allowed beyond chance (${chance(pValue)})`;
    }
    case 'destination-failing': {
      const { destination, ok, sampled, least, limit, pValue } = reason;
      return `'${destination}' answered at most ${count(ok)} of ${counted(sampled, 'request')} OK, and any share within its tolerance with at most ${percent(limit)} of errors gives about ${count(Math.round(least * sampled))} or more (${chance(pValue)}): either its share or its errors are wrong`;
    }
    case 'error-rate-open': {
      const { errors, asked, limit, pValue, requestsToSettle } = reason;
      return `${failuresOf(reason)} failed (${percent(errors / asked)}), which looks like more than the ${percent(limit)} allowed (${chance(pValue)})${settledBy(requestsToSettle)}`;
    }
    case 'errors-uneven': {
      const { destination, errors, answers, otherErrors, otherAnswers, pValue } = reason;
      return `'${destination}' fails more than the others: ${count(errors)} of ${count(answers)} (${percent(errors / answers)}), the others ${count(otherErrors)} of ${count(otherAnswers)} (Fisher’s exact test, ${chance(pValue)})`;
    }
    case 'errors-unattributed': {
      const { unidentified, worst } = reason;
      return `${count(unidentified)} of the failures do not say whose they are; if they were all those of '${worst.destination}', ${count(worst.errors)} of its ${count(worst.answers)} would have failed, more than the ${percent(worst.limit)} allowed (${chance(worst.pValue)})`;
    }
    case 'error-rate-not-shown': {
      const { asked, destinations, requestsToSettle } = reason;
      const excluded = destinations.map(({ name, excludedAbove }) =>
        excludedAbove === null || excludedAbove >= 1
          ? `none of '${name}'`
          : `above ${percent(excludedAbove)} of '${name}'`,
      );
      return `error rates above ${percent(asked)} were to be excluded, and these are: ${excluded.join(', ')}${settledBy(requestsToSettle)}`;
    }
  }
}

function failuresOf({
  destination,
  errors,
  asked,
}: Extract<ErrorReason, { code: 'error-rate' | 'error-rate-open' }>): string {
  return destination === null
    ? `${count(errors)} of ${counted(asked, 'request')}`
    : `${count(errors)} of ${counted(asked, 'answer')} of '${destination}'`;
}

function settledBy(requests: number | null): string {
  return requests === null
    ? ''
    : `; a fresh run of about ${counted(requests, 'request')} would settle it`;
}
