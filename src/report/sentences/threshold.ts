import { counted, times } from '../../number-text.js';
import type { RunRecord } from '../../record/run-record.js';
import { formatCount, formatMs, formatShare, formatStatistic } from '../numbers.js';

/** What was measured for a threshold, with its unit; `-` where nothing was. */
export function thresholdText({
  expression,
  observed,
  unit,
}: RunRecord['thresholds'][number]): string {
  return unit === 'ratio' ? ratioText(observed) : observedText(expression, observed);
}

function ratioText(ratio: number | null): string {
  return ratio === null ? '-' : times(formatStatistic(ratio));
}

function observedText(expression: string, observed: number | null): string {
  if (observed === null) return '-';
  const name = /^\s*([a-z0-9-]+)/.exec(expression)?.[1];
  if (name === 'error-rate') return formatShare(observed);
  if (name === 'cert-days') return counted(Number(observed.toFixed(2)), 'day');
  return name === 'rate' ? `${formatCount(observed)} per second` : `${formatMs(observed)} ms`;
}
