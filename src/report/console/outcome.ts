import { formatCount, formatMs, formatShare } from '../numbers.js';
import { plainText } from '../plain-text.js';
import type { CallRecord, RunRecord } from '../../record/run-record.js';
import { paint, type Style, wrap } from '../style.js';
import { table } from './table.js';

/** So many causes are shown; the record has them all. */
const SHOWN_CAUSES = 5;

/** Statuses, and why requests failed. */
export function statusLines(call: CallRecord, { calls, load }: RunRecord, style: Style): string {
  const statuses = Object.entries(call.status)
    .sort(([, a], [, b]) => b - a)
    .map(([status, count]) => `${plainText(status)} ${formatCount(count)}`);
  const lines = [
    `  ${wrap(statuses.length === 0 ? 'no request was sent' : statuses.join(', '), style, 2, 2)}`,
  ];
  for (const failure of call.failures.slice(0, SHOWN_CAUSES)) {
    const cause = failure.cause === '' ? 'no reason given' : plainText(failure.cause);
    lines.push(
      `  ${wrap(`${formatCount(failure.count)} × ${plainText(failure.status)}: ${cause}`, style, 4, 2)}`,
    );
  }
  // The run counts them for all of its calls together.
  if (calls.length === 1 && load.timedOut + load.cancelled > 0) {
    lines.push(
      `  ${formatCount(load.timedOut)} timed out, ${formatCount(load.cancelled)} cancelled`,
    );
  }
  return `${paint(style, 'heading', 'Status')}\n${lines.join('\n')}`;
}

/** What had to hold; nothing where nothing had to. */
export function thresholdTable({ thresholds }: RunRecord, style: Style): string {
  if (thresholds.length === 0) return '';
  const rows = thresholds.map(({ expression, observed, ok }) => {
    const meaning = ok === null ? 'inconclusive' : ok ? 'pass' : 'fail';
    const word = ok === null ? 'cannot be said' : ok ? 'kept' : 'not kept';
    return [plainText(expression), observedText(expression, observed), paint(style, meaning, word)];
  });
  const columns = [
    { title: 'threshold', align: 'left' as const },
    { title: 'observed', align: 'right' as const },
    { title: '', align: 'left' as const },
  ];
  return `${paint(style, 'heading', 'Thresholds')}\n${table(columns, rows, style)}`;
}

function observedText(expression: string, observed: number | null): string {
  if (observed === null) return '-';
  const name = /^\s*([a-z0-9-]+)/.exec(expression)?.[1];
  if (name === 'error-rate') return formatShare(observed);
  return name === 'rate' ? `${formatCount(observed)} per second` : `${formatMs(observed)} ms`;
}

/** Everything that stands out. */
export function findings(record: RunRecord, style: Style): string[] {
  if (record.findings.length === 0) return [];
  const items = record.findings.map((finding) => {
    const meaning = finding.severity === 'error' ? 'fail' : 'inconclusive';
    const text = [finding.summary, finding.evidence, finding.advice]
      .filter((part) => part !== '')
      .map((part) => `    ${wrap(plainText(part), style, 4, 4)}`);
    return [`  ${paint(style, meaning, plainText(finding.code))}`, ...text].join('\n');
  });
  return [`${paint(style, 'heading', 'Findings')}\n${items.join('\n')}`];
}

/** The verdict and its reasons. */
export function verdict(record: RunRecord, style: Style): string {
  const word = record.verdict.toUpperCase();
  const [first = '', ...others] = record.reasons.map(plainText);
  const indent = word.length + 2;
  return [
    `${paint(style, record.verdict, word)}  ${wrap(first, style, indent, indent)}`,
    ...others.map((reason) => `${' '.repeat(indent)}${wrap(reason, style, indent, indent)}`),
  ].join('\n');
}
