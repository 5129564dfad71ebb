import type { TLSSocket } from 'node:tls';

/** What a TLS handshake agreed on. Text of the certificate comes from the peer. */
export interface TlsSession {
  /** `TLSv1.3` and the like. */
  version: string;
  /** Its name as OpenSSL has it. */
  cipher: string;
  /** What ALPN agreed on; null for nothing. */
  alpn: string | null;
  /** The peer's own; null when it sent none. */
  certificate: PeerCertificate | null;
  /** When the handshake was over, in ISO 8601. */
  seenAt: string;
}

/** Names as Node.js writes them, one line each; times in ISO 8601. */
export interface PeerCertificate {
  /** `CN=example.com, O=Example` */
  subject: string;
  issuer: string;
  /** `DNS:example.com, IP Address:127.0.0.1`; null when it has none. */
  altNames: string | null;
  validFrom: string;
  validTo: string;
}

/** Describes a connection whose handshake is over. */
export function describeTls(socket: TLSSocket): TlsSession {
  const certificate = socket.getPeerX509Certificate();
  return {
    version: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().name,
    alpn: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : null,
    certificate:
      certificate === undefined
        ? null
        : {
            subject: onOneLine(certificate.subject),
            issuer: onOneLine(certificate.issuer),
            altNames: certificate.subjectAltName ?? null,
            validFrom: isoTime(certificate.validFrom),
            validTo: isoTime(certificate.validTo),
          },
    seenAt: new Date().toISOString(),
  };
}

/** OpenSSL's names have one part in a line; an empty name is none at all in some versions. */
function onOneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}

/** @returns The text as it came where it is not a time. */
function isoTime(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : time.toISOString();
}
