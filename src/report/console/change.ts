import type { CallRecord, RunRecord } from '../../record/run-record.js';
import { CHANGE_TITLE, changeSentences } from '../sentences/change.js';
import type { Style } from '../style.js';
import { sentenceSection } from './sentence-section.js';

/** A change of weights that was watched; nothing where none was. */
export function changeLines({ change }: CallRecord, record: RunRecord, style: Style): string {
  if (change === undefined) return '';
  return sentenceSection(CHANGE_TITLE, changeSentences(change, record), style);
}
