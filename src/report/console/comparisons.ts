import type { RunRecord } from '../../record/run-record.js';
import { plainText } from '../plain-text.js';
import { comparisonSentences, comparisonTitle } from '../sentences/comparisons.js';
import type { Style } from '../style.js';
import { sentenceSection } from './sentence-section.js';

/** Versions held against each other; nothing where none were. */
export function comparisonLines({ comparisons }: RunRecord, style: Style): string {
  return comparisons
    .map((each) =>
      sentenceSection(plainText(comparisonTitle(each)), comparisonSentences(each), style),
    )
    .join('\n\n');
}
