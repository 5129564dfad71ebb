import type { UnsentCause } from '../../count/counted.js';
import type { Finding } from '../../finding.js';
import { count, counted } from '../../number-text.js';
import { found } from '../found.js';
import { UNSENT_TEXTS, unsentRequests } from '../unsent.js';

/** Whether everything that was due was sent. */
export interface AccountEvidence {
  /** Requests that were to be sent: `sent` and the unsent. */
  due: number;
  sent: number;
  unsent: ReadonlyMap<UnsentCause, number>;
  /** What stood in the way, in the words of the system or the peer; the most frequent first. */
  words: readonly string[];
  /** The least number of streams that any connection allows; null when none sets a limit. */
  maxConcurrentStreams: number | null;
}

const MOST_WORDS = 3;

const ADVICE = {
  peer: 'Look which connections were lost or stopped giving answers, and whether the gateway or a backend behind it is overloaded or stuck.',
  client:
    'Allow more in flight with --concurrency where answers are slow, give the client more threads with --workers, or ask for less. A sample that lacks requests passes nothing.',
};

/** What was decided is no defect, and is told by its own name. */
const DECIDED: readonly string[] = ['interrupted', 'stopped'];

/** `load-cut-short`: requests that were due were not sent, and nobody had decided so. */
export function loadCutShort(evidence: AccountEvidence): Finding | null {
  const { due, sent, unsent, words, maxConcurrentStreams } = evidence;
  const causes = Object.entries(UNSENT_TEXTS).flatMap(([cause, text]) => {
    const requests = unsent.get(cause as UnsentCause) ?? 0;
    return requests > 0 ? [{ cause, text, requests }] : [];
  });
  if (causes.every(({ cause }) => DECIDED.includes(cause))) return null;
  const all = causes.reduce((sum, { requests }) => sum + requests, 0);
  const isPeersDoing = unsentRequests(unsent).byPeer > 0;
  const why = causes.map(({ text, requests }) =>
    causes.length === 1 ? text : `${count(requests)} because ${text}`,
  );
  const reason = causes.length === 1 ? ` because ${why.join('')}` : `: ${why.join(', ')}`;
  return found('load', {
    code: 'load-cut-short',
    severity: isPeersDoing ? 'error' : 'warning',
    summary: `${count(all)} of ${counted(due, 'request')} ${all === 1 ? 'was' : 'were'} not sent${reason}.`,
    evidence: [
      `${count(sent)} ${sent === 1 ? 'was' : 'were'} sent`,
      ...(maxConcurrentStreams === 0
        ? ['a connection allows no streams (SETTINGS_MAX_CONCURRENT_STREAMS is 0)']
        : []),
      ...words.slice(0, MOST_WORDS),
    ].join('; '),
    advice: isPeersDoing ? ADVICE.peer : ADVICE.client,
  });
}
