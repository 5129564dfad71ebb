import { formatCount } from '../numbers.js';
import type { RunRecord } from '../../record/run-record.js';

/** Reasons that end a run with a failure. */
const AGAINST = new Set(['evidence-against', 'leak', 'split-differs']);

/** Where a load ended by its evidence, and what that was enough for; null where it did not, or was joined. */
export function stoppedText(record: RunRecord): string | null {
  const { stopped, asked, runId } = record;
  if (stopped?.code === 'settled') {
    return `after ${formatCount(stopped.afterRequests)} requests: enough came after the change`;
  }
  if (stopped?.code !== 'sequential' || runId.includes('+')) return null;
  const { requests } = asked.load;
  const most = requests === null ? '' : ` of at most ${formatCount(requests)}`;
  return `after ${formatCount(stopped.afterRequests)}${most} requests: the evidence was enough ${purpose(record)}`;
}

function purpose({ verdict, reasons }: RunRecord): string {
  if (verdict === 'pass') return 'for a pass';
  const isAgainst = reasons.some(({ code }) => AGAINST.has(code));
  return isAgainst ? 'for a failure' : 'to settle the split, as far as more requests can';
}
