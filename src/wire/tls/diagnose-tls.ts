import { ConnectError, connectErrorFrom } from '../socket/connect-error.js';
import type { ConnectOptions } from '../socket/connect.js';
import type { TlsOptions } from '../socket/tls-options.js';
import { describeTls, type PeerCertificate } from './tls-session.js';
import { nameAskedFor, tlsSocket } from './tls-socket.js';

/** A connection that failed, and is to be opened once more to see why. */
export interface FailedTls extends Pick<ConnectOptions, 'endpoint' | 'signal' | 'alpn'> {
  tls: TlsOptions;
  timeoutMs: number;
}

/**
 * Looks once more at a server with which TLS has failed: at its certificate, whoever signed it, and at how
 * far it lets the handshake come. Nothing is sent to it.
 *
 * @returns The error with what was seen, or a more exact one; the error as it came where nothing more is seen.
 */
export async function diagnoseTls(error: ConnectError, failed: FailedTls): Promise<ConnectError> {
  const { kind, endpoint } = error;
  const hasClientCertificate = failed.tls.cert !== undefined;
  if (kind.startsWith('certificate')) {
    const { certificate } = await look(failed, 'certificate');
    if (certificate === null) return error;
    return new ConnectError(kind, endpoint, detailOf(error, certificate, failed));
  }
  switch (kind) {
    case 'client-certificate-refused':
      // Some servers call a certificate bad that never came.
      if (hasClientCertificate) return error;
      return new ConnectError('client-certificate-wanted', endpoint, error.detail);
    case 'tls-version':
      return new ConnectError(kind, endpoint, `${error.detail}; offered ${offered(failed.tls)}`);
    case 'server-name':
      return new ConnectError(kind, endpoint, `${error.detail}; ${askedFor(failed)}`);
    case 'tls':
      return error.detail === HANDSHAKE_FAILURE ? await handshakeFailure(error, failed) : error;
    case 'closed':
      return await closing(error, failed);
    default:
      return error;
  }
}

/** The alert that stands for much: nothing in common, or no certificate of the client (before TLS 1.3). */
const HANDSHAKE_FAILURE = 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE';

async function handshakeFailure(error: ConnectError, failed: FailedTls): Promise<ConnectError> {
  const { hasKeys } = await look(failed, 'end');
  return hasKeys ? clientCertificate(error, failed) : of('tls-cipher', error);
}

/** A server that closes without a word: in the handshake, or when it has seen who the client is. */
async function closing(error: ConnectError, failed: FailedTls): Promise<ConnectError> {
  const seen = await look(failed, 'end');
  if (seen.failure !== null && seen.failure.kind !== 'closed') {
    return await diagnoseTls(seen.failure, failed);
  }
  if (!seen.isClosed) return error;
  if (!seen.hasKeys) return new ConnectError('tls-closed', error.endpoint, askedFor(failed));
  // A server that asks for a certificate says so where none comes.
  const { cert, key, ...anonymous } = failed.tls;
  if (cert === undefined && key === undefined) return error;
  const without = await look({ ...failed, tls: anonymous }, 'end');
  const isWanted =
    without.failure !== null &&
    (without.failure.kind === 'client-certificate-wanted' ||
      without.failure.detail === HANDSHAKE_FAILURE);
  return isWanted ? of('client-certificate-refused', error) : error;
}

function clientCertificate(error: ConnectError, { tls }: FailedTls): ConnectError {
  const isGiven = tls.cert !== undefined;
  return of(isGiven ? 'client-certificate-refused' : 'client-certificate-wanted', error);
}

function of(kind: ConnectError['kind'], { endpoint, detail }: ConnectError): ConnectError {
  return new ConnectError(kind, endpoint, detail);
}

/** What one more connection has shown. */
interface Seen {
  /** null where the server came to show none. */
  certificate: PeerCertificate | null;
  /** Whether both sides had keys: the server has shown its certificate then, and asked for ours if it does. */
  hasKeys: boolean;
  /** What the server said, or the system. */
  failure: ConnectError | null;
  /** Whether the server closed the connection, rather than waiting for a request. */
  isClosed: boolean;
}

/** How long a server may take to say after the handshake that it does not want this client. */
const LINGER_MS = 500;

/**
 * @param until `certificate`: the handshake, whose end shows it; `end`: that the server begins to speak, says what
 *   is wrong, or closes.
 */
function look(
  { endpoint, signal, alpn = ['h2'], tls, timeoutMs }: FailedTls,
  until: 'certificate' | 'end',
): Promise<Seen> {
  const seen: Seen = { certificate: null, hasKeys: false, failure: null, isClosed: false };
  if (signal?.aborted === true) return Promise.resolve(seen);
  return new Promise((resolve) => {
    const socket = tlsSocket(endpoint, { ...tls, verify: false }, alpn, undefined);
    let timer = setTimeout(done, timeoutMs);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      socket.removeAllListeners('close').destroy();
      resolve(seen);
    }
    signal?.addEventListener('abort', done);
    // That there are keys is all that is wanted of it.
    socket.on('keylog', () => (seen.hasKeys = true));
    socket.on('secureConnect', () => {
      ({ certificate: seen.certificate } = describeTls(socket));
      if (until === 'certificate') {
        done();
        return;
      }
      clearTimeout(timer);
      timer = setTimeout(done, LINGER_MS);
    });
    socket.on('data', done);
    socket.on('error', (error) => (seen.failure ??= connectErrorFrom(error, endpoint)));
    socket.on('close', () => {
      seen.isClosed = true;
      done();
    });
  });
}

/** What is wrong with a certificate, by what stands in it. */
function detailOf(
  { kind, detail }: ConnectError,
  certificate: PeerCertificate,
  failed: FailedTls,
): string {
  const { subject, issuer, altNames, validFrom, validTo } = certificate;
  const now = new Date().toISOString();
  switch (kind) {
    case 'certificate-expired':
      return validTo < now
        ? `${subject}, valid until ${validTo}`
        : `${subject} is valid until ${validTo}; one of those that signed it is not`;
    case 'certificate-not-yet-valid':
      return validFrom > now
        ? `${subject}, valid from ${validFrom}`
        : `${subject} is valid since ${validFrom}; one of those that signed it is not`;
    case 'certificate-wrong-name':
      return `${askedFor(failed)}, it is for ${altNames ?? subject}`;
    case 'certificate-self-signed':
      return subject;
    default:
      return `${detail}: ${subject}, signed by ${issuer}`;
  }
}

function askedFor({ tls, endpoint }: FailedTls): string {
  return `asked for ${nameAskedFor(tls, endpoint)}`;
}

function offered({ minVersion = 'TLSv1.2', maxVersion = 'TLSv1.3' }: TlsOptions): string {
  return minVersion === maxVersion ? minVersion : `${minVersion} to ${maxVersion}`;
}
