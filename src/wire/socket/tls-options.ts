import type net from 'node:net';

/** TLS of a connection. Certificates are PEM, one or several in a text. */
export interface TlsOptions {
  /** Name in SNI and to verify the certificate against; the endpoint's host unless given. */
  readonly serverName?: string;
  /** Trusted CA certificates; the system's public ones unless given. */
  readonly ca?: string | Buffer;
  /** Client certificate chain. */
  readonly cert?: string | Buffer;
  /** Private key of `cert`. */
  readonly key?: string | Buffer;
  /** `false` accepts any certificate. Default `true`. */
  readonly verify?: boolean;
}

/** Receives what the socket reads; `buffer` is the same one every time and is reused. */
export type ReadInto = net.OnReadOpts;
