import type { DestinationRecord, SplitRecord } from '../../record/run-record.js';
import { formatCount, formatRate } from '../numbers.js';

/** What failed of each destination, and which error rate that excludes; none where nothing was expected. */
export function errorSentences({ destinations }: SplitRecord): string[] {
  return destinations.flatMap((destination) => errorText(destination) ?? []);
}

function errorText({ name, observed, streams, failed, errors }: DestinationRecord): string | null {
  if (errors === null) return null;
  const { unidentified, excludedAbove } = errors;
  const own = `${name}: ${formatCount(failed)} of ${formatCount(streams ?? observed)} failed`;
  if (excludedAbove === null || excludedAbove >= 1) return `${own}; no error rate is excluded`;
  const others =
    unidentified === 0
      ? ''
      : `, if the ${formatCount(unidentified)} that do not say whose they are were its own`;
  return `${own}; above ${formatRate(excludedAbove)} is excluded${others}`;
}
