import type { ProxyCountersRecord } from '../../record/run-record.js';
import { proxyCounterSentences } from '../sentences/proxy-counters.js';
import type { Style } from '../style.js';
import { sentenceSection } from './sentence-section.js';

/** What the proxies counted themselves; nothing where none was asked. */
export function proxyCounterLines(counters: ProxyCountersRecord | null, style: Style): string {
  return counters === null
    ? ''
    : sentenceSection('What the proxies counted', proxyCounterSentences(counters), style);
}
