import type { CallRecord } from '../../record/run-record.js';
import { forwardSentences } from '../sentences/forwards.js';
import type { Style } from '../style.js';
import { sentenceSection } from './sentence-section.js';

/** What the application made of the requests it was asked for; nothing where all went well. */
export function forwardLines({ forwards }: CallRecord, style: Style): string {
  return forwards === undefined
    ? ''
    : sentenceSection('Forwarded', forwardSentences(forwards), style);
}
