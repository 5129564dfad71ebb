import { constants } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import type { ReadInto, TlsOptions } from '../socket/tls-options.js';
import { addressOf, type Endpoint } from '../socket/endpoint.js';

/**
 * Begins a TLS connection.
 *
 * @param alpn What it offers, best first.
 * @param readInto Reads into one buffer instead of emitting `data`.
 * @throws Error for PEM that cannot be used.
 */
export function tlsSocket(
  endpoint: Endpoint,
  options: TlsOptions,
  alpn: readonly string[],
  readInto: ReadInto | undefined,
): tls.TLSSocket {
  const { ca, cert, key, verify = true, minVersion, maxVersion } = options;
  const name = nameAskedFor(options, endpoint);
  return tls.connect({
    ...addressOf(endpoint),
    ALPNProtocols: [...alpn],
    rejectUnauthorized: verify,
    // HTTP/2 over TLS 1.2 must disable it (RFC 9113, section 9.2.1).
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    // SNI carries names only (RFC 6066, section 3); an address is verified without it.
    ...(net.isIP(name) === 0 ? { servername: name } : {}),
    checkServerIdentity: (_host, certificate) => tls.checkServerIdentity(name, certificate),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(readInto === undefined ? {} : { onread: readInto }),
  });
}

/** What the certificate has to be for. */
export function nameAskedFor({ serverName }: TlsOptions, endpoint: Endpoint): string {
  return serverName ?? (endpoint.kind === 'unix' ? 'localhost' : endpoint.host);
}
