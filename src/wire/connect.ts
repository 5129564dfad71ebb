import { constants } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';

import { ConnectError, connectErrorFrom } from './connect-error.js';
import type { Endpoint } from './endpoint.js';

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
type ReadInto = net.OnReadOpts;

export interface ConnectOptions {
  readonly endpoint: Endpoint;
  /** `null` speaks plaintext (h2c with prior knowledge). */
  readonly tls: TlsOptions | null;
  /** Bound on TCP connection plus TLS handshake, in milliseconds. */
  readonly timeoutMs: number;
  /** Gives up connecting when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Reads into one buffer instead of emitting `data`. */
  readonly readInto?: ReadInto;
}

/**
 * Opens a TCP, TLS or unix socket ready for the HTTP/2 preface. TLS offers ALPN `h2` alone and
 * verifies the certificate unless told otherwise.
 * @throws ConnectError (as rejection) with the kind of failure; the socket is destroyed then.
 */
export function connectSocket(options: ConnectOptions): Promise<net.Socket> {
  const { endpoint, signal } = options;
  if (signal?.aborted === true) return Promise.reject(new ConnectError('interrupted', endpoint));
  return new Promise((resolve, reject) => {
    let socket: net.Socket;
    try {
      socket = options.tls === null ? plainSocket(options) : tlsSocket(options, options.tls);
    } catch (error) {
      // createSecureContext throws on PEM it cannot use.
      const detail = error instanceof Error ? error.message : String(error);
      reject(new ConnectError('credentials', endpoint, detail));
      return;
    }
    let tcpConnected = false;
    const timer = setTimeout(() => {
      fail(
        tcpConnected
          ? new ConnectError('silent', endpoint, 'no answer to the TLS handshake')
          : new ConnectError('timeout', endpoint),
      );
    }, options.timeoutMs);
    const ready = options.tls === null ? 'connect' : 'secureConnect';

    function detach(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.off('connect', onTcp).off(ready, onReady).off('error', fail).off('close', onClose);
    }
    function fail(error: unknown): void {
      detach();
      socket.on('error', ignore);
      socket.destroy();
      reject(connectErrorFrom(error, endpoint));
    }
    function onClose(): void {
      fail(new ConnectError('closed', endpoint));
    }
    function onAbort(): void {
      fail(new ConnectError('interrupted', endpoint));
    }
    function onTcp(): void {
      tcpConnected = true;
    }
    function onReady(): void {
      if (socket instanceof tls.TLSSocket && socket.alpnProtocol !== 'h2') {
        const agreed = socket.alpnProtocol;
        const detail = typeof agreed === 'string' ? `agreed on ${agreed}` : 'no ALPN answer';
        fail(new ConnectError('alpn-not-h2', endpoint, detail));
        return;
      }
      detach();
      socket.setNoDelay(true);
      resolve(socket);
    }
    signal?.addEventListener('abort', onAbort);
    socket.on('connect', onTcp).on(ready, onReady).on('error', fail).on('close', onClose);
  });
}

function ignore(): void {
  // The failure has been reported; what a destroyed socket adds says nothing new.
}

function plainSocket(options: ConnectOptions): net.Socket {
  return net.connect({
    ...address(options.endpoint),
    ...(options.readInto === undefined ? {} : { onread: options.readInto }),
  });
}

function tlsSocket(options: ConnectOptions, credentials: TlsOptions): net.Socket {
  const { ca, cert, key, verify = true } = credentials;
  const name = credentials.serverName ?? hostOf(options.endpoint);
  return tls.connect({
    ...address(options.endpoint),
    ALPNProtocols: ['h2'],
    rejectUnauthorized: verify,
    // HTTP/2 over TLS 1.2 must disable it (RFC 9113, section 9.2.1).
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    // SNI carries names only (RFC 6066, section 3); an address is verified all the same.
    ...(net.isIP(name) === 0 ? { servername: name } : {}),
    checkServerIdentity: (_host, certificate) => tls.checkServerIdentity(name, certificate),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(options.readInto === undefined ? {} : { onread: options.readInto }),
  });
}

function address(endpoint: Endpoint): { host: string; port: number } | { path: string } {
  return endpoint.kind === 'unix'
    ? { path: endpoint.path }
    : { host: endpoint.host, port: endpoint.port };
}

function hostOf(endpoint: Endpoint): string {
  return endpoint.kind === 'unix' ? 'localhost' : endpoint.host;
}
