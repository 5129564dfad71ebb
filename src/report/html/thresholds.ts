import type { RunRecord } from '../../record/run-record.js';
import { comparisonSentences, comparisonTitle } from '../sentences/comparisons.js';
import { thresholdText } from '../sentences/threshold.js';
import { message } from './foreign.js';
import { type Html, html } from './markup.js';
import { part, type Section, sentenceList } from './section.js';
import { tableElement } from './table.js';
import { badge } from './verdict.js';

/** What had to hold besides, and versions that were held against each other; nothing where nothing was. */
export function thresholdSection({ thresholds, comparisons }: RunRecord): Section | null {
  if (thresholds.length + comparisons.length === 0) return null;
  return {
    id: 'thresholds',
    title: comparisons.length === 0 ? 'Thresholds' : 'Thresholds and comparisons',
    body: [
      thresholds.length === 0 ? null : table(thresholds),
      html`<div class="parts">
        ${comparisons.map((comparison) =>
          part(
            html`${badge(comparison)} ${message(comparisonTitle(comparison))}`,
            sentenceList(comparisonSentences(comparison).map(message)),
          ),
        )}
      </div>`,
    ],
  };
}

function table(thresholds: RunRecord['thresholds']): Html {
  return tableElement({
    caption: 'What had to hold',
    columns: [{ title: 'threshold' }, { title: 'observed', isNumber: true }, { title: 'verdict' }],
    rows: thresholds.map((threshold) => [
      html`<code>${message(threshold.expression)}</code>`,
      thresholdText(threshold),
      badge({ verdict: threshold.ok === null ? 'inconclusive' : threshold.ok ? 'pass' : 'fail' }),
    ]),
  });
}
