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
  /**
   * What TLS offers, best first; `h2` alone unless given. A peer that does not answer ALPN speaks
   * HTTP/1.1 where that is among them. What was agreed on is the socket's `alpnProtocol`.
   */
  readonly alpn?: readonly Alpn[];
}

/** A protocol by its name in ALPN. */
export type Alpn = 'h2' | 'http/1.1';

const HTTP2_ALONE: readonly Alpn[] = ['h2'];

/**
 * Opens a TCP, TLS or unix socket ready to be written to. TLS verifies the certificate unless told
 * otherwise.
 * @throws ConnectError (as rejection) with the kind of failure; the socket is destroyed then.
 */
export async function connectSocket(options: ConnectOptions): Promise<net.Socket | TLSSocket> {
  const { tls, endpoint, alpn = HTTP2_ALONE } = options;
  if (tls === null) return whenReady(() => plainSocket(options), options);
  // Only now: Node's TLS takes longer to load than this whole folder.
  const { tlsSocket } = await import('../tls/tls-socket.js');
  return whenReady(() => tlsSocket(endpoint, tls, alpn, options.readInto), options);
}

function whenReady(
  open: () => net.Socket | TLSSocket,
  options: ConnectOptions,
): Promise<net.Socket | TLSSocket> {
  const { endpoint, signal, alpn = HTTP2_ALONE } = options;
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
      reject(explained(connectErrorFrom(error, endpoint), alpn));
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
      const agreed = 'alpnProtocol' in socket ? (socket.alpnProtocol ?? false) : null;
      if (agreed !== null && !alpn.some((offer) => offer === (agreed || 'http/1.1'))) {
        const detail = agreed === false ? 'no ALPN answer' : `agreed on ${agreed}`;
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

/** What was to be agreed on shows in the offers only. */
function explained(error: ConnectError, alpn: readonly Alpn[]): ConnectError {
  return error.kind === 'alpn-not-h2' && !alpn.includes('h2')
    ? new ConnectError('alpn-not-http1', error.endpoint, error.detail)
    : error;
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
