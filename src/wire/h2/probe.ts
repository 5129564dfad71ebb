import type net from 'node:net';
import type { TLSSocket } from 'node:tls';

import {
  ConnectError,
  type ConnectErrorKind,
  connectErrorFrom,
  isAnswerInTls,
} from '../socket/connect-error.js';
import { type ConnectOptions, connectSocket } from '../socket/connect.js';
import { describeTls, type TlsSession } from '../tls/tls-session.js';
import { recogniseGreeting } from './greeting.js';

/** What a peer that speaks HTTP/2 told about the connection. */
export interface ProbeResult {
  /** Address and port of the peer, empty for a unix socket. */
  readonly remote: string;
  /** How the connection was secured; `null` in plaintext. */
  readonly tls: TlsSession | null;
}

export interface ProbeOptions extends Omit<ConnectOptions, 'readInto'> {
  /** What a certificate is asked for where plaintext has failed; the endpoint's host unless given. */
  readonly nameInTls?: string | undefined;
}

// RFC 9113, section 3.4: the client preface, then a SETTINGS frame (empty: all defaults).
const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);
// GOAWAY: last stream 0, NO_ERROR.
const GOODBYE = Buffer.from([0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

/**
 * Opens one connection, sees whether an HTTP/2 server answers, and closes it. No request is sent.
 * A failure whose cause is open (the peer just closes, or stays silent) is looked into with further
 * connections, see {@link refineConnectError}.
 * @throws ConnectError (as rejection).
 */
export async function probe(options: ProbeOptions): Promise<ProbeResult> {
  try {
    return await greet(options);
  } catch (error) {
    throw await refineConnectError(connectErrorFrom(error, options.endpoint), options);
  }
}

/** What may come of speaking TLS to a plaintext port, or the reverse. */
const AMBIGUOUS: readonly ConnectErrorKind[] = ['closed', 'silent', 'tls', 'not-http2'];
const REFINEMENT_TIMEOUT_MS = 2000;

/**
 * Looks into a failure. One that may come from speaking TLS to a plaintext port or the reverse is
 * tried the other way, briefly; one of TLS is looked at once more, for what the server shows and says. Returns
 * the error that names it, with what was seen; otherwise the error as it came.
 * @param error The failure of a connection made with `options`.
 * @param options The options of the failed connection.
 */
export async function refineConnectError(
  error: ConnectError,
  options: ProbeOptions,
): Promise<ConnectError> {
  const timeoutMs = Math.min(options.timeoutMs, REFINEMENT_TIMEOUT_MS);
  if (options.tls === null) {
    if (!AMBIGUOUS.includes(error.kind)) return error;
    const { nameInTls } = options;
    const tls = { verify: false, ...(nameInTls !== undefined && { serverName: nameInTls }) };
    const speaksTls = await greet({ ...options, timeoutMs, tls }).then(
      () => true,
      (other: unknown) => provesTls(other),
    );
    return speaksTls
      ? new ConnectError('plaintext-on-tls-port', options.endpoint, error.detail)
      : error;
  }
  if (AMBIGUOUS.includes(error.kind) && !isAlert(error)) {
    const speaksPlaintext = await greet({ ...options, timeoutMs, tls: null }).then(
      () => true,
      (other: unknown) => other instanceof ConnectError && other.kind === 'http1',
    );
    if (speaksPlaintext) {
      return new ConnectError('tls-on-plaintext-port', options.endpoint, error.detail);
    }
  }
  const { diagnoseTls } = await import('../tls/diagnose-tls.js');
  return await diagnoseTls(error, { ...options, timeoutMs, tls: options.tls });
}

/** An alert is a TLS record: a peer that sends one speaks TLS. */
function isAlert({ kind, detail }: ConnectError): boolean {
  return kind === 'tls' && detail.includes('_ALERT_');
}

function provesTls(error: unknown): boolean {
  if (!(error instanceof ConnectError)) return false;
  // What is seen only after a handshake that succeeded.
  if (['http1', 'not-http2'].includes(error.kind) || isAnswerInTls(error.kind)) return true;
  return error.kind === 'silent' ? error.detail === '' : isAlert(error);
}

async function greet(options: ProbeOptions): Promise<ProbeResult> {
  const { endpoint, signal } = options;
  const startedAt = performance.now();
  const socket = await connectSocket(options);
  const remainingMs = Math.max(1, options.timeoutMs - (performance.now() - startedAt));
  return await new Promise<ProbeResult>((resolve, reject) => {
    let received = Buffer.alloc(0);
    const timer = setTimeout(() => {
      settle(new ConnectError('silent', endpoint));
    }, remainingMs);
    const onAbort = (): void => {
      settle(new ConnectError('interrupted', endpoint));
    };
    signal?.addEventListener('abort', onAbort);
    const settle = (outcome: ProbeResult | ConnectError): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.removeAllListeners('data').removeAllListeners('close');
      if (outcome instanceof ConnectError) {
        socket.destroy();
        reject(outcome);
        return;
      }
      socket.once('close', () => {
        clearTimeout(lingering);
        resolve(outcome);
      });
      socket.on('end', () => socket.destroy()).resume();
      socket.end(GOODBYE);
      // A peer that does not close in turn is not waited for.
      const lingering = setTimeout(() => socket.destroy(), 100);
    };
    socket.on('error', (error) => {
      settle(connectErrorFrom(error, endpoint));
    });
    socket.on('close', () => {
      settle(new ConnectError('closed', endpoint));
    });
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const greeting = recogniseGreeting(received);
      if (greeting === 'undecided') return;
      if (greeting === 'http2') settle(describePeer(socket));
      else settle(greetingError(greeting, endpoint, received));
    });
    socket.write(PREFACE);
  });
}

function describePeer(socket: net.Socket | TLSSocket): ProbeResult {
  const remote =
    socket.remoteAddress === undefined ? '' : `${socket.remoteAddress}:${socket.remotePort ?? 0}`;
  return { remote, tls: 'getCipher' in socket ? describeTls(socket) : null };
}

/**
 * The error for a peer whose first bytes are not HTTP/2.
 * @param greeting What they were recognised as.
 * @param endpoint The peer.
 * @param bytes The bytes; the first line of an HTTP/1.x answer goes into the error.
 */
export function greetingError(
  greeting: 'http1' | 'tls' | 'other',
  endpoint: ConnectOptions['endpoint'],
  bytes: Uint8Array,
): ConnectError {
  switch (greeting) {
    case 'http1': {
      const line =
        Buffer.from(bytes.subarray(0, 80))
          .toString('latin1')
          .split(/[\r\n]/, 1)[0] ?? '';
      // A TLS port that is asked in plaintext may say so in HTTP/1.x (nginx, Go's net/http).
      const text = Buffer.from(bytes.subarray(0, 512)).toString('latin1');
      const asksForTls = /HTTPS (port|server)/i.test(text);
      return new ConnectError(asksForTls ? 'plaintext-on-tls-port' : 'http1', endpoint, line);
    }
    case 'tls':
      return new ConnectError('plaintext-on-tls-port', endpoint, 'answered with a TLS record');
    case 'other': {
      const hex = Buffer.from(bytes.subarray(0, 16)).toString('hex');
      return new ConnectError('not-http2', endpoint, `first bytes ${hex}`);
    }
  }
}
