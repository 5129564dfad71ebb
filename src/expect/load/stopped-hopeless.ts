import type { EarlyEnd } from '../../count/counted.js';
import { counted } from '../../number-text.js';
import type { Reason } from '../expectation.js';

/** Why a load was stopped that nothing could come of: a clause; null where it was not. */
export function hopelessReason(stopped: EarlyEnd | null): Reason | null {
  if (stopped?.code !== 'hopeless') return null;
  return {
    code: 'hopeless',
    text: `it was stopped after ${counted(stopped.afterRequests, 'request')}: none of the first answers to any call could count`,
  };
}
