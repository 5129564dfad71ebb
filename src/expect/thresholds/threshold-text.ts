import { counted, digits, percent, times } from '../../number-text.js';
import type { Reason } from '../expectation.js';
import type { Threshold, ThresholdResult } from './threshold.js';

/** What is to be said of a threshold that was not kept, or of which that cannot be said; nothing of one that was. */
export function thresholdReasons(threshold: Threshold, result: ThresholdResult): Reason[] {
  const { observed, ok } = result;
  if (ok === true) return [];
  const limit = valueText(threshold.limit, result);
  if (observed === null) {
    const text = `${nameOf(threshold)} was not measured, and the threshold is ${limit}`;
    return [{ code: 'threshold-unknown', text }];
  }
  const seen = `${nameOf(threshold)} is ${valueText(observed, result)}`;
  return ok === null
    ? [
        {
          code: 'threshold-unknown',
          text: `${seen}, the threshold is ${limit}, and whether it is kept cannot be said`,
        },
      ]
    : [{ code: 'threshold-broken', text: `${seen}, the threshold is ${limit}` }];
}

const NAMES: Record<string, string> = { mean: 'the mean latency', max: 'the longest latency' };

function nameOf({ measure }: Threshold): string {
  switch (measure.kind) {
    case 'latency': {
      const { metric, destination } = measure;
      return `${NAMES[metric] ?? metric}${ofDestination(destination)}`;
    }
    case 'error-rate':
      return `the error rate${ofDestination(measure.destination)}`;
    case 'rate':
      return 'the rate';
    case 'cert-days':
      return "what is left of the server's certificate";
  }
}

function ofDestination(destination: string | null): string {
  return destination === null ? '' : ` of '${destination}'`;
}

function valueText(value: number, { unit }: ThresholdResult): string {
  switch (unit) {
    case 'ms':
      return `${digits(value)} ms`;
    case 'share':
      return percent(value);
    case 'ratio':
      return times(digits(value));
    case 'days':
      return counted(Number(value.toFixed(2)), 'day');
    case 'requests/s':
      return `${counted(Math.round(value), 'request')}/s`;
  }
}
