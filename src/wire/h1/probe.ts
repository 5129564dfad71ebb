import type { TLSSocket } from 'node:tls';
import { type ProbeOptions, type ProbeResult, refineConnectError } from '../h2/probe.js';
import { ConnectError, connectErrorFrom } from '../socket/connect-error.js';
import { connectSocket } from '../socket/connect.js';
import { describeTls } from '../tls/tls-session.js';

/** How long a peer may take to close its side, or to say why it does not accept ours. */
const LINGER_MS = 250;

/**
 * Opens one connection and closes it, to see that it can be. No request is sent: HTTP/1.1 servers say
 * nothing before they are asked, and in plaintext one that opens is all there is to see.
 *
 * @param options `alpn` says what TLS offers; what was agreed on is in the result.
 * @throws ConnectError (as rejection).
 */
export async function probeHttp(options: ProbeOptions): Promise<ProbeResult> {
  try {
    const socket = await connectSocket(options);
    const { remoteAddress, remotePort = 0 } = socket;
    const remote = remoteAddress === undefined ? '' : `${remoteAddress}:${remotePort}`;
    if (!('getCipher' in socket)) {
      socket.destroy();
      return { remote, tls: null };
    }
    const tls = describeTls(socket);
    await accepted(socket, options);
    return { remote, tls };
  } catch (error) {
    const failure = connectErrorFrom(error, options.endpoint);
    throw options.tls === null ? failure : await refineConnectError(failure, options);
  }
}

/**
 * TLS 1.3 reports a rejected client certificate only after the handshake, as an error while reading; and
 * some servers close without a word.
 */
async function accepted(socket: TLSSocket, { tls, endpoint }: ProbeOptions): Promise<void> {
  const mayBeRefused = tls?.cert !== undefined;
  await new Promise<void>((resolve, reject) => {
    let isOver = false;
    const lingering = setTimeout(() => {
      isOver = true;
      socket.destroy();
    }, LINGER_MS);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // Any other error comes from closing in the middle of nothing.
      if (error.code?.startsWith('ERR_SSL_') === true) reject(error);
    });
    socket.on('close', () => {
      clearTimeout(lingering);
      if (mayBeRefused && !isOver) reject(new ConnectError('closed', endpoint));
      else resolve();
    });
    socket.resume();
    if (!mayBeRefused) socket.end();
  });
}
