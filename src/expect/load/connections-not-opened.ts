import type { EarlyEnd } from '../../count/counted.js';
import type { Finding } from '../../finding.js';
import { count, counted } from '../../number-text.js';
import type { Reason } from '../expectation.js';
import { found } from '../found.js';

/** Why a load that ended before it began proves nothing; null where it began. */
export function notOpenedReason(stopped: EarlyEnd | null): Reason | null {
  if (stopped?.code !== 'not-opened') return null;
  return {
    code: 'connections-not-opened',
    text: 'its connections took longer to open than it was to last',
  };
}

/**
 * `connections-not-opened`: the time that the load was to last had gone before its connections were open.
 *
 * @param opened Connections that were.
 * @param asked How many there were to be.
 */
export function connectionsNotOpened(
  stopped: EarlyEnd | null,
  opened: number,
  asked: number,
): Finding | null {
  if (notOpenedReason(stopped) === null) return null;
  return found('load', {
    code: 'connections-not-opened',
    severity: 'error',
    summary: 'The connections took longer to open than the load was to last (--duration).',
    evidence: `${count(opened)} of ${counted(asked, 'connection')} ${opened === 1 ? 'was' : 'were'} open by then`,
    advice:
      'Give it longer, use fewer connections, or share them among machines (splitproof merge). Opening one takes the client a millisecond of processor time at most, with TLS several.',
  });
}
