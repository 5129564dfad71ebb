import net from 'node:net';
import type { TLSSocket } from 'node:tls';

import { ConnectError, connectErrorFrom } from './connect-error.js';
import { addressOf, type Endpoint } from './endpoint.js';
import type { ReadInto, TlsOptions } from './tls-options.js';

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
export async function connectSocket(options: ConnectOptions): Promise<net.Socket | TLSSocket> {
  const { tls, endpoint } = options;
  if (tls === null) return whenReady(() => plainSocket(options), options);
  // Only now: Node's TLS takes longer to load than this whole folder.
  const { tlsSocket } = await import('../tls/tls-socket.js');
  return whenReady(() => tlsSocket(endpoint, tls, options.readInto), options);
}

function whenReady(
  open: () => net.Socket | TLSSocket,
  options: ConnectOptions,
): Promise<net.Socket | TLSSocket> {
  const { endpoint, signal } = options;
  if (signal?.aborted === true) return Promise.reject(new ConnectError('interrupted', endpoint));
  return new Promise((resolve, reject) => {
    let socket: net.Socket | TLSSocket;
    try {
      socket = open();
    } catch (error) {
      // Thrown for PEM that cannot be used.
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
      if ('alpnProtocol' in socket && socket.alpnProtocol !== 'h2') {
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
    ...addressOf(options.endpoint),
    ...(options.readInto === undefined ? {} : { onread: options.readInto }),
  });
}
