import type { RolloutRecord } from '../../record/run-record.js';
import { formatSeconds } from '../numbers.js';

/** What came of waiting for a roll-out. */
export function rolloutText({ followed, waitedSeconds }: RolloutRecord): string {
  const time = formatSeconds(waitedSeconds);
  return followed
    ? `the traffic followed the weights after ${time}; the sample came then`
    : `the traffic did not follow the weights within ${time}; the sample was taken nevertheless`;
}
