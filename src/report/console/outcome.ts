import { formatCount } from '../numbers.js';
import { plainText } from '../plain-text.js';
import { aboutCall } from '../../record/call-labels.js';
import type { CallRecord, RunRecord } from '../../record/run-record.js';
import { FINDINGS_PAGE } from '../documentation.js';
import { placeText } from '../sentences/place.js';
import { thresholdText } from '../sentences/threshold.js';
import { unsentText } from '../sentences/unsent.js';
import { heading, paint, type Style, wrap } from '../style.js';
import { table } from './table.js';

/** So many causes are shown; the record has them all. */
const SHOWN_CAUSES = 5;

/** Statuses, and why requests failed or were never sent. */
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
  if (calls.length === 1 && load.unsent > 0)
    lines.push(`  ${wrap(plainText(unsentText(load)), style, 4, 2)}`);
  return `${heading('Status', style)}\n${lines.join('\n')}`;
}

/** What else than a split was expected. */
export function checkLines({ checks }: CallRecord, style: Style): string {
  if (checks.length === 0) return '';
  const lines = checks.map(
    ({ kind, verdict: own, text }) =>
      `  ${paint(style, own, own)}  ${wrap(plainText(`${kind}: ${text}`), style, 4, own.length + 4)}`,
  );
  return `${heading('Expected', style)}\n${lines.join('\n')}`;
}

/** What had to hold; nothing where nothing had to. */
export function thresholdTable({ thresholds }: RunRecord, style: Style): string {
  if (thresholds.length === 0) return '';
  const rows = thresholds.map((threshold) => {
    const { expression, ok } = threshold;
    const meaning = ok === null ? 'inconclusive' : ok ? 'pass' : 'fail';
    const word = ok === null ? 'cannot be said' : ok ? 'kept' : 'not kept';
    return [plainText(expression), thresholdText(threshold), paint(style, meaning, word)];
  });
  const columns = [
    { title: 'threshold', align: 'left' as const },
    { title: 'observed', align: 'right' as const },
    { title: '', align: 'left' as const },
  ];
  return `${heading('Thresholds', style)}\n${table(columns, rows, style)}`;
}

/** Everything that stands out. */
export function findings(record: RunRecord, style: Style): string[] {
  if (record.findings.length === 0) return [];
  const items = record.findings.map(
    ({ severity, code, call, place, summary, evidence, advice }) => {
      const meaning = severity === 'error' ? 'fail' : 'inconclusive';
      const text = [placeText(place), aboutCall(call, summary), evidence, advice]
        .filter((part) => part !== '')
        .map((part) => `    ${wrap(plainText(part), style, 4, 4)}`);
      return [`  ${paint(style, meaning, plainText(code))}`, ...text].join('\n');
    },
  );
  const page = `  codes: ${FINDINGS_PAGE}`;
  // A link that is broken into lines cannot be followed.
  if (page.length <= style.width) items.push(paint(style, 'quiet', page));
  return [`${heading('Findings', style)}\n${items.join('\n')}`];
}

/** The verdict and its reasons. */
export function verdict(record: RunRecord, style: Style): string {
  const word = record.verdict.toUpperCase();
  const [first = '', ...others] = record.reasons.map(({ call, text }) =>
    plainText(aboutCall(call, text)),
  );
  const indent = word.length + 2;
  return [
    `${paint(style, record.verdict, word)}  ${wrap(first, style, indent, indent)}`,
    ...others.map((reason) => `${' '.repeat(indent)}${wrap(reason, style, indent, indent)}`),
  ].join('\n');
}
