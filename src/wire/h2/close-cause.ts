import { errorCodeName } from './error-codes.js';

/** Why a session is over. */
export type CloseCause =
  /** `close()` or `destroy()` was called. */
  | { readonly kind: 'own-close' }
  /** The peer announced it with GOAWAY, and every stream it left us has ended. */
  | { readonly kind: 'drained'; readonly code: number; readonly debug: string }
  /** The peer closed the connection, without or after a GOAWAY of this code. */
  | { readonly kind: 'peer-closed'; readonly goawayCode: number | null; readonly debug: string }
  /** The peer said nothing, and nothing when it was asked; it has vanished, or its network has. */
  | { readonly kind: 'peer-silent' }
  /** The socket failed. */
  | { readonly kind: 'socket-error'; readonly code: string }
  /** The peer broke HTTP/2; it was told by GOAWAY. */
  | { readonly kind: 'violation'; readonly code: number; readonly rule: string }
  /** All stream ids of the connection were used, and every stream has ended. */
  | { readonly kind: 'ids-exhausted' };

/** One line about a close cause; text of the peer is in it as it came. */
export function describeCloseCause(cause: CloseCause): string {
  switch (cause.kind) {
    case 'own-close':
      return 'closed by us';
    case 'drained':
      return `drained after GOAWAY ${errorCodeName(cause.code)}${debugText(cause.debug)}`;
    case 'peer-closed':
      return cause.goawayCode === null
        ? 'closed by the peer without GOAWAY'
        : `closed by the peer after GOAWAY ${errorCodeName(cause.goawayCode)}${debugText(cause.debug)}`;
    case 'peer-silent':
      return 'the peer says nothing any more, not even to acknowledge SETTINGS';
    case 'socket-error':
      return `socket error ${cause.code}`;
    case 'violation':
      return `the peer broke HTTP/2 (${errorCodeName(cause.code)}): ${cause.rule}`;
    case 'ids-exhausted':
      return 'all stream ids used';
  }
}

function debugText(debug: string): string {
  return debug === '' ? '' : ` (${debug})`;
}
