import type net from 'node:net';

/** A version of TLS, by its name in OpenSSL. */
export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

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
  /** The least version that is offered; 1.2 unless given. */
  readonly minVersion?: TlsVersion;
  /** The highest; 1.3 unless given. */
  readonly maxVersion?: TlsVersion;
}

/** Receives what the socket reads; `buffer` is the same one every time and is reused. */
export type ReadInto = net.OnReadOpts;
