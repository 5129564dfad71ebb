import type { CacheCounts } from '../../count/counted.js';
import type { Finding } from '../../finding.js';
import { count, counted, percent } from '../../number-text.js';
import { found } from '../found.js';

/** Answers out of a cache say again who answered once: no request of theirs was routed. */
export function cachedAnswers(calls: readonly CacheCounts[]): Finding | null {
  const looked = calls.reduce((sum, call) => sum + call.looked, 0);
  const cached = calls.reduce((sum, call) => sum + call.cached, 0);
  if (cached === 0) return null;
  return found('target', {
    code: 'cached-answers',
    severity: 'warning',
    summary:
      'Answers came out of a cache in front of the services: those say nothing of the split.',
    evidence: `${count(cached)} of ${counted(looked, 'answer')} that were looked at (${percent(cached / looked)}) have an age, or x-cache with a hit`,
    advice:
      "Ask for what is not stored: a path or a query of its own, or -H 'cache-control: no-cache'; or go to the gateway behind the cache (--connect-to).",
  });
}
