import type { CallRecord } from '../../record/run-record.js';
import { streamSentences } from '../sentences/streams.js';
import type { Style } from '../style.js';
import { sentenceSection } from './sentence-section.js';

/** What streams carried, and when; nothing where the call is unary. */
export function streamLines({ streams }: CallRecord, style: Style): string {
  return streams === undefined ? '' : sentenceSection('Streams', streamSentences(streams), style);
}
