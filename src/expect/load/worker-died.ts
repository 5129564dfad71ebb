import type { Death } from '../../count/counted.js';
import type { Finding } from '../../finding.js';
import { count, counted } from '../../number-text.js';
import { found } from '../found.js';

/**
 * `worker-died`: workers of the client, threads or processes, died, and what they had measured with them.
 *
 * @param workers All of them, the dead ones included.
 */
export function workerDied(deaths: readonly Death[], workers: number): Finding | null {
  const [first] = deaths;
  if (first === undefined) return null;
  const sent = deaths.reduce((sum, death) => sum + death.sent, 0);
  return found('client', {
    code: 'worker-died',
    severity: 'error',
    summary: `${count(deaths.length)} of ${counted(workers, 'worker')} died; what they had measured is lost.`,
    evidence: `${first.why}; the ${counted(sent, 'request')} they had sent count as cancelled`,
    advice:
      'What the others measured is shown. Run again; where it comes again, --engine h2 or another number of --workers may not meet it.',
  });
}
