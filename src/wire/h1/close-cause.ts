import type { OtherProtocol } from './other-protocol.js';

/** Why a session is over. */
export type CloseCause =
  /** `close()` or `destroy()` was called. */
  | { readonly kind: 'own-close' }
  /** The peer said with its response that the connection ends with it. */
  | { readonly kind: 'announced' }
  /** The peer closed the connection; `timedOut`: it had waited for a request, and said so with 408. */
  | { readonly kind: 'peer-closed'; readonly timedOut: boolean }
  /** The socket failed. */
  | { readonly kind: 'socket-error'; readonly code: string }
  /** The peer broke HTTP/1.1. */
  | { readonly kind: 'violation'; readonly rule: string }
  /** What the peer sent exceeds our limits. */
  | { readonly kind: 'too-large'; readonly what: string }
  /** The peer speaks something else. */
  | { readonly kind: 'other-protocol'; readonly protocol: OtherProtocol };

/** One line about a close cause; no text of the peer is in it. */
export function describeCloseCause(cause: CloseCause): string {
  switch (cause.kind) {
    case 'own-close':
      return 'closed by us';
    case 'announced':
      return 'closed after a response with which the peer announced it';
    case 'peer-closed':
      return cause.timedOut
        ? 'closed by the peer, which waited for a request in vain'
        : 'closed by the peer';
    case 'socket-error':
      return `socket error ${cause.code}`;
    case 'violation':
      return `the peer broke HTTP/1.1: ${cause.rule}`;
    case 'too-large':
      return `the response is too large: ${cause.what}`;
    case 'other-protocol':
      return OTHER_PROTOCOLS[cause.protocol];
  }
}

const OTHER_PROTOCOLS: Readonly<Record<OtherProtocol, string>> = {
  tls: 'plaintext was spoken to a TLS port: connect with TLS',
  http2: 'the peer speaks HTTP/2 only: send requests with HTTP/2',
};
