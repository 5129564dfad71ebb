import { counted } from '../../number-text.js';
import { entryOf } from '../../record/entry-of.js';
import type { RunRecord } from '../../record/run-record.js';
import { formatCount } from '../numbers.js';

/** What each cause of not sending means. */
const UNSENT: Readonly<Record<string, string>> = {
  'no-connection': 'without a connection',
  'no-stream': 'without a stream',
  'no-answer': 'given up as nothing was answered any more',
  'no-place': 'all places in flight were taken',
  client: 'this client fell short',
  interrupted: 'interrupted',
  stopped: 'stopped early',
};

/** How many requests that were due were not sent, and why. */
export function unsentText({ due, unsent, unsentByCause }: RunRecord['load']): string {
  const causes = Object.entries(unsentByCause).map(
    ([cause, count]) => `${formatCount(count)} ${entryOf(UNSENT, cause) ?? cause}`,
  );
  return `${formatCount(unsent)} of ${counted(due, 'request')} were not sent: ${causes.join(', ')}`;
}
