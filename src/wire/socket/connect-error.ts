import { type Endpoint, formatEndpoint } from './endpoint.js';

/** What this side has too little of to open a connection. */
export type LocalShortage = 'no-descriptors' | 'no-ports' | 'no-memory';

/**
 * Why no session came to be.
 *
 * - `refused`: nothing listens there (`ECONNREFUSED`).
 * - `socket-refused`: nothing listens at a unix socket, or it does not exist.
 * - `unresolvable`: the name has no address.
 * - `unreachable`: no route, network down, or not permitted.
 * - `timeout`: no TCP connection within the connect timeout.
 * - `tls-on-plaintext-port`: TLS was spoken to a port that answers in plaintext.
 * - `plaintext-on-tls-port`: plaintext was spoken to a port that answers in TLS.
 * - `http1`: the peer answered with HTTP/1.x.
 * - `not-http2`: the peer answered with something that is neither HTTP/1.x, HTTP/2 nor TLS.
 * - `alpn-not-h2`: the TLS handshake succeeded, HTTP/2 was not agreed on.
 * - `alpn-not-http1`: the peer did not agree on HTTP/1.1.
 * - `certificate-expired`, `certificate-not-yet-valid`, `certificate-wrong-name`,
 *   `certificate-self-signed`, `certificate-unknown-authority`, `certificate`: the server's certificate did
 *   not verify, the last for any other reason.
 * - `client-certificate-wanted`: the server asked for a client certificate, and there was none.
 * - `client-certificate-refused`: the server did not accept ours.
 * - `credentials`: our own CA, certificate or key cannot be used.
 * - `tls-version`, `tls-cipher`: the two sides have no version of TLS, or no cipher, in common.
 * - `server-name`: the server says that it has no certificate for the name that was asked for.
 * - `tls-closed`: the peer closed the connection in the middle of the handshake, without a word.
 * - `tls`: the TLS handshake failed for another reason.
 * - `closed`: the peer closed the connection before it said anything.
 * - `silent`: connected, but no TLS handshake or SETTINGS frame within the connect timeout.
 * - `no-descriptors`, `no-ports`, `no-memory`: this side lacks what a connection takes.
 * - `interrupted`: given up on this side.
 * - `socket`: any other socket error.
 */
export type ConnectErrorKind =
  | 'refused'
  | 'socket-refused'
  | 'unresolvable'
  | 'unreachable'
  | 'timeout'
  | 'tls-on-plaintext-port'
  | 'plaintext-on-tls-port'
  | 'http1'
  | 'not-http2'
  | 'alpn-not-h2'
  | 'alpn-not-http1'
  | CertificateErrorKind
  | 'client-certificate-wanted'
  | 'client-certificate-refused'
  | 'credentials'
  | 'tls-version'
  | 'tls-cipher'
  | 'server-name'
  | 'tls-closed'
  | 'tls'
  | 'closed'
  | 'silent'
  | LocalShortage
  | 'interrupted'
  | 'socket';

/** What may be wrong with the certificate of a server. */
export type CertificateErrorKind =
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'certificate-wrong-name'
  | 'certificate-self-signed'
  | 'certificate-unknown-authority'
  | 'certificate';

/** No session could be opened. `message` is one line: where, what, and what to do. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError';
  readonly kind: ConnectErrorKind;
  readonly endpoint: Endpoint;
  /** What the system, OpenSSL or the peer said: a code or a short text. May hold peer bytes. */
  readonly detail: string;

  /**
   * @param kind The cause.
   * @param endpoint Where the connection was to go.
   * @param detail Code or short text of the underlying error; empty when there is none.
   */
  constructor(kind: ConnectErrorKind, endpoint: Endpoint, detail = '') {
    super(
      `${formatEndpoint(endpoint)}: ${EXPLANATION[kind]}${detail === '' ? '' : ` (${detail})`}`,
    );
    this.kind = kind;
    this.endpoint = endpoint;
    this.detail = detail;
  }
}

const EXPLANATION: Record<ConnectErrorKind, string> = {
  refused: 'connection refused: nothing listens there, check the address and that the server runs',
  'socket-refused': 'nothing listens at this socket: check its path and that the server runs',
  unresolvable: 'the host name does not resolve: check its spelling and the DNS',
  unreachable: 'the address cannot be reached: check routes and firewalls',
  timeout: 'no connection within the connect timeout: check the address and firewalls',
  'tls-on-plaintext-port': 'TLS was spoken to a plaintext port: connect in plaintext',
  'plaintext-on-tls-port': 'plaintext was spoken to a TLS port: connect with TLS',
  http1: 'the server speaks HTTP/1.x, and HTTP/2 was spoken to it: check the port and its protocol',
  'not-http2': 'the server does not speak HTTP/2: check the port',
  'alpn-not-h2': 'TLS succeeded but HTTP/2 was not agreed on: let the server offer ALPN h2',
  'alpn-not-http1': 'the server does not agree on HTTP/1.1: send requests with HTTP/2',
  'certificate-expired':
    "the server's certificate has expired: renew it where the gateway has it from (Istio: credentialName)",
  'certificate-not-yet-valid':
    "the server's certificate is not valid yet: compare the clocks of both sides with its first day",
  'certificate-wrong-name':
    "the server's certificate is for other names: ask for one of them (--authority, --servername), or let it have this one",
  'certificate-self-signed':
    "the server's certificate is signed by itself: trust it with --cacert, or let an authority sign it",
  'certificate-unknown-authority':
    "the server's certificate is from an authority that is not trusted, or comes without those between: give the authority with --cacert",
  certificate: "the server's certificate does not verify",
  'client-certificate-wanted':
    'the server wants a client certificate, and none was given: give --cert and --key',
  'client-certificate-refused':
    'the server refused the client certificate: give one that its authority has signed (--cert, --key)',
  credentials: 'the CA, certificate or key cannot be used: check the PEM files',
  'tls-version':
    'the two sides have no version of TLS in common: check --tls-min and --tls-max, and those of the server',
  'tls-cipher': 'the two sides have no cipher in common: check the cipher suites of the server',
  'server-name':
    'the server has no certificate for the name it was asked for: check --authority and --servername',
  'tls-closed':
    'the server closed the connection during the TLS handshake, as gateways do for a name that none of their hosts has: check --authority and --servername',
  tls: 'the TLS handshake failed',
  closed: 'the server closed the connection before it said anything',
  silent: 'connected, but the server did not begin to speak within the connect timeout',
  'no-descriptors':
    'this machine opens no more connections: it has no file descriptor left for one',
  'no-ports':
    'this machine opens no more connections: it has no free port, or no address, to connect from',
  'no-memory': 'this machine opens no more connections: it has no memory left for one',
  interrupted: 'interrupted while connecting',
  socket: 'the connection failed',
};

const KIND_BY_CODE: Readonly<Record<string, ConnectErrorKind>> = {
  ECONNREFUSED: 'refused',
  ENOENT: 'socket-refused',
  ENOTSOCK: 'socket-refused',
  ENOTFOUND: 'unresolvable',
  EAI_AGAIN: 'unresolvable',
  EAI_FAIL: 'unresolvable',
  EAI_NODATA: 'unresolvable',
  EAI_NONAME: 'unresolvable',
  ENODATA: 'unresolvable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  EMFILE: 'no-descriptors',
  ENFILE: 'no-descriptors',
  // Without a name of its own to bind, connecting fails so where every port of the range is taken.
  EADDRNOTAVAIL: 'no-ports',
  ENOBUFS: 'no-memory',
  ENOMEM: 'no-memory',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'closed',
  EPIPE: 'closed',
  // A record whose version or type is not TLS's: the peer answered in plaintext.
  ERR_SSL_WRONG_VERSION_NUMBER: 'tls-on-plaintext-port',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'tls-on-plaintext-port',
  ERR_SSL_BAD_RECORD_TYPE: 'tls-on-plaintext-port',
  ERR_SSL_HTTP_REQUEST: 'tls-on-plaintext-port',
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: 'alpn-not-h2',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'client-certificate-wanted',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'client-certificate-refused',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'client-certificate-refused',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'client-certificate-refused',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: 'client-certificate-refused',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'client-certificate-refused',
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE: 'client-certificate-refused',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'tls-version',
  // The server chose a version that was not offered.
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'tls-version',
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: 'server-name',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate-wrong-name',
  HOSTNAME_MISMATCH: 'certificate-wrong-name',
  CERT_HAS_EXPIRED: 'certificate-expired',
  CERT_NOT_YET_VALID: 'certificate-not-yet-valid',
  CERT_REVOKED: 'certificate',
  CERT_REJECTED: 'certificate',
  CERT_UNTRUSTED: 'certificate',
  CERT_SIGNATURE_FAILURE: 'certificate',
  CERT_CHAIN_TOO_LONG: 'certificate',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate-self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate-unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate-unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate-unknown-authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate-unknown-authority',
  INVALID_CA: 'certificate',
  INVALID_PURPOSE: 'certificate',
};

/** What only a peer that speaks TLS can be the cause of. */
const ANSWERS_IN_TLS: readonly string[] = [
  'certificate-expired',
  'certificate-not-yet-valid',
  'certificate-wrong-name',
  'certificate-self-signed',
  'certificate-unknown-authority',
  'certificate',
  'client-certificate-wanted',
  'client-certificate-refused',
  'tls-version',
  'tls-cipher',
  'server-name',
  'alpn-not-h2',
  'alpn-not-http1',
] satisfies ConnectErrorKind[];

/** Whether an error's kind shows that the peer speaks TLS. */
export function isAnswerInTls(kind: string): boolean {
  return ANSWERS_IN_TLS.includes(kind);
}

const LOCAL_SHORTAGES: readonly string[] = [
  'no-descriptors',
  'no-ports',
  'no-memory',
] satisfies LocalShortage[];

/** Whether an error's kind says that this side lacks something; the peer is not to blame then. */
export function isLocalShortage(kind: string): kind is LocalShortage {
  return LOCAL_SHORTAGES.includes(kind);
}

/**
 * Names the cause of a socket or TLS error by its code.
 * @param error What `net`, `tls` or `dns` reported.
 * @param endpoint Where the connection was to go.
 */
export function connectErrorFrom(error: unknown, endpoint: Endpoint): ConnectError {
  if (error instanceof ConnectError) return error;
  const cause = innermost(error);
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return new ConnectError(kindOf(code, endpoint), endpoint, detailOf(code, cause.message));
}

function kindOf(code: string, endpoint: Endpoint): ConnectErrorKind {
  const kind = KIND_BY_CODE[code] ?? (isTlsCode(code) ? 'tls' : 'socket');
  return kind === 'refused' && endpoint.kind === 'unix' ? 'socket-refused' : kind;
}

function isTlsCode(code: string): boolean {
  return code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO';
}

/** Several addresses were tried: they failed alike as a rule, the first speaks for all. */
function innermost(error: unknown): Error {
  if (error instanceof AggregateError) return innermost(error.errors[0]);
  return error instanceof Error ? error : new Error(String(error));
}

function detailOf(code: string, message: string): string {
  const line = message.split('\n', 1)[0] ?? '';
  if (code === '' || code.startsWith('ERR_SSL_')) return code === '' ? line : code;
  return code.startsWith('ERR_TLS_CERT') ? line : code;
}
