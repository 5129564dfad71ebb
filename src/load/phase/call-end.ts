import { type CallEnd, NO_STATUS } from '../../call/answer.js';

/** Of a call that was given up and whose end no transport reported. */
export const CANCELLED: CallEnd = {
  kind: 'cancelled',
  status: NO_STATUS,
  cause: 'interrupted',
};

/** Of a call that no transport ended in time. */
export const LOST: CallEnd = {
  kind: 'timed-out',
  status: NO_STATUS,
  cause: 'the connection gave no end to it',
};

/** Of a call that was to be sent again and could not be. */
export const NOT_RESENT: CallEnd = {
  kind: 'unprocessed',
  status: NO_STATUS,
  cause: 'not processed by the peer, and it could not be sent again',
};
