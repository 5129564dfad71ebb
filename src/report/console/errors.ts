import { formatCount, formatRate } from '../numbers.js';
import { plainText } from '../plain-text.js';
import type { DestinationRecord, SplitRecord } from '../../record/run-record.js';
import { paint, type Style, wrap } from '../style.js';

/** What failed of each destination, and which error rate that excludes; empty where nothing was expected. */
export function errorLines({ destinations }: SplitRecord, style: Style): string {
  const lines = destinations.flatMap((destination) => {
    const text = errorText(destination);
    return text === null ? [] : [`  ${wrap(plainText(text), style, 4, 2)}`];
  });
  if (lines.length === 0) return '';
  return `${paint(style, 'heading', 'Errors')}\n${lines.join('\n')}`;
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
