import type { UnreachableAddress } from '../../count/counted.js';
import type { Finding } from '../../finding.js';
import { found } from '../found.js';

interface Naming {
  code: string;
  summary: string;
  advice: string;
}

/** By the kind of the error. */
const NAMING = new Map<string, Naming>(
  Object.entries({
    refused: {
      code: 'connection-refused',
      summary: 'Nothing listens at the target.',
      advice: 'Check the address and the port, and that the gateway (or the port-forward) is up.',
    },
    unresolvable: {
      code: 'target-unresolvable',
      summary: "The target's name does not resolve.",
      advice: 'Check the spelling and the DNS of this machine.',
    },
    http1: {
      code: 'protocol-mismatch',
      summary: 'The target speaks HTTP/1.1, and HTTP/2 was spoken to it.',
      advice:
        'Check the port, and that the Gateway server or the Service port is declared GRPC or HTTP2; plain HTTP goes without --http-version 2, too.',
    },
    'not-http2': {
      code: 'protocol-mismatch',
      summary: 'The target does not speak HTTP/2.',
      advice: 'Check the port: another protocol answers there.',
    },
    'alpn-not-h2': {
      code: 'alpn-not-h2',
      summary: 'TLS succeeded, but the target did not agree to HTTP/2.',
      advice:
        'Let the gateway offer h2 in ALPN (Istio: a server with protocol HTTPS does); plain HTTP goes with --http-version 1.1, too.',
    },
    'alpn-not-http1': {
      code: 'alpn-not-http1',
      summary: 'The target does not agree to HTTP/1.1.',
      advice: 'Send the requests with --http-version 2, or let the gateway offer http/1.1 in ALPN.',
    },
    'tls-on-plaintext-port': {
      code: 'tls-on-plaintext-port',
      summary: 'TLS was spoken to a port that speaks plaintext.',
      advice: 'Write http://, or add --plaintext; or use the TLS port.',
    },
    'plaintext-on-tls-port': {
      code: 'plaintext-on-tls-port',
      summary: 'Plaintext was spoken to a port that speaks TLS.',
      advice: 'Write https://, or drop --plaintext; for a private authority add --cacert FILE.',
    },
    certificate: {
      code: 'certificate-not-trusted',
      summary: "The target's certificate does not verify.",
      advice: 'Give its authority with --cacert, or the name it is made for with --servername.',
    },
    'client-certificate': {
      code: 'client-certificate-refused',
      summary: 'The target wants another client certificate.',
      advice: 'Give one with --cert and --key that the gateway trusts.',
    },
    credentials: {
      code: 'credentials-unusable',
      summary: 'The given certificates cannot be used.',
      advice: 'Check the PEM files of --cacert, --cert and --key.',
    },
  }),
);

const OTHERWISE: Naming = {
  code: 'target-unreachable',
  summary: 'The target could not be reached.',
  advice: 'Check the address, routes and firewalls, and that the gateway is up.',
};

/** Names why an address of the target cannot be loaded, where none of them can. */
export function unreachableFinding({ kind, message }: UnreachableAddress): Finding {
  const naming = NAMING.get(kind) ?? OTHERWISE;
  return found('target', { ...naming, severity: 'error', evidence: message });
}
