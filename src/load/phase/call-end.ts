import type { CallEnd } from '../transport/caller.js';

function endWithoutAnswer(kind: CallEnd['kind'], status: string, cause: string): CallEnd {
  return {
    kind,
    status,
    cause,
    buffer: new Uint8Array(0),
    messageStart: 0,
    messageEnd: 0,
    header: () => undefined,
    trailer: () => undefined,
  };
}

/** Of a call that was given up and of which no engine said that it ended. */
export const CANCELLED = endWithoutAnswer('cancelled', 'CANCELLED', 'interrupted');

/** Of a call that no engine ended in time. */
export const LOST = endWithoutAnswer(
  'timedOut',
  'DEADLINE_EXCEEDED',
  'the connection gave no end to it',
);

/** Of a call that was to be sent again when the run ended. */
export const NOT_RESENT = endWithoutAnswer(
  'failed',
  'UNAVAILABLE',
  'not processed by the peer, and the run ended before it could be sent again',
);
