import type { CallEnd } from '../../call/answer.js';
import { GrpcStatus } from '../../wire/grpc/status.js';

/** Of a call that was given up and whose end no transport reported. */
export const CANCELLED: CallEnd = {
  kind: 'cancelled',
  status: GrpcStatus.CANCELLED,
  cause: 'interrupted',
};

/** Of a call that no transport ended in time. */
export const LOST: CallEnd = {
  kind: 'timed-out',
  status: GrpcStatus.DEADLINE_EXCEEDED,
  cause: 'the connection gave no end to it',
};

/** Of a call that was to be sent again and could not be. */
export const NOT_RESENT: CallEnd = {
  kind: 'unprocessed',
  status: GrpcStatus.UNAVAILABLE,
  cause: 'not processed by the peer, and it could not be sent again',
};
