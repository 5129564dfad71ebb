import type { SplitRecord } from '../../record/run-record.js';
import { errorSentences } from '../sentences/errors.js';
import type { Style } from '../style.js';
import { sentenceSection } from './sentence-section.js';

/** What failed of each destination, and which error rate that excludes; empty where nothing was expected. */
export function errorLines(split: SplitRecord, style: Style): string {
  return sentenceSection('Errors', errorSentences(split), style);
}
